import assert from "node:assert/strict";
import { test } from "node:test";
import { asksForPackages, pyproject } from "../../src/input/pyproject.ts";
import { askedTexts, asRequest, inputContext, problemsIn, problemText } from "../support/input-context.ts";

const request = (
  text: string,
  files?: Readonly<Record<string, string>>,
  environment?: Readonly<Record<string, string>>,
) => asRequest(pyproject.parse(text, inputContext("pyproject.toml", files, environment)));

const problems = (text: string) => problemsIn(() => request(text)).map(problemText);

test("[project] gives requirements, extras, the name and the Pythons", () => {
  const input = request(`[project]
name = "My.App"
requires-python = ">=3.11"
dependencies = [
  "requests[socks] >=2",
  "tomli; python_version < '3.11'",
]
[project.optional-dependencies]
GPU_x = ["torch", "my-app[cpu]"]
cpu = []
`);
  assert.deepEqual(askedTexts(input.requirements), ["requests[socks]>=2", 'tomli; python_version < "3.11"']);
  assert.deepEqual(Object.keys(input.extras), ["gpu-x", "cpu"]);
  assert.deepEqual(askedTexts(input.extras["gpu-x"]), ["torch", "my-app[cpu]"]);
  assert.deepEqual([input.project, input.requiresPython, input.format], ["my-app", ">=3.11", "pyproject.toml"]);
  assert.deepEqual(
    input.requirements.map(({ location }) => [location.line, location.column]),
    [
      [5, 3],
      [6, 3],
    ],
  );
  assert.deepEqual(input.defaultGroups, []);
});

test("everything that is wrong is told at once, with a caret inside of the string", () => {
  assert.deepEqual(
    problems(`[project]
name = "-"
requires-python = "three"
dependencies = ["good", "bad ==", 3, "./x"]
optional-dependencies = {a = ["x"], A = ["y"], "é" = []}
`),
    [
      'INPUT_INVALID 2:8+3 "-" is no name of a project',
      'INPUT_INVALID 3:19+7 "three" is no set of Python versions',
      "INPUT_INVALID 4:35+1 project.dependencies[2] must be a string, not a number",
      'INPUT_INVALID 4:30+1 "bad ==" is no requirement: expected a version specifier, a semicolon or the end',
      'INPUT_INVALID 4:39+1 "./x" is no requirement: expected a package name at the start',
      "INPUT_INVALID 5:41+5 the extra A is there already under another spelling",
      'INPUT_INVALID 5:54+2 "é" is no name of an extra',
    ],
  );
});

test("names of JavaScript's own are names like others", () => {
  const input = request(`[project]
dependencies = ["constructor"]
[project.optional-dependencies]
constructor = ["x"]
[dependency-groups]
"constructor" = ["y"]
toString = ["z", {include-group = "constructor"}]
[tool.uv.sources]
constructor = {index = "i"}
`);
  assert.deepEqual(askedTexts(input.extras["constructor"]), ["x"]);
  assert.deepEqual(askedTexts(input.groups["tostring"]), ["z", "y"]);
  assert.equal(input.extras["toString"], undefined);
  assert.match(
    problems('[dependency-groups]\na = [{include-group = "__proto__"}]')[0] ?? "",
    /__proto__, which is not there/,
  );
  assert.match(problems('[dependency-groups]\n__proto__ = ["x"]')[0] ?? "", /no name of a dependency group/);
});

test("dynamic dependencies come from the files that setuptools reads", () => {
  const files = { "/p/r/in.txt": "a>1\n# c\n-r more.txt", "/p/r/more.txt": "b\n", "/p/dev.txt": "c" };
  const input = request(
    `[project]
dynamic = ["dependencies", "optional-dependencies"]
[tool.setuptools.dynamic]
dependencies = {file = ["r/in.txt"]}
optional-dependencies.Dev = {file = "dev.txt"}
`,
    files,
  );
  assert.deepEqual(askedTexts(input.requirements), ["a>1", "b"]);
  assert.equal(input.requirements[1]?.location.file, "/p/r/more.txt");
  assert.deepEqual(askedTexts(input.extras["dev"]), ["c"]);
});

