import assert from "node:assert/strict";
import { test } from "node:test";
import { isRequest } from "../../src/input/request.ts";
import { readRequirementsFiles, requirements } from "../../src/input/requirements.ts";
import { withBounds } from "../../src/input/requirements-request.ts";
import { askedTexts, asRequest, inputContext, problemsIn, problemText } from "../support/input-context.ts";

const A = "a".repeat(64);

const read = (text: string, files?: Readonly<Record<string, string>>, environment?: Readonly<Record<string, string>>) =>
  requirements.parse(text, inputContext("requirements.txt", files, environment));

const request = (...args: Parameters<typeof read>) => asRequest(read(...args));

const bound = (text: string, kind: "constraint" | "override") => ({
  file: `/p/${kind}.txt`,
  text,
  constraint: kind === "constraint",
  override: kind === "override",
});

test("lines without a hash ask, one hash makes all of them a lock", () => {
  const input = request("Requests[Socks] >=2,<3 ; python_version >= '3.9'\nflask\nnumpy==1.26.4\n");
  assert.deepEqual(askedTexts(input.requirements), [
    'requests[socks]<3,>=2; python_version >= "3.9"',
    "flask",
    "numpy==1.26.4",
  ]);
  assert.deepEqual(
    input.requirements.map(({ text, location }) => [text, location.line, location.column, location.length]),
    [
      ["Requests[Socks] >=2,<3 ; python_version >= '3.9'", 1, 1, 48],
      ["flask", 2, 1, 5],
      ["numpy==1.26.4", 3, 1, 13],
    ],
  );
  assert.equal(isRequest(read(`a==1 --hash=sha256:${A}`)), false);
  assert.equal(problemsIn(() => read(`a==1 --hash=sha256:${A}\nb`))[0]?.code, "NOT_PINNED");
  assert.equal(problemsIn(() => read("--require-hashes\nb==1"))[0]?.code, "HASH_REQUIRED");
});

test("--no-require-hashes lets a file with hashes ask, and the hashes stay", () => {
  const input = request(`--no-require-hashes\na==1 --hash=sha256:${A}\nb`);
  assert.deepEqual(
    input.requirements.map(({ sha256 }) => sha256),
    [[A], []],
  );
});

test("a file reached by -c bounds, and so does all that it includes", () => {
  const files = { "/p/c.txt": "urllib3<2\n-r more.txt\n", "/p/more.txt": "idna==3.7\n" };
  const input = request("requests\n-c c.txt\n", files);
  assert.deepEqual(askedTexts(input.requirements), ["requests"]);
  assert.deepEqual(askedTexts(input.constraints), ["urllib3<2", "idna==3.7"]);
  assert.equal(input.constraints[1]?.location.file, "/p/more.txt");
});

test("a constraint has a name and no extras", () => {
  assert.deepEqual(
    problemsIn(() => request("-c c.txt", { "/p/c.txt": "./lib\n-e git+https://h.example/a#egg=a\n" })).map(problemText),
    ["INPUT_INVALID 1:1+5 a constraint needs a name", "INPUT_INVALID 2:1+32 a constraint needs a name"],
  );
  const input = request("-c c.txt", { "/p/c.txt": "a[x]<2\n" });
  assert.deepEqual(askedTexts(input.constraints), ["a<2"]);
  assert.match(input.warnings[0] ?? "", /extras of the constraint on a/);
});

test("overrides and constraints of other files join any request", () => {
  const asked = request("a\n");
  const input = withBounds(
    asked,
    [bound("b<2", "constraint"), bound("c==3\n-c c.txt", "override")],
    inputContext("x.txt", { "/p/c.txt": "d<4" }),
  );
  assert.deepEqual(askedTexts(input.constraints), ["b<2", "d<4"]);
  assert.deepEqual(askedTexts(input.overrides), ["c==3"]);
  const all = [{ file: "/p/r.txt", text: "a", constraint: false }, bound("c==3", "override")];
  assert.deepEqual(askedTexts(asRequest(readRequirementsFiles(all, inputContext("r.txt"))).overrides), ["c==3"]);
  const [stray] = problemsIn(() =>
    withBounds(asked, [{ file: "/p/r.txt", text: "a", constraint: false }], inputContext("x.txt")),
  );
  assert.match(stray?.message ?? "", /a requirement among/);
});

test("an override on a lock is refused, for it would change nothing", () => {
  const sources = [{ file: "/p/r.txt", text: `a==1 --hash=sha256:${A}`, constraint: false }, bound("a==2", "override")];
  const [problem] = problemsIn(() => readRequirementsFiles(sources, inputContext("r.txt")));
  assert.match(problem?.hint ?? "", /lock again/);
});

