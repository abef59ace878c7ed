import assert from "node:assert/strict";
import { test } from "node:test";
import type { OciasmError } from "../../src/errors.ts";
import { poetryLock } from "../../src/input/poetry-lock.ts";
import { lockContext, parseLock, selected } from "../support/lock-input.ts";

const HASH = "a".repeat(64);
const FILES = `files = [{file = "x-1-py3-none-any.whl", hash = "sha256:${HASH}"}]`;

function row(name: string, version: string, more: string): string {
  return `[[package]]\nname = "${name}"\nversion = "${version}"\noptional = false\npython-versions = ">=3.8"\n${FILES}\n${more}\n`;
}

function lock(version: string, rows: readonly string[], extras = ""): string {
  return `${rows.join("\n")}\n${extras}\n[metadata]\nlock-version = "${version}"\npython-versions = "^3.9"\ncontent-hash = "x"\n`;
}

const SETS = lock(
  "2.1",
  [
    row("Foo_Bar", "1.0", 'groups = ["main", "dev"]'),
    row("win", "1", 'groups = ["main"]\nmarkers = "sys_platform == \\"win32\\""'),
    row(
      "both",
      "1",
      'groups = ["main", "dev"]\nmarkers = {main = "python_version < \\"3.11\\"", dev = "os_name == \\"posix\\""}',
    ),
    row("half", "1", 'groups = ["main", "dev"]\nmarkers = {main = "python_version < \\"3\\""}'),
    row("opt", "1", 'groups = ["main"]\nmarkers = "extra == \\"Big_X\\" or extra == \\"all\\""'),
    row("not", "1", 'groups = ["main"]\nmarkers = "extra != \\"all\\""'),
    row("never", "1", 'groups = ["main"]\nmarkers = "<empty>"'),
    row("tool", "1", 'groups = ["dev"]'),
  ],
  '[extras]\nBig_X = ["opt"]\nall = ["opt"]',
);

test("poetry 2.1: the main group is selected, with the markers of each group", () => {
  const input = parseLock(poetryLock, SETS);
  assert.equal(input.requiresPython, ">=3.9,<4.0");
  assert.deepEqual(input.extras, ["all", "big-x"]);
  assert.deepEqual(input.groups, ["dev"]);
  assert.deepEqual(selected(input), ["foo-bar==1.0", "not==1"]);
  assert.deepEqual(selected(input, { python: "3.10.4" }), ["both==1", "foo-bar==1.0", "not==1"]);
});

test("poetry 2.1: groups and extras are added when asked for", () => {
  const input = parseLock(poetryLock, SETS);
  assert.deepEqual(selected(input, { groups: ["dev"] }), ["both==1", "foo-bar==1.0", "half==1", "not==1", "tool==1"]);
  assert.deepEqual(selected(input, { groups: ["dev"], only: true }), ["both==1", "foo-bar==1.0", "half==1", "tool==1"]);
  assert.deepEqual(selected(input, { extras: ["all"] }), ["foo-bar==1.0", "opt==1"]);
  assert.deepEqual(selected(input, { extras: ["big.x"] }), ["foo-bar==1.0", "not==1", "opt==1"]);
  assert.throws(() => selected(input, { extras: ["none"] }), { code: "INPUT_INVALID" });
});

test("files come as hashes to look for in the index, without names", () => {
  const [first] = parseLock(poetryLock, SETS).packages;
  assert.deepEqual(first?.sha256, [HASH]);
  assert.deepEqual(first?.files, []);
  assert.equal(first?.location.line, 2);
});

const PYPROJECT = `
[tool.poetry]
name = "app"
[tool.poetry.dependencies]
python = "^3.9"
web = {version = "^1.0", extras = ["fast"]}
old = {version = "*", python = "<3.10"}
mac = {version = "*", platform = "darwin"}
"pg" = {version = "*", optional = true}
num = [{version = "1.*", python = "<3.11"}, {version = "2.*", python = ">=3.11"}]
[tool.poetry.extras]
Data_Base = ["pg"]
[tool.poetry.dev-dependencies]
lint = "*"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
book = "*"
`;

