import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { specifierContains } from "../../src/python/specifier.ts";
import { compareVersions, type Version } from "../../src/python/version.ts";
import { versionOrderKey } from "../../src/python/version-order.ts";
import {
  ANY_VERSION,
  complementRange,
  exactRange,
  intersectRanges,
  isSubrange,
  NO_VERSION,
  rangeContains,
  rangeIsAny,
  rangeIsEmpty,
  rangesAreDisjoint,
  rangesEqual,
  subtractRange,
  unionRanges,
  uniteAll,
  type VersionRange,
} from "../../src/python/version-range.ts";
import { formatRange } from "../../src/python/version-range-format.ts";
import { specifierRange } from "../../src/python/version-range-specifier.ts";
import { noPackagingRows, packagingRows } from "../support/packaging-rows.ts";
import { clauseText, specifiers, specifierText, version, versionText } from "../support/version-arbitraries.ts";

const RUNS = { numRuns: 3000, seed: 440 };

function range(text: string): VersionRange {
  return specifierRange(specifiers(text)).range;
}

/** Ranges as a solver meets them: made of specifiers and of single versions. */
const anyRange = fc.oneof(
  specifierText.map(range),
  versionText.map((text) => exactRange(version(text))),
  fc.array(specifierText.map(range), { minLength: 1, maxLength: 4 }).map(uniteAll),
);
const anyVersion = versionText.map(version);

function sign(number: number): number {
  return Math.sign(number);
}

function checkShape({ intervals }: VersionRange): void {
  let last = "";
  for (const [index, { lower, upper }] of intervals.entries()) {
    assert.equal(lower === undefined && index > 0, false, "only the first interval may have no lower end");
    if (lower !== undefined) assert.ok(lower.key > last, "intervals are sorted and don't touch");
    last = upper?.key ?? "\uffff";
    if (lower !== undefined) assert.ok(lower.key < last, "no interval is empty");
  }
}

test("order keys compare by code unit as versions do", () => {
  fc.assert(
    fc.property(anyVersion, anyVersion, (a, b) => {
      const [left, right] = [versionOrderKey(a), versionOrderKey(b)];
      assert.equal(left === right ? 0 : left < right ? -1 : 1, sign(compareVersions(a, b)));
    }),
    { ...RUNS, numRuns: 10_000 },
  );
});

test("the order keys agree with every comparison of packaging's own tests", { skip: noPackagingRows }, () => {
  const rows = packagingRows("version")<{ left: string; right: string; op: { op: string } }>("test_comparison_true");
  for (const { left, right, op } of rows) {
    const [a, b] = [versionOrderKey(version(left)), versionOrderKey(version(right))];
    const holds = { lt: a < b, le: a <= b, eq: a === b, ne: a !== b, ge: a >= b, gt: a > b }[op.op];
    assert.equal(holds, true, `${left} ${op.op} ${right}`);
  }
});

test("a range holds the versions that its specifiers accept", () => {
  fc.assert(
    fc.property(specifierText, anyVersion, (text, candidate) => {
      assert.equal(rangeContains(range(text), candidate), specifierContains(specifiers(text), candidate));
    }),
    { ...RUNS, numRuns: 20_000 },
  );
});

test("ranges accept what packaging's specifier rows accept", { skip: noPackagingRows }, () => {
  const rows = packagingRows("specifiers")<{ version: string; spec_str: string; expected: boolean }>("test_specifiers");
  for (const row of rows) {
    assert.equal(rangeContains(range(row.spec_str), version(row.version)), row.expected, JSON.stringify(row));
  }
});

