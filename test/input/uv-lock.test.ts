import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError, type OciasmError } from "../../src/errors.ts";
import type { LockGraph } from "../../src/input/graph.ts";
import type { InputContext, InputPackage, LockInput } from "../../src/input/input.ts";
import { uvLock } from "../../src/input/uv-lock.ts";

const A = "a".repeat(64);
const HEAD = 'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n';
const INDEX = '{ registry = "https://index.example/simple" }';
const PROJECT = '[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\n';

const files = new Map<string, string>();
const context: InputContext = {
  file: "/p/uv.lock",
  environment: {},
  readInclude: (path) => {
    const text = files.get(path);
    return text === undefined ? undefined : { path: `/p/${path}`, text };
  },
};

const read = (text: string): LockInput => uvLock.parse(text, context);

function graphOf(input: LockInput): LockGraph {
  return input.selection.by === "graph" ? input.selection.graph : assert.fail("no graph");
}

/** A package of the index with one wheel, and whatever else a test gives it. */
function locked(name: string, more = "", version = "1.0"): string {
  const url = `https://files.example/${name}-${version}-py3-none-any.whl`;
  const wheels = `wheels = [{ url = "${url}", hash = "sha256:${A}", size = 9 }]`;
  return `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = ${INDEX}\n${wheels}\n${more}\n`;
}

function packageOf(text: string, name = "x"): InputPackage {
  const found = graphOf(read(`${HEAD}${text}`)).nodes.find((node) => node.package.name === name);
  return found?.package ?? assert.fail(`no ${name}`);
}

function problemsOf(text: string): readonly OciasmError[] {
  try {
    read(text);
  } catch (error) {
    assert.ok(isOciasmError(error), String(error));
    return [error, ...error.problems];
  }
  return assert.fail("no problem was found");
}

const places = (text: string): readonly string[] =>
  problemsOf(text).map(({ location, message }) => `${location?.line}:${location?.column} ${message}`);

test("a newer version is refused before anything else is looked at, revisions and unknown keys are not", () => {
  assert.deepEqual(places('version = 2\nrequires-python = "nonsense"\npackage = 3\n'), [
    "1:11 version 2 of uv's lock is not known here, only 1 is",
  ]);
  assert.deepEqual(places('requires-python = ">=3.11"\n'), ["1:1 the document lacks version"]);
  const input = read(`version = 1\nrevision = 9\nrequires-python = ">=3.11"\nnew = [1]\n${locked("x", "new = {}")}`);
  assert.equal(graphOf(input).nodes.length, 1);
  assert.equal(input.requiresPython, ">=3.11");
});

test("packages may be called distribution, as before uv's locks were stable", () => {
  assert.equal(graphOf(read(`${HEAD}${locked("x").replace("[[package]]", "[[distribution]]")}`)).nodes.length, 1);
});

test("files of an index have their URL, hash, size and time, each where it is given", () => {
  const wheel = `{ url = "https://files.example/x-1.0%2Bcpu-py3-none-any.whl#frag", hash = "sha256:${A.toUpperCase()}", upload_time = "2026-01-02T03:04:05.678Z" }`;
  const other = `{ url = "https://files.example/x-1.0-2-py3-none-any.whl", hash = "sha512:00", size = 5, zstd = { hash = "sha256:00" } }`;
  const sdist = `{ url = "https://files.example/x-1.0.tar.gz", size = 7, upload-time = "2026-01-02T03:04:05Z" }`;
  const entry = `[[package]]\nname = "X"\nversion = "1.0+CPU"\nsource = ${INDEX}\nsdist = ${sdist}\nwheels = [${wheel}, ${other}]\n`;
  const item = packageOf(entry);
  assert.equal(item.version, "1.0+cpu");
  assert.equal(item.index, "https://index.example/simple");
  assert.deepEqual(item.files, [
    {
      filename: "x-1.0+cpu-py3-none-any.whl",
      url: "https://files.example/x-1.0%2Bcpu-py3-none-any.whl",
      sha256: A,
      uploadTime: "2026-01-02T03:04:05.678Z",
    },
    { filename: "x-1.0-2-py3-none-any.whl", url: "https://files.example/x-1.0-2-py3-none-any.whl", size: 5 },
    {
      filename: "x-1.0.tar.gz",
      url: "https://files.example/x-1.0.tar.gz",
      size: 7,
      uploadTime: "2026-01-02T03:04:05Z",
    },
  ]);
  assert.equal(item.blocked, undefined);
});

