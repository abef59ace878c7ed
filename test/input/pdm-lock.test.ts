import assert from "node:assert/strict";
import { test } from "node:test";
import type { OciasmError } from "../../src/errors.ts";
import { pdmLock } from "../../src/input/pdm-lock.ts";
import { parseLock, selected } from "../support/lock-input.ts";

const HASH = "b".repeat(64);

function row(name: string, version: string, more: string): string {
  const files = `files = [{file = "x-1-py3-none-any.whl", hash = "sha256:${HASH}"}]`;
  return `[[package]]\nname = "${name}"\nversion = "${version}"\nrequires_python = ">=3.8"\n${files}\n${more}\n`;
}

function lock(metadata: string, rows: readonly string[]): string {
  return `[metadata]\nlock_version = "4.5.0"\ncontent_hash = "sha256:x"\n${metadata}\n${rows.join("\n")}`;
}

const INHERIT =
  'groups = ["default", "dev", "db"]\nstrategy = ["inherit_metadata"]\n[[metadata.targets]]\nrequires_python = ">=3.9"';
const SETS = lock(INHERIT, [
  row("web", "1", 'groups = ["default", "dev"]'),
  row("web", "1", 'extras = ["fast"]\ngroups = ["db"]\ndependencies = ["uv", "web==1"]'),
  row("uv", "1", 'groups = ["db"]\nmarker = "sys_platform != \\"win32\\""'),
  row("lint", "1", 'groups = ["dev"]'),
  row("old", "1", 'groups = ["default"]\nmarker = "python_version < \\"3.10\\""'),
]);
const PROJECT =
  '[project]\nname = "app"\ndependencies = ["web"]\noptional-dependencies = {DB = ["web[fast]"]}\n[tool.pdm.dev-dependencies]\ndev = ["lint", "web"]\n';

test("inherit_metadata: groups and markers decide, extras are told from groups by pyproject.toml", () => {
  const input = parseLock(pdmLock, SETS, { "pyproject.toml": PROJECT });
  assert.equal(input.requiresPython, ">=3.9");
  assert.deepEqual([input.extras, input.groups, input.environments], [["db"], ["dev"], []]);
  assert.deepEqual(selected(input), ["web==1"]);
  assert.deepEqual(selected(input, { python: "3.9.1" }), ["old==1", "web==1"]);
  assert.deepEqual(selected(input, { extras: ["db"] }), ["uv==1", "web==1"]);
  assert.deepEqual(selected(input, { groups: ["dev"], only: true }), ["lint==1", "web==1"]);
});

test("rows of a package and of its extras are one package", () => {
  const input = parseLock(pdmLock, SETS);
  assert.deepEqual(
    input.packages.map(({ name }) => name),
    ["web", "uv", "lint", "old"],
  );
  assert.deepEqual(selected(input, { groups: ["db"], only: true }), ["uv==1", "web==1"]);
});

const GRAPH = [
  row("web", "1", 'dependencies = ["core>=1", "num"]'),
  row("web", "1", 'extras = ["fast"]\ndependencies = ["uv; sys_platform != \\"win32\\"", "web==1"]'),
  row("web", "1", 'extras = ["fast", "log"]\ndependencies = ["uv", "logs", "web==1"]'),
  row("core", "1", ""),
  row("uv", "1", ""),
  row("logs", "1", ""),
  row("lint", "1", ""),
  row("num", "1", ""),
  row("num", "2", ""),
];

function walked(dependencies: string): ReturnType<typeof parseLock> {
  const project = `[project]\nname = "app"\ndependencies = [${dependencies}]\n[project.optional-dependencies]\nfast = ["web[fast]"]\nall = ["app[fast]", "logs"]\n[dependency-groups]\nbase = ["core"]\ndev = ["lint", {include-group = "base"}]\n`;
  return parseLock(pdmLock, lock('strategy = ["cross_platform"]', GRAPH), { "pyproject.toml": project });
}

