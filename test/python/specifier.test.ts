import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatSpecifier,
  formatSpecifierSet,
  namesPrerelease,
  parseSpecifier,
  parseSpecifierSet,
  type SpecifierSet,
  specifierContains,
  specifierKey,
} from "../../src/python/specifier.ts";
import { filterVersions } from "../../src/python/specifier-filter.ts";
import { parseVersion, type Version } from "../../src/python/version.ts";
import { noPackagingRows, packagingRows } from "../support/packaging-rows.ts";

function set(text: string): SpecifierSet {
  const found = parseSpecifierSet(text);
  assert.ok(found, text);
  return found;
}

function version(text: string): Version {
  const found = parseVersion(text);
  assert.ok(found, text);
  return found;
}

const contains = (text: string, candidate: string, prereleases?: boolean) =>
  specifierContains(set(text), candidate, { prereleases });

test("a pinned local version accepts no other one, and a pin without takes any", () => {
  assert.equal(contains("==1.0+cu121", "1.0+cu118"), false);
  assert.equal(contains("==1.0+cu121", "1.0+cu121"), true);
  assert.equal(contains("==2.9.1", "2.9.1+cpu"), true);
});

test("less-than leaves out pre-releases of its version, greater-than its post-releases and locals", () => {
  assert.equal(contains("<3.10", "3.10rc1"), false);
  assert.equal(contains("<3.10rc2", "3.10rc1"), true);
  assert.equal(contains("<1.0.post1", "1.0.post1.dev0"), false);
  assert.equal(contains(">1.7", "1.7.0.post1"), false);
  assert.equal(contains(">1.7", "1.7+local"), false);
  assert.equal(contains(">1.7", "1.7.1"), true);
  assert.equal(contains(">1.7.post1", "1.7.post2"), true);
});

test("prefix and compatible clauses pad with zeros and keep the epoch", () => {
  assert.equal(contains("==1.0.*", "1"), true);
  assert.equal(contains("==1.0.*", "1!1.0.1"), false);
  assert.equal(contains("~=2.2.post3", "2.3"), true);
  assert.equal(contains("~=2.2.0", "2.3"), false);
  assert.equal(contains("!=1.*", "1.5+local"), false);
});

test("a text that is no version meets only the triple equals sign", () => {
  assert.equal(contains("===Foo-Bar", "foo-bar"), true);
  assert.equal(contains("!=1.0", "foo-bar"), false);
  assert.equal(contains("", "foo-bar"), true);
});

test("a set is written sorted, each meaning once", () => {
  assert.equal(formatSpecifierSet(set(" >= 1.0 , !=1.0.1,, ==1.0,==1.0.0 ,")), "!=1.0.1,==1.0,>=1.0");
  assert.equal(formatSpecifierSet(set("")), "");
});

test("packaging's rows for the syntax of specifiers agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("specifiers");
  const valid = [
    "test_specifiers_valid",
    "test_specifiers_hash",
    "test_specifier_operator_property",
    "test_specifier_version_property",
  ];
  for (const row of valid.flatMap((name) =>
    rows<{ specifier?: string; spec?: string; op?: string; version?: string }>(name),
  )) {
    const found = parseSpecifier(row.specifier ?? row.spec ?? "");
    assert.ok(found, JSON.stringify(row));
    if (row.op !== undefined) assert.equal(found.operator, row.op);
    if (row.version !== undefined) assert.equal(found.text, row.version);
  }
  for (const row of rows<{ specifier: string }>("test_specifiers_invalid")) {
    assert.equal(parseSpecifier(row.specifier), undefined, row.specifier);
  }
  for (const row of rows<{ version: string }>("test_specifiers_normalized")) {
    for (const operator of ["~=", "==", "!=", "<=", ">=", "<", ">"]) {
      if (row.version.includes("+") && !["==", "!="].includes(operator)) continue;
      assert.ok(parseSpecifier(operator + row.version), operator + row.version);
    }
  }
  for (const row of rows<{ specifier: string; expected: string }>("test_specifiers_str_and_repr")) {
    assert.equal(formatSpecifierSet(set(row.specifier)), row.expected);
  }
  for (const row of rows<{ spec_str: string; expected_length: number }>("test_length")) {
    assert.equal(set(row.spec_str).specifiers.length, row.expected_length, row.spec_str);
  }
  for (const row of rows<{ spec_str: string; expected_items: string[] }>("test_iteration")) {
    assert.deepEqual(set(row.spec_str).specifiers.map(formatSpecifier).sort(), row.expected_items.sort());
  }
  for (const row of rows<{ specifier: string }>("test_contains_oversized_version_raises_valueerror")) {
    assert.equal(parseSpecifierSet(row.specifier), undefined);
  }
});