test("an index that is a folder and a wheel at a path are relative to the lock", () => {
  const flat = packageOf(
    `[[package]]\nname = "x"\nversion = "1"\nsource = { registry = "../links" }\nwheels = [{ path = "sub dir/x-1-py3-none-any.whl" }]\n`,
  );
  assert.equal(flat.index, "file:///links");
  assert.deepEqual(flat.files, [
    { filename: "x-1-py3-none-any.whl", url: "file:///links/sub%20dir/x-1-py3-none-any.whl" },
  ]);
  const direct = packageOf(
    `[[package]]\nname = "x"\nversion = "1"\nsource = { path = "dist/x-1-py3-none-any.whl" }\nwheels = [{ filename = "x-1-py3-none-any.whl", hash = "sha256:${A}" }]\n`,
  );
  assert.deepEqual(direct.sha256, [A]);
  assert.equal(direct.direct?.url, "file:///p/dist/x-1-py3-none-any.whl");
  assert.match(direct.direct?.directUrl ?? "", /"url":"file:\/\/\/app\/x-1-py3-none-any\.whl"/);
  assert.deepEqual(direct.files, [
    { filename: "x-1-py3-none-any.whl", url: "file:///p/dist/x-1-py3-none-any.whl", sha256: A },
  ]);
});

test("a wheel at a URL is a direct one", () => {
  const url = "https://files.example/d/x-1-cp312-cp312-linux_x86_64.whl";
  const item = packageOf(
    `[[package]]\nname = "x"\nversion = "1"\nsource = { url = "${url}" }\nwheels = [{ url = "${url}", hash = "sha256:${A}" }]\n`,
  );
  assert.equal(item.direct?.url, url);
  assert.deepEqual(item.sha256, [A]);
  assert.equal(item.files[0]?.filename, "x-1-cp312-cp312-linux_x86_64.whl");
});

test("what can't come as a wheel is blocked with its reason and the way out", () => {
  const blocked = (source: string): readonly (string | undefined)[] => {
    const item = packageOf(`[[package]]\nname = "x"\nversion = "1"\nsource = ${source}\n`);
    return [item.blocked?.code, item.blocked?.message, item.blocked?.hint, item.folder];
  };
  const lock = (command: string): string =>
    `build a wheel of it (\`${command}\`) and lock that: \`[tool.uv.sources] x = { path = "….whl" }\``;
  const nothing = ", and nothing is built here: ";
  assert.deepEqual(blocked('{ git = "https://me:secret@git.example/x.git?rev=v1#abc" }'), [
    "INPUT_UNSUPPORTED",
    `x is in version control${nothing}https://git.example/x.git@abc`,
    lock("pip wheel --no-deps git+https://git.example/x.git@abc"),
    undefined,
  ]);
  assert.deepEqual(blocked('{ url = "https://files.example/x-1.zip" }').slice(0, 2), [
    "INPUT_UNSUPPORTED",
    `x is an archive of sources${nothing}https://files.example/x-1.zip`,
  ]);
  assert.deepEqual(blocked('{ path = "../x-1.tar.gz" }').slice(0, 2), [
    "INPUT_UNSUPPORTED",
    `x is an archive of sources${nothing}../x-1.tar.gz`,
  ]);
  for (const kind of ["editable", "directory"]) {
    assert.deepEqual(blocked(`{ ${kind} = "packages/x/" }`), [
      "INPUT_UNSUPPORTED",
      `x is a folder of sources${nothing}packages/x/`,
      lock("uv build --wheel packages/x/"),
      "packages/x",
    ]);
  }
  assert.deepEqual(blocked('{ virtual = "packages/x" }'), [undefined, undefined, undefined, "packages/x"]);
  assert.deepEqual(blocked(INDEX).slice(0, 2), ["NO_WHEEL", "the lock lists no file of x"]);
});

