import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSourcesLists } from "../../src/debian/sources-list.ts";
import { type ArchiveChoice, debArchives, snapshotId } from "../../src/resolve/deb-archives.ts";

const choice = (more: Partial<ArchiveChoice>): ArchiveChoice => ({
  suite: "trixie",
  architecture: "amd64",
  mirror: undefined,
  snapshot: undefined,
  apt: [],
  suites: ["bookworm", "trixie"],
  ...more,
});

const shown = (given: ArchiveChoice): string[] =>
  debArchives(given).map(({ url, suite, optional }) => `${url} ${suite}${optional ? "?" : ""}`);

const apt = (text: string) => parseSourcesLists([{ name: "sources.list", text }]);

test("a named mirror brings its updates and its -security sibling, where they exist", () => {
  assert.deepEqual(shown(choice({ mirror: "http://mirror.example/debian/" })), [
    "http://mirror.example/debian trixie",
    "http://mirror.example/debian trixie-updates?",
    "http://mirror.example/debian-security trixie-security?",
  ]);
});

test("a mirror at a host's root has its security fixes on that host, never on one with another name", () => {
  for (const mirror of ["http://mirror.example", "http://mirror.example:8080/"]) {
    const host = mirror.replace(/\/$/, "");
    assert.deepEqual(shown(choice({ mirror }))[2], `${host}/debian-security trixie-security?`);
    const [, , security] = debArchives(choice({ mirror, snapshot: "20260901" }));
    assert.equal(security?.url, `${host}/debian-security/20260901T000000Z`);
  }
});

test("a snapshot is a folder below the mirror, or where the mirror's URL says", () => {
  const snapshot = "2026-09-01T00:00:00Z";
  assert.deepEqual(shown(choice({ mirror: "http://snapshot.example/archive/debian", snapshot })), [
    "http://snapshot.example/archive/debian/20260901T000000Z trixie",
    "http://snapshot.example/archive/debian/20260901T000000Z trixie-updates?",
    "http://snapshot.example/archive/debian-security/20260901T000000Z trixie-security?",
  ]);
  const placed = debArchives(choice({ mirror: "http://s.example/debian/@SNAPSHOTID@/x", snapshot }));
  assert.equal(placed[0]?.url, "http://s.example/debian/20260901T000000Z/x");
  assert.equal(placed[2]?.url, "http://s.example/debian-security/20260901T000000Z/x");
  assert.ok(placed.every((archive) => archive.snapshot));
});

test("timestamps are read in the usual forms", () => {
  assert.equal(snapshotId("20260901"), "20260901T000000Z");
  assert.equal(snapshotId("20260901T123456Z"), "20260901T123456Z");
  assert.equal(snapshotId("2026-09-01T12:34:56.000Z"), "20260901T123456Z");
  for (const text of ["yesterday", "2026", "20260901T12", "20260901/.."]) {
    assert.throws(() => snapshotId(text), { code: "USAGE" }, text);
  }
});

test("apt's sources for the suite and its pockets are taken as they are", () => {
  const sources = apt(
    "deb http://a.example/debian trixie main\ndeb http://a.example/debian trixie-updates main\n" +
      "deb http://b.example/sec trixie-security main\ndeb http://c.example/other bookworm main\n" +
      "deb http://a.example/debian trixie main contrib\n",
  );
  assert.deepEqual(shown(choice({ apt: sources })), [
    "http://a.example/debian trixie",
    "http://a.example/debian trixie-updates",
    "http://b.example/sec trixie-security",
  ]);
});

test("a host of another Debian suite lends its mirrors, a host of another system does not", () => {
  const sources = apt(
    "deb http://a.example/debian bookworm main\ndeb http://b.example/sec bookworm-security main\n" +
      "deb http://u.example/ubuntu noble main\n",
  );
  assert.deepEqual(shown(choice({ apt: sources })), [
    "http://a.example/debian trixie",
    "http://a.example/debian trixie-updates?",
    "http://b.example/sec trixie-security?",
  ]);
  const other = apt("deb http://u.example/ubuntu noble main\n");
  assert.throws(() => debArchives(choice({ apt: other })), { code: "MIRROR_ERROR", hint: /--deb-mirror/ });
});

test("a snapshot without a mirror, a place without a snapshot and a folder are refused", () => {
  assert.throws(() => debArchives(choice({ snapshot: "20260901" })), { code: "MIRROR_ERROR", hint: /--deb-mirror/ });
  assert.throws(() => debArchives(choice({ mirror: "http://s.example/@SNAPSHOTID@" })), { code: "USAGE" });
  assert.throws(() => debArchives(choice({ mirror: "/srv/debian" })), { code: "USAGE" });
});

test("where the fixes lie beside the rest, they come from the mirror itself", () => {
  const choice = { suite: "noble", architecture: "amd64", apt: [], suites: ["noble"], snapshot: undefined };
  const archives = debArchives({ ...choice, mirror: "http://mirror.example/ubuntu", securityBeside: true });
  assert.deepEqual(
    archives.map(({ url, suite }) => `${url} ${suite}`),
    ["noble", "noble-updates", "noble-security"].map((suite) => `http://mirror.example/ubuntu ${suite}`),
  );
});