test("dynamic dependencies come from hatch's files and from setup.cfg too, and else nobody knows them", () => {
  const dynamic = '[project]\ndynamic = ["dependencies"]\n';
  const hatch = `${dynamic}[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ["r.txt"]\n`;
  assert.deepEqual(askedTexts(request(hatch, { "/p/r.txt": "a" }).requirements), ["a"]);
  const cfg = { "/p/setup.cfg": "[options]\ninstall_requires =\n  a\n  b\n" };
  assert.deepEqual(askedTexts(request(dynamic, cfg).requirements), ["a", "b"]);
  const [unknown] = problemsIn(() => request(dynamic));
  assert.match(unknown?.hint ?? "", /list them in \[project\]/);
  assert.equal(unknown?.location?.line, 2);
  const missing = `${dynamic}[tool.setuptools.dynamic]\ndependencies = {file = "no.txt"}\n`;
  assert.deepEqual(problems(missing), ["INPUT_INVALID 4:24+8 there is no no.txt"]);
  const broken = problemsIn(() => request(missing, { "/p/no.txt": "ok\n=\n" }));
  assert.deepEqual([broken[0]?.location?.file, broken[0]?.location?.line], ["/p/no.txt", 2]);
});

test("[tool.uv] steers the resolution", () => {
  const input = request(`[project]
dependencies = ["torch"]
[dependency-groups]
dev = ["pytest"]
docs = ["sphinx"]
[tool.uv]
dev-dependencies = ["ruff"]
constraint-dependencies = ["numpy<2"]
override-dependencies = ["jinja2==3.1.4"]
exclude-dependencies = ["Some_Thing"]
environments = ["sys_platform == 'linux'", "\\nos_name == 'posix'\\n"]
resolution = "lowest-direct"
prerelease = "if-necessary-or-explicit"
exclude-newer = "2026-01-31"
exclude-newer-package = {Torch = "2026-02-01T00:00:00Z", x = false}
[[tool.uv.index]]
name = "pytorch"
url = "https://torch.example/whl/cpu"
explicit = true
[[tool.uv.index]]
url = "https://mirror.example/simple"
default = true
[[tool.uv.index]]
name = "flat"
url = "./wheels"
format = "flat"
[tool.uv.sources]
torch = [
  {index = "pytorch", marker = "sys_platform == 'linux'"},
  {url = "https://f.example/t.whl", extra = "GPU"},
]
local = {path = "../lib", editable = true}
member = {workspace = true}
vcs = {git = "https://h.example/x", tag = "v1", group = "Dev"}
`);
  assert.deepEqual(askedTexts(input.constraints), ["numpy<2"]);
  assert.deepEqual(askedTexts(input.overrides), ["jinja2==3.1.4"]);
  assert.deepEqual(input.excludes, ["some-thing"]);
  assert.deepEqual(input.environments, ["sys_platform == 'linux'", "os_name == 'posix'"]);
  assert.deepEqual(JSON.parse(JSON.stringify(input.resolution)), {
    resolution: "lowest-direct",
    prerelease: "if-necessary",
    excludeNewer: "2026-02-01T00:00:00Z",
    excludeNewerPackage: { torch: "2026-02-01T00:00:00Z" },
  });
  assert.deepEqual(input.indexes, [
    { name: "pytorch", url: "https://torch.example/whl/cpu", explicit: true, default: false },
    { name: "https://mirror.example/simple", url: "https://mirror.example/simple", explicit: false, default: true },
  ]);
  assert.deepEqual(input.options.findLinks, ["file:///p/wheels"]);
  assert.deepEqual(
    input.sources.map(({ name, from, marker, extra, group, location }) => [
      name,
      from,
      marker,
      extra,
      group,
      location.line,
    ]),
    [
      ["torch", { kind: "index", index: "pytorch" }, "sys_platform == 'linux'", undefined, undefined, 29],
      ["torch", { kind: "url", url: "https://f.example/t.whl" }, undefined, "gpu", undefined, 30],
      ["local", { kind: "path", path: "/lib", editable: true }, undefined, undefined, undefined, 32],
      ["member", { kind: "workspace" }, undefined, undefined, undefined, 33],
      ["vcs", { kind: "git", url: "https://h.example/x", rev: "v1" }, undefined, undefined, "dev", 34],
    ],
  );
  assert.deepEqual(askedTexts(input.groups["dev"]), ["pytest", "ruff"]);
  assert.deepEqual(input.defaultGroups, ["dev"]);
});

test("uv's default groups are dev, a list or all", () => {
  const groups = "[dependency-groups]\ndev = []\nDocs_x = []\n";
  assert.deepEqual(request(`${groups}[tool.uv]\n`).defaultGroups, ["dev"]);
  assert.deepEqual(request(`${groups}[tool.uv]\ndefault-groups = ["docs.x"]\n`).defaultGroups, ["docs-x"]);
  assert.deepEqual(request(`${groups}[tool.uv]\ndefault-groups = "all"\n`).defaultGroups, ["dev", "docs-x"]);
  assert.deepEqual(request("[tool.uv]\n").defaultGroups, []);
  assert.deepEqual(problems(`${groups}[tool.uv]\ndefault-groups = ["x"]\n`), [
    "INPUT_INVALID 5:19+3 there is no group x",
  ]);
});