test("the algebra of ranges is the algebra of their versions", () => {
  fc.assert(
    fc.property(anyRange, anyRange, anyVersion, (a, b, candidate) => {
      const [inA, inB] = [rangeContains(a, candidate), rangeContains(b, candidate)];
      assert.equal(rangeContains(intersectRanges(a, b), candidate), inA && inB);
      assert.equal(rangeContains(unionRanges(a, b), candidate), inA || inB);
      assert.equal(rangeContains(complementRange(a), candidate), !inA);
      assert.equal(rangeContains(subtractRange(a, b), candidate), inA && !inB);
      if (isSubrange(a, b)) assert.ok(!inA || inB);
      if (rangesAreDisjoint(a, b)) assert.ok(!(inA && inB));
    }),
    { ...RUNS, numRuns: 10_000 },
  );
});

test("the laws of sets hold, and results are sorted, apart and not empty", () => {
  fc.assert(
    fc.property(anyRange, anyRange, anyRange, (a, b, c) => {
      for (const made of [intersectRanges(a, b), unionRanges(a, b), complementRange(a), subtractRange(a, b)]) {
        checkShape(made);
      }
      assert.ok(rangesEqual(complementRange(complementRange(a)), a));
      assert.ok(rangesEqual(intersectRanges(a, b), intersectRanges(b, a)));
      assert.ok(rangesEqual(unionRanges(a, b), unionRanges(b, a)));
      assert.ok(
        rangesEqual(complementRange(unionRanges(a, b)), intersectRanges(complementRange(a), complementRange(b))),
      );
      assert.ok(
        rangesEqual(intersectRanges(a, unionRanges(b, c)), unionRanges(intersectRanges(a, b), intersectRanges(a, c))),
      );
      assert.ok(rangeIsAny(unionRanges(a, complementRange(a))));
      assert.ok(rangeIsEmpty(intersectRanges(a, complementRange(a))));
      assert.equal(isSubrange(a, b), rangesEqual(intersectRanges(a, b), a));
      assert.equal(rangesAreDisjoint(a, b), rangeIsEmpty(intersectRanges(a, b)));
      assert.ok(rangesEqual(uniteAll([a, b, c]), unionRanges(unionRanges(a, b), c)));
    }),
    RUNS,
  );
});

test("an exact version leaves out its own local versions", () => {
  assert.equal(rangeContains(exactRange(version("1.0")), version("1.0.0")), true);
  assert.equal(rangeContains(exactRange(version("1.0")), version("1.0+cpu")), false);
  assert.equal(rangeContains(exactRange(version("1.0+cpu")), version("1.0+cpu.1")), false);
  assert.ok(isSubrange(exactRange(version("1.0+cpu")), range("==1.0")));
});

test("ranges between which no version lies touch", () => {
  const rows = [
    [">=1.0a2.dev0", ">1.0a1"],
    [">=1!1.0a2.dev0", ">1!1.0a1"],
    [">=1.0a1.post1.dev0", ">1.0a1.post0"],
    [">=1.0.dev6", ">1.0.dev5"],
    [">=1.0a1.post1.dev6", ">1.0a1.post1.dev5"],
    ["!=0.dev0", ">0.dev0"],
    ["", ">=0.dev0"],
  ] as const;
  for (const [one, other] of rows) assert.ok(rangesEqual(range(one), range(other)), `${one} is ${other}`);
  for (const text of [
    "<0.dev0",
    ">1.0a1,<1.0a2.dev0",
    ">1.0,<1.0.post0.dev0",
    ">=2,<1",
    "==1.0,!=1.0",
    ">1,<=1.post9",
  ]) {
    assert.ok(rangeIsEmpty(range(text)), text);
  }
  for (const text of [">1.0a2,<1.0b0.dev0", ">1.0,<1.0.0.1", ">1.0a1,<1.0a2"]) {
    assert.equal(rangeIsEmpty(range(text)), false, text);
  }
});

