import assert from "node:assert/strict";
import { test } from "node:test";
import { caseWarnings, conflictError } from "../../src/install/conflict-rules.ts";
import { findConflicts, type OwnedEntry } from "../../src/install/conflicts.ts";
import { excludesOf } from "../../src/install/left-out.ts";
import { planListing } from "../../src/install/listing.ts";
import { venv } from "../layers/fixtures.ts";
import { planOf, SITE } from "./fixtures.ts";

const file = (path: string, sha256: string): OwnedEntry => ({ path, type: "file", sha256 });
const directory = (path: string): OwnedEntry => ({ path, type: "directory" });

test("different files at one path name both packages and the line that picks a winner", async () => {
  const spec = (name: string) => ({ name, files: { "cv2/__init__.py": "same", "cv2/a.so": name, "cv2/b.so": name } });
  const listings = await Promise.all(
    ["opencv-python-headless", "opencv-python"].map(async (name) => ({
      owner: `${name}==1.0`,
      entries: planListing(await planOf(spec(name))),
    })),
  );
  const conflicts = findConflicts(listings);
  assert.deepEqual(
    conflicts.map(({ kind, path, owners }) => [kind, path, ...owners]),
    ["a.so", "b.so"].map((name) => [
      "content",
      `${SITE}/cv2/${name}`,
      "opencv-python-headless==1.0",
      "opencv-python==1.0",
    ]),
  );
  const error = conflictError(conflicts, venv);
  assert.equal(error?.code, "FILE_CONFLICT");
  assert.match(
    error.message,
    /opencv-python-headless==1\.0 and opencv-python==1\.0 bring different files at .*cv2\/a\.so \(and 1 more/,
  );
  assert.match(
    error.hint ?? "",
    /conflicts: \[\{winner: opencv-python-headless, over: \[opencv-python\], paths: \["cv2\/\*\*"\]\}\]/,
  );
  assert.equal(error.problems.length, 1);

  const excludes = excludesOf([{ packages: ["OpenCV_Python"], paths: ["cv2/**"] }], venv);
  const loser = await planOf(spec("opencv-python"), { exclude: excludes.get("opencv-python") ?? [] });
  const [winner] = listings;
  assert.ok(winner !== undefined);
  const after = [winner, { owner: "opencv-python==1.0", entries: planListing(loser) }];
  assert.deepEqual(findConflicts(after), []);
});

test("the same content in two packages is no conflict", () => {
  assert.deepEqual(
    findConflicts([
      { owner: "a==1", entries: [file("x", "1"), directory("d")] },
      { owner: "b==1", entries: [file("x", "1"), directory("d")] },
    ]),
    [],
  );
  const crc = (crc32: number): OwnedEntry => ({ path: "x", type: "file", crc32, size: 1 });
  const pair = (a: OwnedEntry, b: OwnedEntry) =>
    findConflicts([
      { owner: "a", entries: [a] },
      { owner: "b", entries: [b] },
    ]).map((conflict) => conflict.kind);
  assert.deepEqual(pair(crc(1), crc(1)), []);
  assert.deepEqual(pair(crc(1), crc(2)), ["content"]);
  assert.deepEqual(pair(crc(1), file("x", "1")), ["content"]);
  assert.deepEqual(pair({ path: "x", type: "file" }, { path: "x", type: "file" }), ["content"]);
  const link = (linkName: string): OwnedEntry => ({ path: "x", type: "symlink", linkName });
  assert.deepEqual(pair(link("y"), link("y")), []);
  assert.deepEqual(pair(link("y"), link("z")), ["content"]);
});

test("a file where another package has a directory is a conflict, with or without an entry of its own", () => {
  const kinds = (other: OwnedEntry) =>
    findConflicts([
      { owner: "a", entries: [file("lib", "1")] },
      { owner: "b", entries: [other] },
    ]).map(({ kind, path, otherPath }) => [kind, path, otherPath]);
  assert.deepEqual(kinds(directory("lib")), [["type", "lib", "lib"]]);
  assert.deepEqual(kinds(file("lib/deep/x", "1")), [["type", "lib", "lib/deep/x"]]);
});

test("names that differ in case alone are a warning", () => {
  const conflicts = findConflicts([
    { owner: "a", entries: [file("X/é.py", "1"), file("X/y.py", "1")] },
    { owner: "b", entries: [file("x/e\u0301.py", "2")] },
  ]);
  assert.deepEqual(
    conflicts.map((conflict) => conflict.kind),
    ["case"],
  );
  assert.equal(conflictError(conflicts, venv), undefined);
  assert.match(caseWarnings(conflicts)[0] ?? "", /X\/é\.py of a and .* of b differ in case alone/);
});

test("the order of the listings does not matter", () => {
  const a = { owner: "a", entries: [file("x", "1"), file("y", "1")] };
  const b = { owner: "b", entries: [file("y", "2"), file("x", "2")] };
  assert.deepEqual(findConflicts([a, b]), findConflicts([b, a]));
  assert.equal(findConflicts([a, b]).length, 2);
});

test("rules may name absolute paths and several packages", () => {
  const excludes = excludesOf(
    [
      { packages: ["b", "c"], paths: ["/app/.venv/bin/x", "top.py"] },
      { packages: ["b"], paths: ["top.py", "z/**"] },
    ],
    venv,
  );
  assert.deepEqual(excludes.get("b"), ["app/.venv/bin/x", `${SITE}/top.py`, `${SITE}/z/**`]);
  assert.deepEqual(excludes.get("c"), ["app/.venv/bin/x", `${SITE}/top.py`]);
});
