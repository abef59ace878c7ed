import assert from "node:assert/strict";
import { test } from "node:test";
import {
  baseVersion,
  compareVersions,
  formatVersion,
  isDevrelease,
  isPostrelease,
  isPrerelease,
  parseVersion,
  publicVersion,
  type Version,
  versionKey,
} from "../../src/python/version.ts";
import { noPackagingRows, packagingRows } from "../support/packaging-rows.ts";

function version(text: string): Version {
  const found = parseVersion(text);
  assert.ok(found, text);
  return found;
}

test("versions of PEP 440 sort from development release to post-release, locals last", () => {
  const sorted = [
    "1.0.dev1",
    "1.0a1.dev2",
    "1.0a1",
    "1.0b2",
    "1.0rc1",
    "1.0",
    "1.0+abc",
    "1.0+abc.5",
    "1.0+5",
    "1.0.post1.dev3",
    "1.0.post1",
    "1.1.dev0",
    "1!0.1",
  ];
  const shuffled = [...sorted].reverse();
  assert.deepEqual(
    shuffled.sort((a, b) => compareVersions(version(a), version(b))),
    sorted,
  );
});

test("numbers beyond 2^53 keep all their digits", () => {
  assert.equal(formatVersion(version("9007199254740993.0")), "9007199254740993.0");
  assert.ok(compareVersions(version("1.9007199254740993"), version("1.9007199254740992")) > 0);
  assert.ok(compareVersions(version("1.10000000000000000000000"), version("1.9999999999999999999999")) > 0);
});

test("spellings of one version are normalised", () => {
  assert.equal(formatVersion(version(" V1!01.0-ALPHA.1_r2.DEV+Ubuntu_04-X\n")), "1!1.0a1.post2.dev0+ubuntu.4.x");
  assert.equal(formatVersion(version("1.0-3")), "1.0.post3");
});

test("equal versions have one key and others another", () => {
  assert.equal(versionKey(version("1.0.0")), versionKey(version("1")));
  assert.equal(versionKey(version("0.0")), "0");
  assert.notEqual(versionKey(version("1.0")), versionKey(version("1.0+1")));
});

test("what is no version, and an endless number, gives undefined", () => {
  for (const text of [
    "",
    "french toast",
    "1.0+a+",
    "1..0",
    "1.0+_foobar",
    "1.0 1",
    "١.٢",
    "1.0poſt1",
    `1.${"1".repeat(5000)}`,
  ]) {
    assert.equal(parseVersion(text), undefined, text.slice(0, 20));
  }
});

test("packaging's own rows for versions agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("version");
  for (const name of ["test_valid_versions", "test_version_hash", "test_pickle_roundtrip"]) {
    for (const row of rows<{ version: string }>(name)) version(row.version);
  }
  for (const name of ["test_invalid_versions", "test_oversized_version_raises_valueerror"]) {
    for (const row of rows<{ version: string }>(name)) assert.equal(parseVersion(row.version), undefined, row.version);
  }
  const texts: readonly (readonly [string, string, (version: Version) => unknown])[] = [
    ["test_normalized_versions", "normalized", formatVersion],
    ["test_version_str_repr", "expected", formatVersion],
    ["test_version_public", "public", publicVersion],
    ["test_version_base_version", "base_version", baseVersion],
    ["test_version_epoch", "epoch", (v) => Number(v.epoch)],
    ["test_version_release", "release", (v) => v.release.map(Number)],
    ["test_version_local", "local", (v) => v.local?.join(".") ?? null],
    ["test_version_pre", "pre", (v) => (v.pre === undefined ? null : [v.pre.kind, Number(v.pre.number)])],
    ["test_version_is_prerelease", "expected", isPrerelease],
    ["test_version_dev", "dev", (v) => (v.dev === undefined ? null : Number(v.dev))],
    ["test_version_is_devrelease", "expected", isDevrelease],
    ["test_version_post", "post", (v) => (v.post === undefined ? null : Number(v.post))],
    ["test_version_is_postrelease", "expected", isPostrelease],
  ];
  for (const [name, key, read] of texts) {
    for (const row of rows<Record<string, unknown>>(name)) {
      assert.deepEqual(read(version(String(row["version"]))), row[key], `${name} ${String(row["version"])}`);
    }
  }
});

test("packaging's 50,000 comparisons agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("version");
  const holds: Readonly<Record<string, (order: number) => boolean>> = {
    lt: (order) => order < 0,
    le: (order) => order <= 0,
    eq: (order) => order === 0,
    ne: (order) => order !== 0,
    ge: (order) => order >= 0,
    gt: (order) => order > 0,
  };
  for (const expected of [true, false]) {
    for (const row of rows<{ left: string; right: string; op: { op: string } }>(`test_comparison_${expected}`)) {
      const order = compareVersions(version(row.left), version(row.right));
      assert.equal(holds[row.op.op]?.(order), expected, `${row.left} ${row.op.op} ${row.right}`);
    }
  }
});