test("URLs and paths become absolute, and their names are read where they say them", () => {
  const input = request(
    [
      "https://f.example/Foo_Bar-1.0-py3-none-any.whl",
      "./wheels/b-2-py3-none-any.whl[x] ; os_name == 'posix'",
      "c @ file:///w/c-1.tar.gz",
      "d @ ./d-1-py3-none-any.whl",
      "git+https://h.example/team/e.git@main#egg=e[y]",
      "-e ./libs/f",
      "g-3.0.tar.gz",
      "git+ssh://git@h.example/h.git",
    ].join("\n"),
  );
  assert.deepEqual(askedTexts(input.requirements), [
    "foo-bar @ https://f.example/Foo_Bar-1.0-py3-none-any.whl",
    'b[x] @ file:///p/wheels/b-2-py3-none-any.whl ; os_name == "posix"',
    "c @ file:///w/c-1.tar.gz",
    "d @ file:///p/d-1-py3-none-any.whl",
    "e @ git+https://h.example/team/e.git@main#egg=e[y]",
    "f @ file:///p/libs/f",
    "g @ file:///p/g-3.0.tar.gz",
    "h @ git+ssh://git@h.example/h.git",
  ]);
});

test("the project itself asks for what its pyproject.toml lists, with the extras named", () => {
  const files = {
    "/p/pyproject.toml":
      '[project]\nname = "App"\nrequires-python = ">=3.11"\ndependencies = ["x>1"]\n[project.optional-dependencies]\nDev = ["y"]\n[dependency-groups]\ntest = ["z"]\n[tool.uv.sources]\nx = {index = "own"}\n',
  };
  const input = request('-e .[dev] ; os_name == "posix"\nmore\n', files);
  assert.deepEqual(askedTexts(input.requirements), ['x>1; os_name == "posix"', 'y; os_name == "posix"', "more"]);
  assert.equal(input.requirements[0]?.location.file, "/p/pyproject.toml");
  assert.equal(input.requiresPython, ">=3.11");
  assert.equal(input.project, "app");
  assert.deepEqual(input.sources[0]?.from, { kind: "index", index: "own" });
  assert.deepEqual(Object.keys(input.groups), []);
  assert.deepEqual(askedTexts(request(".", { "/p/setup.cfg": "[options]\ninstall_requires = q\n" }).requirements), [
    "q",
  ]);
  assert.deepEqual(request(".").requirements, []);
});

test("what is wrong with the project itself is told with its place", () => {
  const [problem] = problemsIn(() => request("-e .", { "/p/pyproject.toml": '[project]\ndependencies = ["1x ="]\n' }));
  assert.deepEqual([problem?.location?.file, problem?.location?.line], ["/p/pyproject.toml", 2]);
});

test("a file that its own pyproject.toml names does not go round in circles", () => {
  const files = {
    "/p/pyproject.toml":
      '[project]\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {file = "requirements.txt"}\n',
    "/p/requirements.txt": "-e .\na\n",
  };
  assert.deepEqual(askedTexts(request("-e .\na\n", files).requirements), ["a", "a"]);
});

test("options of the index and of pre-releases are kept", () => {
  const input = request("--pre\n-i https://index.example/simple\n-f links\n--no-binary :all:\na");
  assert.deepEqual(input.resolution, { prerelease: "allow" });
  assert.deepEqual(
    [input.options.indexUrl, input.options.findLinks, input.options.noBinary],
    ["https://index.example/simple", ["file:///p/links"], [":all:"]],
  );
  assert.deepEqual(request("--only-final :all:\na").resolution, { prerelease: "disallow" });
  assert.deepEqual(request("--all-releases :all:\na").resolution, { prerelease: "allow" });
  assert.match(request("--all-releases a\na").warnings[0] ?? "", /--all-releases a is not heeded/);
});

test("settings for a build may follow a requirement and an editable", () => {
  const input = request("a --config-settings k=v\n-e ./b -C k=v\n");
  assert.equal(input.requirements.length, 2);
});

test("variables in capitals are filled in, and passwords stay out of messages", () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: pip expands it
  const input = request("a @ https://${USER}:${pass}@f.example/a-1-py3-none-any.whl", {}, { USER: "u", pass: "p" });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: lower case stays
  assert.equal(input.requirements[0]?.requirement.url, "https://u:${pass}@f.example/a-1-py3-none-any.whl");
  assert.doesNotMatch(input.requirements[0]?.text ?? "", /u:/);
});

test("every line that is wrong is told at once", () => {
  assert.deepEqual(problemsIn(() => request("a==\nb ; x\n  -r none.txt\n./c-1.whl\n")).map(problemText), [
    "INPUT_INVALID 1:2+1 expected a version specifier, a semicolon or the end",
    "INPUT_INVALID 2:5+1 expected a marker variable or a quoted string",
    "INPUT_NOT_FOUND 3:3+11 there is no none.txt",
    "INPUT_INVALID 4:1+9 c-1.whl: 2 parts between dashes: a wheel name has five, or six with a build tag",
  ]);
});
