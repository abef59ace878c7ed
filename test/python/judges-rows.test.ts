import assert from "node:assert/strict";
import { test } from "node:test";
import { formatSpecifierSet, parseSpecifierSet, specifierContains } from "../../src/python/specifier.ts";
import { formatVersion, parseVersion, type Version } from "../../src/python/version.ts";
import { rangeContains, rangeIsEmpty } from "../../src/python/version-range.ts";
import { specifierRange } from "../../src/python/version-range-specifier.ts";
import { noPackagingRows, packagingRows } from "../support/packaging-rows.ts";
import { specifiers, version } from "../support/version-arbitraries.ts";

const skip = { skip: noPackagingRows };

test("asking twice gives the same answer, whatever was asked between", skip, () => {
  const rows = packagingRows("specifiers");
  interface Row {
    readonly specifier: string;
    readonly test_versions?: readonly string[];
    readonly versions?: readonly string[];
  }
  const all = [
    "test_spec_version_cache_consistency",
    "test_spec_version_cache_with_wildcards",
    "test_spec_version_cache_with_arbitrary_equality",
    "test_spec_version_cache_compatible_operator",
  ].flatMap((name) => rows<Row>(name));
  for (const { specifier, test_versions, versions = test_versions ?? ["1.0", "1.0.dev1", "1.0+local", "2"] } of all) {
    const set = specifiers(specifier);
    const answers = versions.map((text) => specifierContains(set, text));
    assert.deepEqual(
      [...versions]
        .reverse()
        .map((text) => specifierContains(set, version(text).local === undefined ? text : text))
        .reverse(),
      answers,
      specifier,
    );
    if (specifier.startsWith("===")) continue;
    const { range } = specifierRange(set);
    assert.deepEqual(
      versions.map((text) => rangeContains(range, version(text))),
      answers,
      specifier,
    );
  }
});

test("two sets side by side are one set", skip, () => {
  for (const { left, right, expected } of packagingRows("specifiers")<{
    left: string;
    right: string;
    expected: string;
  }>("test_specifiers_combine")) {
    assert.equal(formatSpecifierSet(specifiers(`${left},${right}`)), formatSpecifierSet(specifiers(expected)));
  }
});

test("nothing lies between a version and its own post-release", skip, () => {
  for (const { spec_str } of packagingRows("specifiers")<{ spec_str: string }>(
    "test_post_release_boundary_unsatisfiable",
  )) {
    assert.ok(rangeIsEmpty(specifierRange(specifiers(spec_str)).range), spec_str);
  }
});

const SAMPLE = [
  "0.dev0",
  "0",
  "0.9",
  "1.0.dev0",
  "1.0a1",
  "1.0",
  "1.0+local",
  "1.0.post0.dev0",
  "1.0.post1",
  "1.1",
  "1.4.2",
  "1.5.dev0",
  "2.0a1",
  "2.0",
  "2.0.1",
  "3",
  "1!0",
  "1!2.0",
];

test("a range holds what its set contains, for every set of packaging's rows", skip, () => {
  const rows = packagingRows("specifiers");
  const texts = ["test_contains_equivalent", "test_contains_equivalent_with_version_objects"].flatMap((name) =>
    rows<{ spec_str: string }>(name),
  );
  for (const { spec_str } of texts) {
    if (spec_str.includes("===")) continue;
    const set = parseSpecifierSet(spec_str);
    assert.ok(set, spec_str);
    const { range } = specifierRange(set);
    for (const text of SAMPLE) {
      assert.equal(rangeContains(range, version(text)), specifierContains(set, text), `${text} in ${spec_str}`);
    }
  }
});

test("a version made of parts is the one that packaging writes", skip, () => {
  interface Parts {
    readonly release: readonly number[];
    readonly epoch?: number | null;
    readonly pre?: readonly [string, number] | null;
    readonly post?: number | null;
    readonly dev?: number | null;
    readonly local?: string | null;
  }
  for (const { args, string } of packagingRows("version")<{ args: Parts; string: string }>("test_from_parts")) {
    const { release, epoch, pre, post, dev, local } = args;
    const made: Version = {
      epoch: String(epoch ?? 0),
      release: release.map(String),
      ...(pre == null ? {} : { pre: version(`1${pre[0]}${pre[1]}`).pre ?? assert.fail(string) }),
      ...(post == null ? {} : { post: String(post) }),
      ...(dev == null ? {} : { dev: String(dev) }),
      ...(local == null ? {} : { local: local.split(".") }),
    };
    assert.deepEqual(parseVersion(string), made);
    assert.deepEqual(parseVersion(formatVersion(made)), made);
  }
});
