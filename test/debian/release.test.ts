import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRelease } from "../../src/debian/release.ts";

const SHA = "0123456789abcdef".repeat(4);

const text = (more = ""): string =>
  `Suite: stable\nCodename: trixie\nDate: Sat, 12 Sep 2026 07:55:41 UTC\n${more}Acquire-By-Hash: yes\n` +
  `Architectures: all amd64\nComponents: main contrib\nSHA256:\n ${SHA}   123 main/binary-amd64/Packages.gz\n`;

test("fields and files of a release file are read", () => {
  const release = parseRelease(
    text("Valid-Until: Wed, 02 Dec 2026 08:00:00 UTC\nSnapshots: http://snapshot.example/@SNAPSHOTID@/\n"),
  );
  assert.equal(release.codename, "trixie");
  assert.equal(release.suite, "stable");
  assert.equal(release.date, Date.UTC(2026, 8, 12, 7, 55, 41) / 1000);
  assert.equal(release.validUntil, Date.UTC(2026, 11, 2, 8) / 1000);
  assert.equal(release.acquireByHash, true);
  assert.equal(release.snapshots, "http://snapshot.example/@SNAPSHOTID@/");
  assert.deepEqual(release.components, ["main", "contrib"]);
  assert.deepEqual(release.files.get("main/binary-amd64/Packages.gz"), { sha256: SHA, size: 123 });
});

test("a file without expiry has none, one with an expiry that can't be read is refused", () => {
  assert.equal(parseRelease(text()).validUntil, undefined);
  for (const date of ["soon", "Wed, 02 Dec 2026 08:00:00 +0200", "Wed, 02 Foo 2026 08:00:00 UTC"]) {
    assert.throws(() => parseRelease(text(`Valid-Until: ${date}\n`)), { code: "ARCHIVE_INVALID" }, date);
  }
});

test("a release file without a readable SHA256 list is refused", () => {
  assert.throws(() => parseRelease("Suite: stable\n"), { code: "ARCHIVE_INVALID", message: /SHA256/ });
  for (const line of [" abc 1 x", ` ${SHA} -1 x`, ` ${SHA} 1 x y`, ` ${SHA.toUpperCase()} 1 x`]) {
    assert.throws(() => parseRelease(`SHA256:\n${line}\n`), { code: "ARCHIVE_INVALID" }, line);
  }
});
