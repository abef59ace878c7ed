import assert from "node:assert/strict";
import { test } from "node:test";
import { findConflicts, type OwnedEntry, type OwnedListing } from "../../src/install/conflicts.ts";
import { listingKeys, pathKeys } from "../../src/install/path-keys.ts";
import { createPathSieve } from "../../src/install/path-sieve.ts";
import { Random } from "../support/random.ts";

const file = (path: string, sha256 = "1"): OwnedEntry => ({ path, type: "file", sha256 });

/** What of the listings meets something, by their places in the list. */
function sieved(listings: readonly OwnedListing[], keysOf = pathKeys): readonly (OwnedListing & { at: number })[] {
  const sieve = createPathSieve(keysOf);
  for (const { entries } of listings) sieve.add(listingKeys(entries, keysOf));
  return listings.flatMap(({ owner, entries }, at) =>
    sieve.meets(at) ? [{ at, owner, entries: entries.filter(({ path }) => sieve.mayMeet(path)) }] : [],
  );
}

test("what passes the sieve has the conflicts of all, with good keys, weak ones and the same for everything", () => {
  const random = new Random(3);
  const names = ["a", "A", "b", "\u00e9", "e\u0301", "\u00c9", "\u212a", "k", "c.py"] as const;
  const weak = (path: string) => pathKeys(path).map((key) => key % 3);
  const same = (path: string) => pathKeys(path).map(() => 7);
  let found = 0;
  for (let round = 0; round < 3000; round++) {
    const listings = Array.from({ length: 2 + random.below(3) }, (_, at): OwnedListing => {
      const paths = Array.from({ length: random.below(5) }, () =>
        Array.from({ length: 1 + random.below(3) }, () => random.pick(names)).join("/"),
      );
      const entries = [...new Set(paths)].sort().map((path) => file(path, String(random.below(2))));
      return { owner: `${random.pick(["x", "y", "z"])}${at}==1`, entries };
    });
    const conflicts = findConflicts(listings);
    found += conflicts.length;
    for (const keysOf of [pathKeys, weak, same]) assert.deepEqual(findConflicts(sieved(listings, keysOf)), conflicts);
  }
  assert.ok(found > 1000, `${found} conflicts`);
});

test("only listings that meet pass, and of them only what meets", () => {
  const part = (owner: string, ...more: readonly OwnedEntry[]): OwnedListing => ({
    owner,
    entries: [...Array.from({ length: 5000 }, (_, at) => file(`site/${owner}/f${at}.py`)), ...more],
  });
  assert.deepEqual(sieved([part("a"), part("b")]), []);
  const listings = [
    part("a"),
    part("b", file("site/space/__init__.py")),
    part("c"),
    part("d", file("site/Space/__INIT__.py")),
  ];
  assert.deepEqual(
    sieved(listings).map(({ at, entries }) => [at, entries.map(({ path }) => path)]),
    [
      [1, ["site/space/__init__.py"]],
      [3, ["site/Space/__INIT__.py"]],
    ],
  );
});

test("a file where another listing has a folder makes all that lies below it pass", () => {
  const below = { owner: "b", entries: [file("lib/x/1"), file("lib/x/2"), file("lib/y")] };
  for (const listings of [
    [{ owner: "a", entries: [file("lib/x")] }, below],
    [below, { owner: "a", entries: [file("lib/x")] }],
  ]) {
    assert.deepEqual(
      sieved(listings)
        .flatMap(({ entries }) => entries.map(({ path }) => path))
        .sort(),
      ["lib/x", "lib/x/1", "lib/x/2"],
    );
  }
});

test("names of one listing that differ in case alone do not meet, until another listing has them", () => {
  const own = { owner: "a", entries: [file("A"), file("a")] };
  assert.deepEqual(sieved([own, { owner: "b", entries: [file("b")] }]), []);
  assert.equal(sieved([own, { owner: "b", entries: [file("a", "2")] }]).length, 2);
});