test("logins in URLs are not kept, and a warning names the line", () => {
  const text = `${HEAD}[[package]]\nname = "x"\nversion = "1"\nsource = { registry = "https://me:secret@index.example/simple" }\nwheels = [{ url = "https://me:secret@files.example/x-1-py3-none-any.whl" }]\n`;
  const input = read(text);
  assert.doesNotMatch(JSON.stringify(input), /secret/);
  assert.equal(graphOf(input).nodes[0]?.package.index, "https://index.example/simple");
  assert.deepEqual(input.warnings, [
    "/p/uv.lock:7: a URL with a login stands in the lock; it is not used: keep it in netrc, and lock again",
  ]);
  assert.deepEqual(read(HEAD).warnings, []);
});

test("markers are strings or tables, and say for what a lock was made", () => {
  const input = read(
    `${HEAD}supported-markers = ["sys_platform == 'linux'"]\nrequired-markers = [{ marker = "sys_platform == 'linux'", libc = { glibc = "2.31" } }]\nresolution-markers = [{ marker = "python_full_version >= '3.12'" }, "python_full_version < '3.12'"]\n`,
  );
  assert.deepEqual(input.environments, ["sys_platform == 'linux'"]);
  assert.deepEqual(graphOf(input).forks, ["python_full_version >= '3.12'", "python_full_version < '3.12'"]);
});

test("dependencies point at the only package of a name, or at the one with their version and source", () => {
  const other = '{ registry = "https://other.example/simple" }';
  const text =
    HEAD +
    locked(
      "app",
      `dependencies = [
    { name = "one", extra = ["Some_Extra"], marker = "sys_platform == 'linux'" },
    { name = "two", version = "2.0", source = ${INDEX} },
    { name = "three", source = ${other} },
]`,
    ) +
    locked("one") +
    locked("two", "", "1.0") +
    locked("two", "", "2.0") +
    locked("three") +
    locked("three").replace("https://index.example/simple", "https://other.example/simple");
  assert.deepEqual(graphOf(read(text)).nodes[0]?.edges, [
    { to: 1, extras: ["some-extra"], marker: "sys_platform == 'linux'" },
    { to: 3, extras: [] },
    { to: 5, extras: [] },
  ]);
});

test("a dependency that names nothing, or several, is a problem at its place", () => {
  const text = `${HEAD}${locked("app", 'dependencies = [{ name = "none" }, { name = "two" }, { name = "two", version = "3" }]')}${locked("two")}${locked("two", "", "2.0")}`;
  assert.deepEqual(places(text), [
    "9:26 none is not in this lock",
    "9:45 two may be any of 2 packages of this lock",
    "9:63 two 3 is not in this lock",
  ]);
});

test("extras and groups are read with those that are only declared, under normalised names", () => {
  const text =
    HEAD +
    PROJECT +
    `[package.optional-dependencies]
Gpu_1 = [{ name = "x" }]
[package.dev-dependencies]
dev = [{ name = "x" }]
Docs = [{ name = "x" }]
[package.metadata]
provides-extras = ["gpu-1", "empty"]
[package.metadata.requires-dev]
later = []
${locked("x")}`;
  const input = read(text);
  const [root] = graphOf(input).roots;
  assert.deepEqual({ ...root?.extras }, { "gpu-1": [{ to: 1, extras: [] }], empty: [] });
  assert.deepEqual(Object.keys(root?.groups ?? {}), ["later", "dev", "docs"]);
  assert.deepEqual(input.extras, ["empty", "gpu-1"]);
  assert.deepEqual(input.groups, ["dev", "docs", "later"]);
});