test("packaging's rows on sets without a version, equal, within and apart hold", { skip: noPackagingRows }, () => {
  const rows = packagingRows("specifiers");
  const ranges = packagingRows("ranges");
  const empty = (text: string) => rangeIsEmpty(range(text));
  const plain = ({ spec_str }: { spec_str: string }) => !spec_str.includes("===");
  for (const row of rows<{ spec_str: string }>("test_unsatisfiable").filter(plain)) {
    assert.equal(empty(row.spec_str), true, row.spec_str);
  }
  for (const row of rows<{ spec_str: string }>("test_satisfiable").filter(plain)) {
    assert.equal(empty(row.spec_str), false, row.spec_str);
  }
  for (const { spec } of ranges<{ spec: string }>("test_is_empty")) assert.equal(empty(spec), true, spec);
  for (const { spec } of ranges<{ spec: string }>("test_not_empty")) assert.equal(empty(spec), false, spec);
  for (const row of ranges<{ dev_form: string; boundary_form: string }>("test_equal_and_hash")) {
    assert.ok(rangesEqual(range(row.dev_form), range(row.boundary_form)), JSON.stringify(row));
  }
  type Pair = { left: string; right: string; expected: boolean };
  for (const { left, right, expected } of rows<Pair>("test_is_subset")) {
    assert.equal(isSubrange(range(left), range(right)), expected, `${left} in ${right}`);
  }
  for (const { left, right, expected } of rows<Pair>("test_is_superset")) {
    assert.equal(isSubrange(range(right), range(left)), expected, `${right} in ${left}`);
  }
  for (const { left, right, expected } of rows<Pair>("test_is_disjoint")) {
    assert.equal(rangesAreDisjoint(range(left), range(right)), expected, `${left} and ${right}`);
  }
});

test("the triple equals sign is handed back, not read as a range", () => {
  const found = specifierRange(specifiers("===1.0+Foo,>=1,===bar"));
  assert.deepEqual(found.arbitrary, ["1.0+Foo", "bar"]);
  assert.ok(rangesEqual(found.range, range(">=1")));
});

test("ranges read like requirements", () => {
  const rows: readonly (readonly [VersionRange, string])[] = [
    [range(">=1,<2"), ">=1,<2"],
    [range("==1.0"), "==1.0"],
    [range("==1.0+cpu"), "==1.0+cpu"],
    [exactRange(version("1.0")), "==1.0"],
    [exactRange(version("1.0+cpu")), "==1.0+cpu"],
    [range("==1.2.*"), "==1.2.*"],
    [range("==1.0.*"), "==1.0.*"],
    [range("==0.*"), "<1"],
    [range("~=1.4.2"), ">=1.4.2,<1.5"],
    [range(">1.7"), ">1.7"],
    [range("<=1.7"), "<=1.7"],
    [range("<1.0.post3"), "<=1.0.post2"],
    [range(">1.0.post2"), ">1.0.post2"],
    [range("<2.0rc1"), "<2.0rc1"],
    [range(">=1,!=1.5,!=1.6.*,<2"), ">=1,!=1.5,!=1.6.*,<2"],
    [range("!=1.5"), "!=1.5"],
    [unionRanges(range("<1"), range(">=2")), "<1 or >=2"],
    [uniteAll([range("==1.0"), range("==1.1"), range(">=2,<3")]), "==1.0 or ==1.1 or >=2,<3"],
    [complementRange(range(">=1")), "<1"],
    [complementRange(range(">1")), "<=1"],
    [ANY_VERSION, "any"],
    [NO_VERSION, "none"],
  ];
  for (const [made, text] of rows) assert.equal(formatRange(made), text);
});

test("what one clause comes to is written so that it means the same again", () => {
  fc.assert(
    fc.property(clauseText, (text) => {
      const made = range(text);
      const written = formatRange(made);
      if (written === "none") assert.ok(rangeIsEmpty(made));
      else assert.ok(rangesEqual(range(written === "any" ? "" : written), made), `${text} written ${written}`);
    }),
    RUNS,
  );
});

test("a bound after a number of 4300 nines has one digit more", () => {
  const nines: Version = version("9".repeat(4300));
  const pinned = range(`==${"9".repeat(4300)}.*`);
  assert.ok(rangeContains(pinned, nines));
  assert.equal(pinned.intervals[0]?.upper?.version.release[0], `1${"0".repeat(4300)}`);
});
