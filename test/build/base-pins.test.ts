import assert from "node:assert/strict";
import { test } from "node:test";
import { basePins } from "../../src/build/base-pins.ts";
import { parsePlatform } from "../../src/oci/platform.ts";
import type { BaseNote } from "../../src/resolve/pylock-document.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const AMD64 = parsePlatform("linux/amd64");

const note = (more: Partial<BaseNote>): BaseNote => ({ name: "python:3.11-slim", system: [], debs: [], ...more });

test("an image is opened by its digest, with its tag kept for the annotations", () => {
  const pinned = (name: string) => basePins(name, [], AMD64, note({ name, digest: DIGEST })).spec;
  assert.match(pinned("python:3.11-slim"), new RegExp(`/python:3\\.11-slim@${DIGEST}$`));
  assert.match(pinned("docker://registry.example/python"), new RegExp(`^registry\\.example/python:latest@${DIGEST}$`));
  const other = `python@sha256:${"b".repeat(64)}`;
  assert.equal(pinned(other), other);
  assert.equal(pinned("oci:folder"), "oci:folder");
});

test("what a lock says of another base, of other packages or of another platform does not count", () => {
  const debs = { platform: "linux/amd64", packages: [] };
  const locked = note({ name: "deb:bookworm", system: ["git"], debs: [debs] });
  assert.deepEqual(basePins("deb:bookworm", ["git", "git"], AMD64, locked), { spec: "deb:bookworm", pins: { debs } });
  for (const [name, system, platform] of [
    ["deb:trixie", ["git"], AMD64],
    ["deb:bookworm", [], AMD64],
    ["deb:bookworm", ["git"], parsePlatform("linux/arm64")],
  ] as const) {
    assert.deepEqual(basePins(name, system, platform, locked), { spec: name });
  }
  assert.deepEqual(basePins("scratch", [], AMD64, undefined), { spec: "scratch" });
});