test("what uv would not read is told with its place", () => {
  assert.deepEqual(
    problems(`[tool.uv]
resolution = "newest"
exclude-newer = "tomorrow"
index = [{name = "a", url = "https://i.example"}, {name = "a", url = "https://j.example"}, {name = "b"}]
environments = ["os"]
[tool.uv.sources]
a = {git = "x", path = "y"}
b = {}
c = 1
d = {index = "i", marker = "x"}
`),
    [
      "INPUT_INVALID 7:1+1 tool.uv.sources.a names path and git at once",
      "INPUT_INVALID 8:1+1 tool.uv.sources.b names no source",
      "INPUT_INVALID 9:5+1 tool.uv.sources.c must be a table that names an index, url, path, git or workspace",
      'INPUT_INVALID 10:29+1 "x" is no marker: expected a marker variable or a quoted string',
      "INPUT_INVALID 4:51+39 there are two indexes called a",
      "INPUT_INVALID 4:92+12 tool.uv.index[2] lacks url",
      'INPUT_INVALID 2:14+8 "newest" is none of highest, lowest, lowest-direct',
      'INPUT_INVALID 3:17+10 "tomorrow" is no date',
      'INPUT_INVALID 5:18+1 "os" is no marker: expected a marker variable or a quoted string',
    ],
  );
  assert.match(request('[tool.uv]\nexclude-newer = "7 days"\n').warnings[0] ?? "", /counts from today/);
});

test("[tool.pdm] has groups, overrides and sources", () => {
  const input = request(
    `[project]
dependencies = ["a"]
[tool.pdm.dev-dependencies]
test = ["pytest>8", "-e file:///x#egg=local"]
[tool.pdm.resolution]
allow-prereleases = true
excludes = ["Bad_One"]
[tool.pdm.resolution.overrides]
b = "1.2"
c = ">=3,<4"
d = "https://f.example/d-1-py3-none-any.whl"
[[tool.pdm.source]]
name = "pypi"
url = "https://\${USER}@mirror.example/simple"
[[tool.pdm.source]]
name = "own"
url = "https://own.example/simple"
include_packages = ["foo", "bar-*"]
[[tool.pdm.source]]
name = "links"
type = "find_links"
url = "https://links.example/"
`,
    {},
    { USER: "u" },
  );
  assert.deepEqual(askedTexts(input.groups["test"]), ["pytest>8"]);
  assert.deepEqual(input.defaultGroups, ["test"]);
  assert.match(input.warnings[0] ?? "", /local is editable/);
  assert.deepEqual(askedTexts(input.overrides), ["b==1.2", "c<4,>=3", "d @ https://f.example/d-1-py3-none-any.whl"]);
  assert.deepEqual(input.excludes, ["bad-one"]);
  assert.deepEqual(input.resolution, { prerelease: "allow" });
  assert.deepEqual(input.indexes, [
    { name: "pypi", url: "https://u@mirror.example/simple", explicit: false, default: true },
    { name: "own", url: "https://own.example/simple", explicit: false, default: false },
  ]);
  assert.deepEqual(
    input.sources.map(({ name, from }) => [name, from]),
    [["foo", { kind: "index", index: "own" }]],
  );
  assert.deepEqual(input.options.findLinks, ["https://links.example/"]);
  assert.match(problems('[tool.pdm.resolution.overrides]\na = "x y"')[0] ?? "", /no version, specifier set or URL/);
});

test("a pyproject.toml that only configures tools asks for nothing", () => {
  assert.equal(asksForPackages('[tool.black]\nline-length = 1\n[build-system]\nrequires = ["x"]\n'), false);
  for (const text of [
    "[project]\n",
    "[dependency-groups]\na=[]",
    "[tool.poetry.dependencies]\n",
    "[tool.uv]\ndev-dependencies=[]",
    "= no TOML",
  ]) {
    assert.equal(asksForPackages(text), true, text);
  }
});

test("a text that is no TOML is refused with its place", () => {
  assert.match(problems("[project]\nname = \n")[0] ?? "", /^INPUT_INVALID 2:\d+\+1 not a TOML document/);
});