const GRAPH = [
  row(
    "web",
    "1.2",
    '[package.dependencies]\ncore = ">=1"\nuv = {version = "*", optional = true, markers = "extra == \\"fast\\" and sys_platform != \\"win32\\""}\nnum = "*"\n[package.extras]\nfast = ["uv (>=1)"]\nall = ["web[fast]"]',
  ),
  row("core", "1", ""),
  row("uv", "1", ""),
  row("old", "1", ""),
  row("mac", "1", ""),
  row("pg", "1", ""),
  row("num", "1.9", ""),
  row("num", "2.0", ""),
  row("lint", "1", ""),
  row("book", "1", ""),
];

for (const version of ["1.1", "2.0"]) {
  test(`poetry ${version}: walked from pyproject.toml, with extras, markers, platform and python`, () => {
    const input = parseLock(poetryLock, lock(version, GRAPH), { "pyproject.toml": PYPROJECT });
    assert.equal(input.selection.by, "graph");
    assert.deepEqual(selected(input), ["core==1", "num==2.0", "uv==1", "web==1.2"]);
    assert.deepEqual(selected(input, { python: "3.9.2" }), ["core==1", "num==1.9", "old==1", "uv==1", "web==1.2"]);
    assert.deepEqual(selected(input, { extras: ["data-base"] }), ["core==1", "num==2.0", "pg==1", "uv==1", "web==1.2"]);
    assert.deepEqual(selected(input, { groups: ["dev"] }), ["core==1", "lint==1", "num==2.0", "uv==1", "web==1.2"]);
    assert.deepEqual(selected(input, { groups: ["docs"] }), ["book==1", "core==1", "num==2.0", "uv==1", "web==1.2"]);
  });
}

test("an extra that names the package's own extras leads on to them", () => {
  const pyproject = '[tool.poetry.dependencies]\nweb = {version = "1.2", extras = ["all"]}\nnum = "2.0"\n';
  const input = parseLock(poetryLock, lock("1.1", GRAPH), { "pyproject.toml": pyproject });
  assert.deepEqual(selected(input), ["core==1", "num==2.0", "uv==1", "web==1.2"]);
});

test("[project] and [dependency-groups] are roots of poetry 2.0", () => {
  const pyproject = `
[project]
name = "app"
dependencies = ["web>=1 ; python_version >= '3'"]
[project.optional-dependencies]
db = ["pg"]
[dependency-groups]
base = ["core"]
dev = ["lint", {include-group = "base"}]
[tool.poetry.dependencies]
book = "*"
`;
  const input = parseLock(poetryLock, lock("2.0", GRAPH), { "pyproject.toml": pyproject });
  assert.deepEqual(selected(input, { python: "3.10.1", extras: ["db"], groups: ["dev"] }), [
    "core==1",
    "lint==1",
    "num==2.0",
    "pg==1",
    "web==1.2",
  ]);
});

test("a dependency that is not locked is an error only where its marker holds", () => {
  const rows = [
    row("web", "1", '[package.dependencies]\nlost = {version = "*", markers = "python_version < \\"3.10\\""}'),
  ];
  const pyproject = '[tool.poetry.dependencies]\nweb = "*"\n';
  const input = parseLock(poetryLock, lock("1.1", rows), { "pyproject.toml": pyproject });
  assert.deepEqual(selected(input), ["web==1"]);
  assert.throws(() => selected(input, { python: "3.9.1" }), { code: "INPUT_INVALID", message: /lost/ });
});

test("an older lock without pyproject.toml says what it needs", () => {
  assert.throws(() => parseLock(poetryLock, lock("1.1", GRAPH)), {
    code: "INPUT_NOT_FOUND",
    hint: /Poetry 2\.0/,
  });
});

test("lock-version 1.1: files stand below metadata.files, and an empty list is refused when selected", () => {
  const rows = ["Web_A", "b", "c"].map(
    (name) =>
      `[[package]]\nname = "${name}"\nversion = "1"\ncategory = "main"\noptional = false\npython-versions = "*"\n`,
  );
  const text = `${lock("1.1", rows)}[metadata.files]\nweb-a = [{file = "w-1.whl", hash = "sha256:${HASH}"}]\nb = []\nc = [{file = "c-1.whl", hash = "md5:00"}]\n`;
  const asking = (name: string) =>
    parseLock(poetryLock, text, { "pyproject.toml": `[tool.poetry.dependencies]\n${name} = "*"\n` });
  assert.deepEqual(selected(asking("web-a")), ["web-a==1"]);
  assert.throws(() => selected(asking("b")), { code: "HASH_REQUIRED", hint: /poetry lock/, message: /no file of b 1/ });
  assert.throws(() => selected(asking("c")), { code: "HASH_REQUIRED", message: /no sha256 of c 1/ });
});