test("default groups come from the project's pyproject.toml, and dev is none of them", () => {
  const text = `${HEAD}${PROJECT}[package.dev-dependencies]\ndev = []\nweb = []\nlint = []\n`;
  const defaults = (pyproject: string): readonly string[] => {
    files.set("pyproject.toml", pyproject);
    return read(text).defaultGroups;
  };
  assert.deepEqual(defaults('[tool.uv]\ndefault-groups = ["dev", "Web", "unknown"]\n'), ["web"]);
  assert.deepEqual(defaults('[tool.uv]\ndefault-groups = "all"\n'), ["lint", "web"]);
  assert.deepEqual(defaults("[tool.uv]\n"), []);
  assert.deepEqual(defaults("[project]\n"), []);
  assert.throws(() => defaults("[tool.uv\n"), /not a TOML document/);
  files.delete("pyproject.toml");
  assert.deepEqual(read(text).defaultGroups, []);
});

test("the members of a workspace are roots, each with its folder; no pyproject.toml outside of it is read", () => {
  const member = (name: string, source: string): string =>
    `[[package]]\nname = "${name}"\nsource = ${source}\n[package.dev-dependencies]\nweb = []\n`;
  const asked: string[] = [];
  const input = uvLock.parse(
    `${HEAD}[manifest]\nmembers = ["b", "A", "out"]\n${member("a", '{ editable = "packages/a" }')}${member("b", '{ virtual = "." }')}${member("out", '{ editable = "../out" }')}${member("path", '{ editable = "lib" }')}`,
    {
      ...context,
      readInclude: (path) => {
        asked.push(path);
        return undefined;
      },
    },
  );
  assert.deepEqual(
    graphOf(input).roots.map(({ name, path, node }) => [name, path, node]),
    [
      ["b", ".", 1],
      ["out", "../out", 2],
      ["a", "packages/a", 0],
    ],
  );
  assert.deepEqual(asked.sort(), ["packages/a/pyproject.toml", "pyproject.toml"]);
});

test("requirements of no project are a root without a name, whose ambiguous names the forks decide", () => {
  const two = (version: string, fork: string): string =>
    locked("two", `resolution-markers = ["${fork}", "os_name == 'nt'"]`, version);
  const input = read(
    `${HEAD}[manifest]\nrequirements = [{ name = "One", extras = ["e"], specifier = ">=1" }, { name = "two", marker = "sys_platform == 'linux'" }]\n[manifest.dependency-groups]\nweb = [{ name = "one" }]\n${locked("one")}${two("1.0", "python_version < '3.12'")}${two("2.0", "python_version >= '3.12'")}`,
  );
  const [root, ...others] = graphOf(input).roots;
  assert.equal(others.length, 0);
  assert.equal(root?.name, undefined);
  assert.deepEqual(root?.edges, [
    { to: 0, extras: ["e"] },
    {
      to: 1,
      extras: [],
      marker: "((sys_platform == 'linux')) and ((python_version < '3.12') or (os_name == 'nt'))",
    },
    {
      to: 2,
      extras: [],
      marker: "((sys_platform == 'linux')) and ((python_version >= '3.12') or (os_name == 'nt'))",
    },
  ]);
  assert.deepEqual(root?.groups["web"], [{ to: 0, extras: [] }]);
});

test("conflicts are sets of extras, groups and whole projects", () => {
  const input = read(
    `${HEAD}conflicts = [[{ package = "App", extra = "C_pu" }, { package = "app", group = "gpu" }], [{ package = "a" }, { package = "b" }]]\n`,
  );
  assert.deepEqual(graphOf(input).conflicts, [
    [
      { package: "app", extra: "c-pu" },
      { package: "app", group: "gpu" },
    ],
    [{ package: "a" }, { package: "b" }],
  ]);
});

