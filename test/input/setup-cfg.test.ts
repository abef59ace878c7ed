import assert from "node:assert/strict";
import { test } from "node:test";
import { setupCfg } from "../../src/input/setup-cfg.ts";
import { setupPy } from "../../src/input/setup-py.ts";
import { askedTexts, asRequest, inputContext, problemsIn, problemText } from "../support/input-context.ts";

const request = (text: string, files?: Readonly<Record<string, string>>) =>
  asRequest(setupCfg.parse(text, inputContext("setup.cfg", files)));
const problems = (text: string) => problemsIn(() => request(text)).map(problemText);

test("setuptools' options give requirements, extras and Pythons", () => {
  const input = request(`# comment
[metadata]
name = My_App
[options]
python_requires = >=3.9
install_requires =
    requests[socks]>=2
    # not this
    tomli; python_version < "3.11" # why
[options.extras_require]
Dev.x = pytest; black==24
docs:
    sphinx
`);
  assert.deepEqual(askedTexts(input.requirements), ["requests[socks]>=2", 'tomli; python_version < "3.11"']);
  assert.deepEqual(askedTexts(input.extras["dev-x"]), ["pytest", "black==24"]);
  assert.deepEqual(askedTexts(input.extras["docs"]), ["sphinx"]);
  assert.deepEqual([input.project, input.requiresPython], ["my-app", ">=3.9"]);
  assert.deepEqual(
    input.requirements.map(({ location }) => [location.line, location.column]),
    [
      [7, 5],
      [9, 5],
    ],
  );
});

test("requirements may stand in files", () => {
  const files = { "/p/a.txt": "x>1\n", "/p/b.txt": "y\n" };
  assert.deepEqual(askedTexts(request("[options]\ninstall_requires = file: a.txt, b.txt\n", files).requirements), [
    "x>1",
    "y",
  ]);
  assert.deepEqual(problems("[options]\ninstall_requires = file: no.txt\n"), [
    "INPUT_INVALID 2:20+12 there is no no.txt",
  ]);
});

test("what is wrong is told at once, with its place", () => {
  assert.deepEqual(
    problems("a = 1\n[metadata\n[options]\npython_requires = x\ninstall_requires =\n  a\n  b =\nnonsense\n"),
    [
      "INPUT_INVALID 1:1+5 an option before the first section",
      "INPUT_INVALID 2:1+9 a section is written [name]",
      "INPUT_INVALID 8:1+8 expected `key = value`",
      'INPUT_INVALID 4:1+15 "x" is no set of Python versions',
      'INPUT_INVALID 7:5+1 "b =" is no requirement: expected a version specifier, a semicolon or the end',
    ],
  );
});

test("setup.py is not run, and says the way out", () => {
  assert.throws(() => setupPy.parse("", inputContext("setup.py")), { code: "INPUT_UNSUPPORTED", hint: /\[project\]/ });
});