test("packaging's rows for equal specifiers agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("specifiers");
  const key = (text: string) => {
    const found = parseSpecifier(text);
    assert.ok(found, text);
    return specifierKey(found);
  };
  for (const expected of [true, false]) {
    for (const row of rows<{ left: string; right: string; op: { op: string } }>(`test_comparison_${expected}`)) {
      assert.equal((key(row.left) === key(row.right)) === (row.op.op === "eq"), expected, JSON.stringify(row));
    }
  }
  for (const row of rows<{ left: string; right: string }>("test_comparison_canonicalizes")) {
    assert.equal(key(row.left), key(row.right));
  }
});

interface ContainsRow {
  readonly specifier?: string;
  readonly spec_str?: string;
  readonly version?: string | { readonly [key: string]: string };
  readonly version_str?: string;
  readonly input?: string;
  readonly expected?: boolean;
  readonly prereleases?: boolean | null;
  readonly contains_pre?: boolean | null;
  readonly spec_pre?: boolean | null;
}

/** The rows give a Version object as a record. */
function candidateOf(row: ContainsRow): string | Version {
  const value = row.version ?? row.version_str ?? row.input ?? "";
  return typeof value === "string" ? value : version(Object.values(value)[0] ?? "");
}

test("packaging's rows for contains agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("specifiers");
  const names = [
    "test_specifiers",
    "test_invalid_version",
    "test_arbitrary_equality",
    "test_arbitrary_equality_normalization",
    "test_specifiers_prereleases",
    "test_contains_exclusionary_bridges",
    "test_contains_rejects_invalid_specifier",
    "test_contains_post_release_boundary_intersection",
    "test_contains_arbitrary_equality_contains",
    "test_contains_arbitrary_equality_normalization",
    "test_comparison_ignores_local",
    "test_boundary_closure_short_release",
  ];
  for (const name of names) {
    for (const row of rows<ContainsRow>(name)) {
      const prereleases = row.contains_pre ?? row.spec_pre ?? row.prereleases ?? undefined;
      const found = specifierContains(set(row.specifier ?? row.spec_str ?? ""), candidateOf(row), { prereleases });
      assert.equal(found, row.expected ?? false, `${name} ${JSON.stringify(row)}`);
    }
  }
  interface Both {
    readonly spec1: string;
    readonly spec2: string;
    readonly input_versions: readonly string[];
  }
  for (const row of rows<Both>("test_arbitrary_equality_is_intersection_preserving")) {
    const both = row.input_versions.filter((each) => contains(row.spec1, each) && contains(row.spec2, each));
    assert.deepEqual(filterVersions(set(`${row.spec1},${row.spec2}`), row.input_versions), both);
  }
  const canonical = rows<{ spec: string; versions: readonly string[] }>(
    "test_contains_identical_across_canonicalization",
  );
  for (const row of canonical) {
    for (const each of row.versions) {
      assert.equal(contains(row.spec, each), contains(formatSpecifierSet(set(row.spec)), each), JSON.stringify(row));
    }
  }
  for (const row of rows<{ version: string }>("test_empty_specifier")) {
    assert.equal(contains("", row.version, true), true);
    assert.equal(specifierContains(set(""), version(row.version)), true);
  }
});

