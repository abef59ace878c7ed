import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError, type OciasmError } from "../../src/errors.ts";
import type { InputPackage, LockInput } from "../../src/input/input.ts";
import type { Target } from "../../src/python/target.ts";
import { type SelectChoice, type SelectedPackage, selectPackages } from "../../src/resolve/select.ts";

const TARGET: Target = {
  platform: { os: "linux", architecture: "arm64" },
  python: { implementation: "cpython", version: "3.12.4", freeThreaded: false },
  libc: { family: "glibc", version: "2.36" },
};
const NOTHING: SelectChoice = { extras: [], groups: [], noDefaultGroups: false };
const A = "a".repeat(64);
const B = "b".repeat(64);

function entry(name: string, more: Partial<InputPackage> = {}): InputPackage {
  const location = { file: "lock", line: 1, column: 1 };
  return { name, version: "1.0", extras: [], sha256: [A], files: [], requested: true, location, ...more };
}

function lock(packages: readonly InputPackage[], more: Partial<LockInput> = {}): LockInput {
  const options = {
    extraIndexUrls: [],
    findLinks: [],
    noIndex: false,
    trustedHosts: [],
    onlyBinary: [],
    noBinary: [],
    pre: false,
  };
  const names = { environments: [], defaultGroups: [], extras: [], groups: [] };
  return {
    format: "pylock.toml",
    file: "pylock.toml",
    packages,
    selection: { by: "sets" },
    options,
    ...names,
    ...more,
  };
}

function select(input: LockInput, choice: Partial<SelectChoice> = {}): readonly SelectedPackage[] {
  return selectPackages(input, TARGET, { ...NOTHING, ...choice });
}

function failure(input: LockInput, choice: Partial<SelectChoice> = {}): OciasmError {
  try {
    select(input, choice);
  } catch (error) {
    assert.ok(isOciasmError(error), String(error));
    return error;
  }
  return assert.fail("nothing was thrown");
}

const names = (selected: readonly SelectedPackage[]): readonly string[] => selected.map((one) => one.package.name);

test("markers are those of the target, and the result is sorted", () => {
  const input = lock([
    entry("z"),
    entry("win", { marker: 'sys_platform == "win32"' }),
    entry("arm", { marker: 'platform_machine == "aarch64" and python_version >= "3.12"' }),
  ]);
  assert.deepEqual(names(select(input)), ["arm", "z"]);
});

test("default groups hold unless they are turned off; extras and groups are added", () => {
  const input = lock(
    [
      entry("base", { marker: '"default" in dependency_groups' }),
      entry("dev", { marker: '"dev" in dependency_groups' }),
      entry("gpu", { marker: '"gpu" in extras' }),
    ],
    { defaultGroups: ["default"], groups: ["dev"], extras: ["gpu"] },
  );
  assert.deepEqual(names(select(input)), ["base"]);
  assert.deepEqual(names(select(input, { groups: ["Dev"], extras: ["GPU"] })), ["base", "dev", "gpu"]);
  assert.deepEqual(names(select(input, { groups: ["dev"], noDefaultGroups: true })), ["dev"]);
  assert.match(failure(input, { extras: ["cpu"] }).message, /has no extra cpu/);
  assert.match(failure(input, { groups: ["docs"] }).hint ?? "", /it has default, dev/);
});

test("a lock of which nothing applies says why", () => {
  const grouped = lock([entry("a", { marker: '"dev" in dependency_groups' })], { groups: ["dev"] });
  assert.match(failure(grouped).message, /none of the 1 package of pylock\.toml applies with no groups and no extras/);
  assert.equal(failure(grouped).hint, "add --group dev");
  const mac = lock([
    entry("a", { marker: 'sys_platform == "darwin"' }),
    entry("b", { marker: 'sys_platform == "darwin"' }),
  ]);
  assert.match(
    failure(mac).message,
    /none of the 2 packages .* applies for linux\/arm64, CPython 3\.12\.4, glibc 2\.36/,
  );
  assert.deepEqual(select(lock([])), []);
});

test("a lock for other environments or another Python is refused with both named", () => {
  const mac = failure(lock([entry("a")], { environments: ['sys_platform == "darwin"'] }));
  assert.match(mac.message, /was made for sys_platform == "darwin", not for linux\/arm64/);
  assert.deepEqual(names(select(lock([entry("a")], { environments: ['os_name == "nt"', 'os_name == "posix"'] }))), [
    "a",
  ]);
  assert.match(
    failure(lock([entry("a")], { requiresPython: ">=3.13" })).message,
    /for Python >=3\.13, the image has 3\.12\.4/,
  );
  assert.match(failure(lock([entry("a", { requiresPython: "<3.12" })])).message, /a 1\.0 needs Python <3\.12/);
});

test("two entries of a name are an error in a lock, and one package in requirements when they agree", () => {
  const two = [entry("a"), entry("a", { version: "1.0.0", sha256: [A, B], extras: ["x"] })];
  assert.match(failure(lock(two)).message, /two entries of a apply/);
  const [merged] = select(lock(two, { format: "requirements.txt", selection: { by: "marker" } }));
  assert.deepEqual([merged?.package.sha256, merged?.package.extras], [[A], ["x"]]);
  const differ = [entry("a"), entry("a", { version: "2" })];
  assert.match(
    failure(lock(differ, { format: "requirements.txt", selection: { by: "marker" } })).message,
    /1\.0 .* and 2 /,
  );
  const hashes = [entry("a"), entry("a", { sha256: [B] })];
  assert.equal(
    failure(lock(hashes, { format: "requirements.txt", selection: { by: "marker" } })).code,
    "INPUT_INVALID",
  );
});

test("all blocked packages that apply are reported together, those that don't are not", () => {
  const blocked = (message: string) => ({ code: "INPUT_UNSUPPORTED" as const, message, hint: "build it" });
  const error = failure(
    lock([
      entry("a", { blocked: blocked("one") }),
      entry("b", { blocked: blocked("two"), marker: 'os_name == "nt"' }),
      entry("c", { blocked: blocked("three") }),
    ]),
  );
  assert.deepEqual(
    [error.code, error.message, error.problems.map((one) => one.message)],
    ["INPUT_UNSUPPORTED", "one", ["three"]],
  );
});

test("a marker without meaning is an error of the entry", () => {
  assert.match(failure(lock([entry("a", { marker: 'extra == "x"' })])).message, /^a: the marker/);
});

test("extras and groups make no sense with a requirements file", () => {
  const input = lock([entry("a")], {
    format: "requirements.txt",
    selection: { by: "marker" },
    file: "requirements.txt",
  });
  assert.equal(failure(input, { extras: ["x"] }).code, "INPUT_INVALID");
});

test("each package says what must be asked for its files", () => {
  const file = { filename: "b-1-py3-none-any.whl", url: "https://f.example/b-1-py3-none-any.whl", sha256: A };
  const direct = { url: "https://f.example/c-1%2Bx-py3-none-any.whl", directUrl: "{}" };
  const found = select(
    lock([
      entry("a", { index: "https://i.example" }),
      entry("b", { files: [file] }),
      entry("c", { direct }),
      entry("d", { direct, sha256: [A, B] }),
    ]),
  );
  assert.deepEqual(
    found.map((one) => one.files),
    [
      { from: "index", name: "a", version: "1.0", index: "https://i.example" },
      { from: "lock", files: [file] },
      { from: "direct", file: { filename: "c-1+x-py3-none-any.whl", url: direct.url, sha256: A } },
      { from: "direct", file: { filename: "c-1+x-py3-none-any.whl", url: direct.url } },
    ],
  );
});