test("every problem is found in one pass, with its place", () => {
  const text = `version = 1
requires-python = "3.x"
supported-markers = ["linux"]
conflicts = [[{ extra = "a" }]]
[[package]]
name = "a"
source = { registry = "https://index.example/simple" }
wheels = [{ hash = "sha256:12" }, { url = "ftp://files.example/a.whl" }, { path = "a.whl" }]
[[package]]
name = "b/c"
version = "one"
source = { url = "https://files.example/b.whl", path = "b.whl" }
[[package]]
name = "d"
version = "1"
source = "registry+https://index.example/simple"
[[package]]
name = "e"
version = "1"
source = { editable = "e" }
dependencies = [{ name = "a", marker = "extra in 'x'" }, { name = "a", marker = "os_name ~= 'x'" }]
`;
  assert.deepEqual(places(text), [
    '2:19 "3.x" is no version specifier',
    "5:3 package[0] lacks version",
    "8:11 a file has no url, path or filename",
    '8:43 "ftp://files.example/a.whl" is no http: or file: URL',
    "8:83 a file of a registry source needs a url, not a path",
    "12:10 source must be one of registry, git, url, path, directory, editable, virtual, not url and path",
    "16:10 source is written as uv did before its locks were stable",
    `21:40 "extra in 'x'" does more with extra than compare it`,
    '21:81 the marker os_name ~= "x" has no meaning: ~= compares versions, and this is text',
    "4:15 conflicts[0][0] lacks package",
    `3:21 "linux" is no marker: expected a marker variable or a quoted string`,
  ]);
});

test("two packages with one name, version and source are a problem", () => {
  assert.deepEqual(places(`${HEAD}${locked("x")}${locked("x")}`), ["11:8 x 1.0 stands here twice"]);
});

test("many versions of one name, asked for many times, are refused and take no memory", () => {
  const versions = Array.from({ length: 100 }, (_, version) => locked("x", "", String(version))).join("");
  const [problem] = places(`${HEAD}[manifest]\nrequirements = [${'{ name = "x" },'.repeat(100)}]\n${versions}`);
  assert.match(problem ?? "", /more than 64 versions of x$/);
});

test("thousands of faults in one long line are told in time", () => {
  const started = performance.now();
  const text = `${HEAD}${PROJECT}dependencies = [${'{ name = "none" },'.repeat(20_000)}]\n`;
  assert.equal(problemsOf(text).length, 101);
  assert.ok(performance.now() - started < 60_000);
});

test("a text that is no TOML has the place of the fault", () => {
  const [problem] = problemsOf(`${HEAD}[[package]\n`);
  assert.match(problem?.message ?? "", /^not a TOML document/);
  assert.equal(problem?.location?.line, 4);
});

test("each package has the place of its name, however the lock is written", () => {
  const written = [
    `${HEAD}\n${locked("x")}\n${locked("y")}`,
    `${HEAD}\n${locked("x")}\n${locked("y").replace('name = "y"', "  name='y'")}`,
    `${HEAD}\n${locked("x")}\n${locked("y")}`.replaceAll("\n", "\r\n"),
  ];
  for (const text of written) {
    const [x, y] = graphOf(read(text)).nodes.map((node) => node.package.location);
    assert.deepEqual([x?.line, x?.column, x?.length], [6, 8, 3]);
    assert.equal(y?.line, 13);
    assert.match(y?.text ?? "", /y/);
  }
});

test("keys that JavaScript knows are only keys", () => {
  const text = `${HEAD}${PROJECT}dependencies = [{ name = "x", extra = ["constructor"] }]\n[package.optional-dependencies]\nconstructor = [{ name = "x" }]\n${locked("x")}`;
  const [root] = graphOf(read(text)).roots;
  assert.deepEqual(Object.keys(root?.extras ?? {}), ["constructor"]);
  assert.equal(Object.getPrototypeOf(root?.extras), null);
});