test("without inherit_metadata the lock is walked from pyproject.toml", () => {
  const numbers = "\"num<2; python_version < '3.11'\", \"num>=2; python_version >= '3.11'\"";
  const input = walked(`"web", ${numbers}`);
  assert.deepEqual(selected(input), ["core==1", "num==2", "web==1"]);
  assert.deepEqual(selected(input, { python: "3.10.2" }), ["core==1", "num==1", "web==1"]);
  assert.deepEqual(selected(input, { extras: ["fast"] }), ["core==1", "num==2", "uv==1", "web==1"]);
  assert.deepEqual(selected(input, { extras: ["all"] }), ["core==1", "logs==1", "num==2", "uv==1", "web==1"]);
  assert.deepEqual(selected(input, { groups: ["dev"] }), ["core==1", "lint==1", "num==2", "web==1"]);
});

test("extras that are asked for together have a row of their own", () => {
  assert.deepEqual(selected(walked('"web[fast,log]", "num==1"')), ["core==1", "logs==1", "num==1", "uv==1", "web==1"]);
});

test("such a lock without pyproject.toml says what it needs", () => {
  assert.throws(() => parseLock(pdmLock, lock("strategy = []", GRAPH)), {
    code: "INPUT_NOT_FOUND",
    hint: /inherit_metadata/,
  });
});

test("static_urls: the lock's own files are taken", () => {
  const url = "https://f.example/x-1-py3-none-any.whl";
  const rows = [
    `[[package]]\nname = "x"\nversion = "1"\ngroups = ["default"]\nfiles = [{url = "${url}", hash = "sha256:${HASH}"}]\n`,
  ];
  const text = lock('strategy = ["inherit_metadata", "static_urls"]', rows);
  const [first] = parseLock(pdmLock, text).packages;
  assert.deepEqual(first?.files, [{ filename: "x-1-py3-none-any.whl", url, sha256: HASH }]);
});

test("before 4.3 files stand below metadata.files, by name and version", () => {
  const rows = '[[package]]\nname = "X"\nversion = "1"\n';
  const files = `[metadata.files]\n"X 1" = [{url = "https://f.example/x-1-py3-none-any.whl", hash = "sha256:${HASH}"}]\n`;
  const text = `${rows}[metadata]\nlock_version = "4.2"\ncross_platform = true\n${files}`;
  const input = parseLock(pdmLock, text, { "pyproject.toml": '[project]\nname = "a"\ndependencies = ["x"]' });
  assert.deepEqual(selected(input), ["x==1"]);
  assert.deepEqual(input.warnings, []);
});

test("targets say which machines the lock is for", () => {
  const target = (platform: string) =>
    `strategy = ["inherit_metadata"]\n[[metadata.targets]]\nrequires_python = ">=3.9"\nplatform = "${platform}"\nimplementation = "cpython"\n`;
  const rows = [row("x", "1", 'groups = ["default"]')];
  const on = (platform: string) => parseLock(pdmLock, lock(target(platform), rows));
  for (const platform of ["linux", "manylinux_2_28_x86_64", "linux_x86_64"]) {
    assert.deepEqual(selected(on(platform)), ["x==1"], platform);
    assert.throws(() => selected(on(platform), { platform: "arm64" }), { code: "INPUT_INVALID" }, platform);
  }
  assert.deepEqual(selected(on("manylinux_2_17_aarch64"), { platform: "arm64" }), ["x==1"]);
  assert.deepEqual(selected(on("musllinux_1_2_x86_64")), ["x==1"]);
  for (const platform of ["macos_arm64", "windows_amd64"]) {
    assert.throws(() => selected(on(platform)), { code: "INPUT_INVALID", message: /made for/ }, platform);
  }
  const two = parseLock(pdmLock, lock(`${target("macos")}${target("linux").replace(/^strategy.*\n/, "")}`, rows));
  assert.deepEqual(selected(two), ["x==1"]);
});

test("a lock for one machine that it does not name is read with a warning", () => {
  const text = lock("strategy = []", [row("x", "1", "")]);
  const input = parseLock(pdmLock, text, { "pyproject.toml": '[project]\nname = "a"\ndependencies = ["x"]' });
  assert.match(input.warnings?.[0] ?? "", /one machine/);
});