test("packaging's rows for the pre-release switch agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("specifiers");
  interface SwitchRow extends ContainsRow {
    readonly version: string;
    readonly initial_prereleases: boolean | null;
    readonly set_prereleases: boolean | null;
    readonly initial_contains: boolean;
    readonly final_contains: boolean;
  }
  for (const row of ["set", "explicit"].flatMap((name) => rows<SwitchRow>(`test_specifier_prereleases_${name}`))) {
    const text = row.specifier ?? row.spec_str ?? "";
    assert.equal(
      contains(text, row.version, row.initial_prereleases ?? undefined),
      row.initial_contains,
      JSON.stringify(row),
    );
    assert.equal(
      contains(text, row.version, row.set_prereleases ?? undefined),
      row.final_contains,
      JSON.stringify(row),
    );
  }
  interface InstalledRow {
    readonly specifier: string;
    readonly version: string;
    readonly spec_prereleases: boolean | null;
    readonly contains_prereleases: boolean | null;
    readonly installed: boolean | null;
    readonly expected: boolean;
  }
  for (const row of rows<InstalledRow>("test_specifier_contains_installed_prereleases")) {
    const prereleases = row.installed === true ? true : (row.contains_prereleases ?? row.spec_prereleases ?? undefined);
    assert.equal(contains(row.specifier, row.version, prereleases), row.expected, JSON.stringify(row));
  }
  for (const row of rows<{ specifier: string; expected: boolean | null }>("test_specifier_prereleases_detection")) {
    assert.equal(namesPrerelease(set(row.specifier)), row.expected === true, JSON.stringify(row));
  }
});

test("packaging's rows for filter agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("specifiers");
  interface FilterRow {
    readonly specifier?: string;
    readonly specifier_prereleases?: boolean | null;
    readonly prereleases?: boolean | null;
    readonly input?: readonly (string | { readonly [key: string]: string })[];
    readonly versions?: readonly string[];
    readonly expected: readonly (string | { readonly [key: string]: string })[];
  }
  const names = [
    "test_specifier_filter",
    "test_filter_exclusionary_bridges",
    "test_empty_specifier_arbitrary_string",
    "test_empty_specifier_ordering_with_arbitrary",
  ];
  const plain = (value: string | { readonly [key: string]: string }) =>
    typeof value === "string" ? value : version(Object.values(value)[0] ?? "");
  for (const name of names) {
    for (const row of rows<FilterRow>(name)) {
      const prereleases = row.prereleases ?? row.specifier_prereleases ?? undefined;
      const found = filterVersions(set(row.specifier ?? ""), (row.input ?? row.versions ?? []).map(plain), {
        prereleases,
      });
      assert.deepEqual(found, row.expected.map(plain), `${name} ${JSON.stringify(row)}`);
    }
  }
  for (const row of rows<FilterRow>("test_specifier_filter_arbitrary_equality_normalization")) {
    const found = filterVersions(set(row.specifier ?? ""), (row.input ?? []).map(plain), { prereleases: true });
    assert.deepEqual(found, row.expected.map(plain), JSON.stringify(row));
  }
});

test("packaging's rows for ranges that speak of contained versions agree", (t) => {
  if (noPackagingRows !== undefined) return t.skip(noPackagingRows);
  const rows = packagingRows("ranges");
  for (const row of rows<{ spec: string; inside: string; outside: string }>("test_operators")) {
    assert.equal(contains(row.spec, row.inside), true, JSON.stringify(row));
    assert.equal(contains(row.spec, row.outside), false, JSON.stringify(row));
  }
  interface Intersected {
    readonly dep: string;
    readonly constraint: string;
    readonly versions: readonly string[];
    readonly expected: readonly string[];
  }
  for (const row of rows<Intersected>("test_intersected_requirement_keeps_opt_in")) {
    assert.deepEqual(filterVersions(set(`${row.dep},${row.constraint}`), row.versions), row.expected);
  }
  for (const row of rows<{ spec: string; excluded: string }>("test_intersection_drops_embedded_empty")) {
    assert.equal(contains(row.spec, row.excluded), false);
  }
});
