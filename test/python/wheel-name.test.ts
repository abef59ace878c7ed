import assert from "node:assert/strict";
import { test } from "node:test";
import { isNormalizedName, isValidName, normalizeName } from "../../src/python/name.ts";
import { parseSdistName } from "../../src/python/sdist-name.ts";
import { formatVersion, parseVersion, versionKey } from "../../src/python/version.ts";
import { compareBuildTags, parseWheelName, type WheelName } from "../../src/python/wheel-name.ts";
import { noPackagingRows, packagingRows } from "../support/packaging-rows.ts";

function wheel(filename: string): WheelName {
  const found = parseWheelName(filename);
  assert.ok(found.ok, found.ok ? "" : found.message);
  return found.value;
}

function refusal(filename: string): string {
  const found = parseWheelName(filename);
  assert.ok(!found.ok, filename);
  return `${found.offset} ${found.message}`;
}

test("a wheel's name gives name, version, build and all its tags", () => {
  const found = wheel("Foo.Bar-1.0+Cu121-02a-py2.PY3-none-any.whl");
  assert.equal(found.name, "foo-bar");
  assert.equal(formatVersion(found.version), "1.0+cu121");
  assert.deepEqual(found.build, { number: "2", suffix: "a" });
  assert.deepEqual(found.tags, ["py2-none-any", "py3-none-any"]);
  assert.equal(wheel("foo-1.0-py3-none-any.whl").build, undefined);
});

test("what is wrong with a name is said, with its place", () => {
  assert.match(refusal("foo-1.0-py3-none-any.zip"), /^0 the name of a wheel ends in .whl/);
  assert.match(refusal("foo-1.x-py3-none-any.whl"), /^4 "1.x" is no version/);
  assert.match(refusal("foo-1.0-+1-py3-none-any.whl"), /^8 "\+1" is no build tag/);
  assert.match(refusal("foo-1.0-py3..py2-none-any.whl"), /^8 a part of the tag .* is empty/);
  assert.match(refusal("foo-1.0-1-py3-none-any-cu128.whl"), /variant/);
  assert.match(refusal("foo-1.0-py3-none-any-cu128.whl"), /variant/);
  assert.match(refusal("torch-1.0%2Bcpu-py3-none-any.whl"), /"1.0%2Bcpu" is no version/);
  assert.match(refusal(`foo-1.0-${"a.".repeat(50)}a-${"b.".repeat(50)}b-any.whl`), /more than 1024 tags/);
  assert.match(refusal(`${"f".repeat(1000)}-1.0-py3-none-any.whl`), /longer/);
});

test("build tags sort by number, then text, none first", () => {
  const tag = (text: string) => wheel(`foo-1-${text}-py3-none-any.whl`).build;
  const sorted = ["1", "2", "2a", "2b", "10", "99999999999999999999"];
  assert.deepEqual(
    [...sorted].reverse().sort((a, b) => compareBuildTags(tag(a), tag(b))),
    sorted,
  );
  assert.ok(compareBuildTags(undefined, tag("0")) < 0);
});

test("names are valid or not, and normalise to one form", () => {
  assert.equal(normalizeName("Foo__Bar.-baz"), "foo-bar-baz");
  for (const name of ["a", "A1", "foo.bar", "foo--bar"]) assert.equal(isValidName(name), true, name);
  for (const name of ["", "-a", "a_", "a b", "é", "a\n"]) assert.equal(isValidName(name), false, name);
});

test("packaging's rows for names and file names agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("utils");
  for (const row of rows<{ name: string; expected: string }>("test_canonicalize_name")) {
    assert.equal(normalizeName(row.name), row.expected);
  }
  for (const row of rows<{ name: string }>("test_canonicalize_name_invalid")) {
    assert.equal(isValidName(row.name), false, JSON.stringify(row));
  }
  for (const row of rows<{ name: string; expected: string }>("test_is_normalized_name")) {
    assert.equal(isNormalizedName(row.name), row.name === row.expected, JSON.stringify(row));
  }
  const canonical = (text: string) => {
    const version = parseVersion(text);
    return version === undefined ? text : versionKey(version);
  };
  for (const row of rows<{ version: string; expected: string }>("test_canonicalize_version")) {
    assert.equal(canonical(row.version), row.expected);
  }
  for (const row of rows<{ version: string }>("test_canonicalize_version_no_strip_trailing_zero")) {
    const version = parseVersion(row.version);
    assert.ok(version);
    assert.equal(formatVersion(version), row.version);
  }
  for (const row of rows<{ filename: string }>("test_parse_wheel_invalid_filename")) refusal(row.filename);
  for (const row of rows<{ filename: string }>("test_parse_wheel_unsorted_tags_valid_by_default")) wheel(row.filename);
  for (const row of rows<{ filename: string }>("test_parse_sdist_invalid_filename")) {
    assert.equal(parseSdistName(row.filename).ok, false, row.filename);
  }
});

test("a source distribution's name ends in its version", () => {
  const found = parseSdistName("foo-bar-1.0.tar.gz");
  assert.ok(found.ok);
  assert.deepEqual([found.value.name, formatVersion(found.value.version)], ["foo-bar", "1.0"]);
});