const SOURCES: readonly (readonly [source: string, outcome: RegExp | string])[] = [
  [
    'type = "git"\nurl = "https://u:p@git.example/x.git"\nresolved_reference = "abc"',
    /in version control.*: https:\/\/git\.example/,
  ],
  ['type = "directory"\nurl = "../lib"', /folder of sources/],
  ['type = "url"\nurl = "https://f.example/x-1.zip"', /archive of sources/],
  ['type = "file"\nurl = "dist/x-1.tar.gz"', /archive of sources/],
  ['type = "url"\nurl = "https://f.example/x-1-py3-none-any.whl"', "https://f.example/x-1-py3-none-any.whl"],
  ['type = "file"\nurl = "dist/x-1-py3-none-any.whl"', "file:///p/dist/x-1-py3-none-any.whl"],
];

for (const [source, outcome] of SOURCES) {
  test(`a source with ${source.split("\n")[1]} is ${typeof outcome === "string" ? "taken" : "refused with the reason"}`, () => {
    const text = lock("2.1", [row("x", "1", `groups = ["main"]\n[package.source]\n${source}`)]);
    const input = parseLock(poetryLock, text);
    const [first] = input.packages;
    if (typeof outcome === "string") {
      assert.equal(first?.direct?.url, outcome);
      assert.deepEqual(first?.sha256, [HASH]);
      assert.deepEqual(selected(input), ["x==1"]);
    } else assert.throws(() => selected(input), { code: "INPUT_UNSUPPORTED", message: outcome });
  });
}

test("the project's own row is left out with a word", () => {
  const own = row("app", "0", 'groups = ["main"]\n[package.source]\ntype = "directory"\nurl = "."');
  const input = parseLock(poetryLock, lock("2.1", [own, row("x", "1", 'groups = ["main"]')]));
  assert.deepEqual(selected(input), ["x==1"]);
  assert.match(input.warnings?.[0] ?? "", /app is the project itself/);
});

test("a legacy source is an index of the lock; the default one where all packages have it", () => {
  const private_ = row(
    "x",
    "1",
    'groups = ["main"]\n[package.source]\ntype = "legacy"\nurl = "https://index.example/simple"\nreference = "own"',
  );
  const one = parseLock(poetryLock, lock("2.1", [private_, row("y", "1", 'groups = ["main"]')]));
  assert.equal(one.packages[0]?.index, "https://index.example/simple");
  assert.deepEqual(one.options.extraIndexUrls, ["https://index.example/simple"]);
  assert.equal(one.options.indexUrl, undefined);
  assert.equal(parseLock(poetryLock, lock("2.1", [private_])).options.indexUrl, "https://index.example/simple");
});

test("only lock-version 1 and 2 are read", () => {
  for (const version of ["3.0", "0.9", "x"]) {
    assert.throws(
      () => parseLock(poetryLock, lock(version, [])),
      (error: OciasmError) => error.code === "INPUT_INVALID" && error.location?.line === 4,
      version,
    );
  }
  const newer = parseLock(poetryLock, lock("2.7", []));
  assert.match(newer.warnings?.[0] ?? "", /2\.7 is newer/);
});

test("every mistake is told with its place", () => {
  const text = lock("2.1", [
    row("x", "not a version", 'groups = ["main"]\nmarkers = "nonsense"'),
    row("y", "1", 'groups = ["main"]\n[package.source]\ntype = "svn"').replace(HASH, "zz"),
    row("z", "1", ""),
  ]);
  assert.throws(
    () => parseLock(poetryLock, text),
    (error: OciasmError) => {
      const all = [error, ...error.problems];
      assert.deepEqual(
        all.map(({ location }) => location?.line),
        [3, 15, 18, 8, 20],
      );
      return all.every(({ code }) => code === "INPUT_INVALID");
    },
  );
});

test("names of the file that poetry writes", () => {
  for (const name of ["poetry.lock", "poetry.prod.lock"]) assert.ok(poetryLock.matches(name), name);
  assert.ok(!poetryLock.matches("poetry.lock.bak"));
  assert.throws(() => poetryLock.parse("[[package]]\n", lockContext("/p/poetry.lock")), { code: "INPUT_INVALID" });
});