const PLACES: readonly (readonly [place: string, outcome: RegExp | string])[] = [
  ['git = "https://git.example/x.git"\nrevision = "abc"', /in version control/],
  ['path = "./lib"', /folder of sources/],
  ['url = "https://f.example/x-1.tar.gz"', /archive of sources/],
  ['url = "https://f.example/x-1-py3-none-any.whl"', "https://f.example/x-1-py3-none-any.whl"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: pdm's own variable
  ['url = "file:///${PROJECT_ROOT}/dist/x-1-py3-none-any.whl"', "file:///p/dist/x-1-py3-none-any.whl"],
  ['path = "./dist/x-1-py3-none-any.whl"', "file:///p/dist/x-1-py3-none-any.whl"],
];

for (const [place, outcome] of PLACES) {
  test(`${place.split("\n")[0]} is ${typeof outcome === "string" ? "taken" : "refused with the reason"}`, () => {
    const input = parseLock(pdmLock, lock(INHERIT, [row("x", "1", `groups = ["default"]\n${place}`)]));
    if (typeof outcome === "string") assert.equal(input.packages[0]?.direct?.url, outcome);
    else assert.throws(() => selected(input), { code: "INPUT_UNSUPPORTED", message: outcome });
  });
}

test("the project's own row is left out with a word", () => {
  const own = '[[package]]\nname = "app"\nversion = "1"\ngroups = ["default"]\neditable = true\npath = "."\n';
  const input = parseLock(pdmLock, lock(INHERIT, [own, row("x", "1", 'groups = ["default"]')]));
  assert.deepEqual(selected(input), ["x==1"]);
  assert.match(input.warnings?.[0] ?? "", /app is the project itself/);
});

test("sources of pyproject.toml are the lock's indexes, with variables filled in", () => {
  const project = [
    '[[tool.pdm.source]]\nname = "pypi"\nurl = "https://mirror.example/simple"\n',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: pdm expands it
    '[[tool.pdm.source]]\nname = "own"\nurl = "https://me:${TOKEN}@index.example/simple"\n',
    '[[tool.pdm.source]]\nname = "links"\ntype = "find_links"\nurl = "https://f.example/"\n',
  ].join("");
  const { options } = parseLock(pdmLock, SETS, { "pyproject.toml": project });
  assert.equal(options.indexUrl, "https://mirror.example/simple");
  assert.deepEqual(options.extraIndexUrls, ["https://me:secret@index.example/simple"]);
  assert.deepEqual(options.findLinks, ["https://f.example/"]);
});

test("a row without hashes is refused when selected", () => {
  const bare = '[[package]]\nname = "x"\nversion = "1"\ngroups = ["default"]\n';
  const input = parseLock(pdmLock, lock(INHERIT, [bare]));
  assert.throws(() => selected(input), { code: "HASH_REQUIRED", hint: /pdm lock/ });
});

test("only lock_version 4 is read", () => {
  for (const version of ["3.1", "5.0", "4", ""]) {
    const text = SETS.replace("4.5.0", version);
    assert.throws(
      () => parseLock(pdmLock, text),
      (error: OciasmError) => error.code === "INPUT_INVALID" && error.location?.line === 2,
      version,
    );
  }
  assert.match(parseLock(pdmLock, SETS.replace("4.5.0", "4.9.0")).warnings?.[0] ?? "", /newer/);
});

test("mistakes in lock and pyproject.toml are told with their places", () => {
  assert.throws(
    () => parseLock(pdmLock, lock(INHERIT, [row("x", "bad version", 'marker = "what"')])),
    (error: OciasmError) => error.location?.line === 10 && error.problems[0]?.location?.line === 13,
  );
  assert.throws(
    () => parseLock(pdmLock, SETS, { "pyproject.toml": '[project]\ndependencies = ["a b"]' }),
    (error: OciasmError) => error.location?.file === "/p/pyproject.toml" && error.location.line === 2,
  );
});
