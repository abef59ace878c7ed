import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { poetryConstraint } from "../../src/input/poetry-constraint.ts";
import { poetryPython, poetryRequiresPython } from "../../src/input/poetry-python.ts";
import { pyproject } from "../../src/input/pyproject.ts";
import type { RequestFormat } from "../../src/input/request.ts";
import { requirements } from "../../src/input/requirements.ts";
import { script } from "../../src/input/script.ts";
import { setupCfg } from "../../src/input/setup-cfg.ts";
import { parseMarker } from "../../src/python/marker.ts";
import { parseSpecifierSet } from "../../src/python/specifier.ts";
import { damaged, someOf } from "../support/damaged-text.ts";
import { inputContext } from "../support/input-context.ts";
import { Random } from "../support/random.ts";

// Most inputs are refused, and nobody reads these stacks.
Error.stackTraceLimit = 0;

const PYPROJECT = [
  '[project]\nname = "a"\nrequires-python = ">=3"\ndependencies = ["b>1", "c @ ./c.whl; os_name == \'nt\'"]\n',
  "[project.optional-dependencies]\nX = ['a[y]']\n__proto__ = ['b']\n",
  '[project]\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {file = ["other.txt"]}\n',
  '[dependency-groups]\ndev = ["a", {include-group = "x"}]\nx = [{include-group = "dev"}]\n',
  '[tool.uv]\ndefault-groups = "all"\nexclude-newer = 2020-01-01\nindex = [{name = "a", url = "./x", format = "flat"}]\n',
  "[tool.uv.sources]\na = [{git = 'x', rev = 'y', marker = 'os_name==\"x\"'}, {workspace = true}]\nb = {path = '../..'}\n",
  '[tool.poetry.dependencies]\npython = "^3.9 || 2.7"\na = {version = "~1", optional = true, markers = "os_name == \'x\'"}\nb = [{git = "x"}, "1.*"]\n',
  '[tool.poetry]\nextras = {x = ["a"]}\n[tool.poetry.group.dev]\ninclude-groups = ["dev"]\ndependencies = {c = ">1"}\n[[tool.poetry.source]]\nname = "x"\n',
  "[tool.pdm.resolution.overrides]\na = '1'\nb = 'https://x.example/b.whl'\n[tool.pdm.dev-dependencies]\nt = ['-e file:///x#egg=y']\n",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: pdm and pip expand it
  '[[tool.pdm.source]]\nurl = "https://${U}@x"\ninclude_packages = ["a", "b*"]\n',
];
const SCRIPT = [
  "# /// script\n# dependencies = [\n#   'a>1',\n# ]\n# ///\n",
  "# requires-python = '>=3'\n",
  "#\n",
  "import x\r\n",
  "# /// x\n",
];
const CFG = [
  "[options]\ninstall_requires =\n  a>1\n  # c\n  b; os_name == 'x'\n",
  "[options.extras_require]\n__proto__ = a; b\nx: file: other.txt\n",
  "[metadata]\nname=x\n",
  "install_requires = file: other.txt, gone.txt\n",
];
const LINES = [
  "a[x]>=1 ; os_name == 'x'\n",
  "-e .[d] ; os_name == 'x'\n",
  "-c other.txt\n-r pyproject.toml\n",
  "./a/b[c]\n",
  "git+https://x/y.git@z#egg=a[b]\n",
  "--pre --only-final=:all:\n",
  "a @ ./x-1-py3-none-any.whl\n",
  "x \\\n # c\n -C a=b\n",
];
// biome-ignore lint/suspicious/noTemplateCurlyInString: pdm and pip expand it
const TOKENS = ["${U}", "# ///"];

const FILES = {
  "/p/other.txt": "a\n-r other2.txt\n-e .\n",
  "/p/other2.txt": "b==",
  "/p/pyproject.toml": PYPROJECT[0] ?? "",
};

function endures(format: RequestFormat, file: string, text: string): "read" | "refused" {
  try {
    format.parse(text, inputContext(file, FILES, { U: "u" }));
    return "read";
  } catch (error) {
    if (!isOciasmError(error)) throw new Error(`${format.name} fell over ${JSON.stringify(text)}`, { cause: error });
    for (const { code, location, message } of [error, ...error.problems]) {
      assert.notEqual(code, "BUG");
      if (/problems of this file are not shown/.test(message)) continue;
      assert.ok(location !== undefined, `${message}: ${JSON.stringify(text)}`);
      const { line, column, length = 1 } = location;
      assert.ok(line >= 1 && column >= 1 && length >= 1, JSON.stringify([text, location]));
    }
    return "refused";
  }
}

for (const [format, file, parts, rounds] of [
  [pyproject, "pyproject.toml", PYPROJECT, 15_000],
  [script, "x.py", SCRIPT, 35_000],
  [setupCfg, "setup.cfg", CFG, 30_000],
  [requirements, "requirements.in", LINES, 25_000],
] as const) {
  test(`damaged ${format.name} texts are read, or refused with a place`, () => {
    const random = new Random(rounds);
    const seen = { read: 0, refused: 0 };
    for (let count = 0; count < rounds; count++)
      seen[endures(format, file, damaged(someOf(parts, random, 3).join(""), random, 5, TOKENS))] += 1;
    assert.ok(seen.read > rounds / 50 && seen.refused > rounds / 50, JSON.stringify(seen));
  });
}

test("whatever is read as a constraint of Poetry is PEP 440, and its markers are PEP 508", () => {
  const random = new Random(77);
  let read = 0;
  for (let count = 0; count < 30_000; count++) {
    const text = random.mutate(
      random.pick(["^1.2.3", "~0.1 || >=2,<3", "1.*", "!=1.0.post1", "==1!2+x", "~=3.9"]),
      "^~=<>!*|., 0129xv+!-a",
    );
    const constraint = poetryConstraint(text);
    const marker = poetryPython(text);
    if (constraint === undefined || marker === undefined) continue;
    read += 1;
    for (const { specifiers } of constraint) assert.ok(parseSpecifierSet(specifiers) !== undefined, text);
    assert.ok(marker === "" || parseMarker(marker).ok, text);
    if (count % 40 === 0) assert.ok(parseSpecifierSet(poetryRequiresPython(text) ?? "") !== undefined, text);
  }
  assert.ok(read > 5000, String(read));
});
