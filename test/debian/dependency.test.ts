import assert from "node:assert/strict";
import { test } from "node:test";
import { appliesTo, parseDependencies, satisfiesVersion, showDependency } from "../../src/debian/dependency.ts";

const only = (text: string) => {
  const dependency = parseDependencies(text)[0]?.[0];
  assert.ok(dependency !== undefined, text);
  return dependency;
};

test("alternatives, versions, qualifiers and architectures are read", () => {
  assert.deepEqual(
    parseDependencies("libc6 (>= 2.34), media-types | mime-support,\n python3:any (<<3.12) [amd64 arm64],"),
    [
      [{ name: "libc6", relation: ">=", version: "2.34" }],
      [{ name: "media-types" }, { name: "mime-support" }],
      [{ name: "python3", qualifier: "any", relation: "<<", version: "3.12", architectures: ["amd64", "arm64"] }],
    ],
  );
  assert.deepEqual(parseDependencies(""), []);
});

test("old single signs mean or equal, as dpkg reads them", () => {
  assert.equal(only("a (< 1)").relation, "<=");
  assert.equal(only("a (> 1)").relation, ">=");
});

test("build profiles do not hide a dependency", () => {
  assert.equal(only("a [amd64] <!nocheck> <cross>").name, "a");
});

test("what is no dependency is refused", () => {
  for (const text of ["a (1)", "a (>= )", "a b", "(>= 1)", "a | ", "a (>= 1) (<< 2)", "-a", "a:(>= 1)"]) {
    assert.throws(() => parseDependencies(text), { code: "ARCHIVE_INVALID" }, text);
  }
  assert.throws(() => parseDependencies("a,".repeat(600_000)), { code: "ARCHIVE_INVALID" });
});

test("an architecture list names where a dependency counts, or with ! where not", () => {
  assert.equal(appliesTo(only("a"), "amd64"), true);
  assert.equal(appliesTo(only("a [amd64]"), "arm64"), false);
  assert.equal(appliesTo(only("a [!amd64 !i386]"), "arm64"), true);
  assert.equal(appliesTo(only("a [!amd64]"), "amd64"), false);
  assert.equal(appliesTo(only("a [linux-any]"), "amd64"), true);
  assert.equal(appliesTo(only("a [any-arm64]"), "arm64"), true);
});

test("a relation compares as versions do", () => {
  assert.equal(satisfiesVersion("1.0-1", only("a (>= 1.0~)")), true);
  assert.equal(satisfiesVersion("1.0", only("a (>> 1.0)")), false);
  assert.equal(satisfiesVersion("1.0", only("a (<< 1.0)")), false);
  assert.equal(satisfiesVersion("1.0", only("a (<= 1.0)")), true);
  assert.equal(satisfiesVersion("1:1.0", only("a (= 1.0)")), false);
  assert.equal(satisfiesVersion("1", only("a")), true);
});

test("a dependency is shown as Debian writes it", () => {
  assert.equal(showDependency(only("python3:any (>=3.11)")), "python3:any (>= 3.11)");
  assert.equal(showDependency(only("a")), "a");
});
