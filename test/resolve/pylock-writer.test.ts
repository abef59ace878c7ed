import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "smol-toml";
import { pylock } from "../../src/input/pylock.ts";
import type { LockedWheel } from "../../src/resolve/lock.ts";
import type { PylockDocument } from "../../src/resolve/pylock-document.ts";
import { pylockText } from "../../src/resolve/pylock-writer.ts";

const wheel = (filename: string, more: Partial<LockedWheel> = {}): LockedWheel => ({
  filename,
  url: `https://index.example/files/${filename}`,
  sha256: "a".repeat(64),
  size: 7,
  ...more,
});

const DOCUMENT: PylockDocument = {
  requiresPython: ">=3.10",
  environments: ['sys_platform == "linux"'],
  extras: ["fast"],
  groups: ["dev"],
  defaultGroups: ["dev"],
  packages: [
    {
      name: "a",
      version: "1.0+cpu",
      marker: '"fast" in extras',
      requiresPython: ">=3.9",
      dependencies: [{ name: "b" }, { name: "c", version: "2" }],
      index: "https://user:secret@index.example/simple/",
      direct: false,
      wheels: [wheel("a-1.0+cpu-py3-none-any.whl", { uploadTime: "2026-01-02T03:04:05.123456Z" })],
    },
    {
      name: "b",
      version: "3",
      dependencies: [],
      direct: true,
      wheels: [wheel("b-3-py3-none-any.whl", { url: "file:///work/vendor/b-3-py3-none-any.whl" })],
    },
  ],
  ociasm: {
    inputs: `sha256:${"b".repeat(64)}`,
    from: ["pyproject.toml"],
    constraints: ["bounds.txt"],
    overrides: [],
    requested: ["a"],
    targets: [{ platform: "linux/amd64", python: "3.11.2", libc: "glibc:2.36" }],
    options: { prerelease: "allow", excludeNewer: "2026-01-31" },
    base: {
      name: "deb:bookworm",
      system: ["libgomp1"],
      debs: [
        {
          platform: "linux/amd64",
          date: 1_600_000_000,
          packages: [
            {
              group: "system",
              name: "libgomp1",
              version: "12.2.0-14+deb12u1",
              architecture: "amd64",
              source: "gcc-12",
              suite: "bookworm",
              filename: "pool/main/g/gcc-12/libgomp1_12.2.0-14+deb12u1_amd64.deb",
              sha256: "c".repeat(64),
              size: 9,
            },
          ],
        },
      ],
    },
  },
};

const context = { file: "/work/app/pylock.toml", readInclude: () => undefined, environment: {} };

test("what is written is read back: packages, choices and the whole table of our own", () => {
  const input = pylock.parse(pylockText(DOCUMENT, "/work/app"), context);
  assert.deepEqual(input.ociasm, DOCUMENT.ociasm);
  assert.deepEqual(input.warnings, []);
  assert.deepEqual([input.extras, input.groups, input.defaultGroups], [["fast"], ["dev"], ["dev"]]);
  assert.deepEqual([input.requiresPython, input.environments], [DOCUMENT.requiresPython, DOCUMENT.environments]);
  const [a, b] = input.packages;
  assert.deepEqual([a?.name, a?.version, a?.marker, a?.requested], ["a", "1.0+cpu", '"fast" in extras', true]);
  assert.deepEqual(a?.files, [{ ...DOCUMENT.packages[0]?.wheels[0], uploadTime: "2026-01-02T03:04:05.123Z" }]);
  assert.equal(b?.requested, false);
  assert.equal(b?.direct?.url, "file:///work/vendor/b-3-py3-none-any.whl");
});

test("files of this host stand by their path from the lock, and logins nowhere", () => {
  const text = pylockText(DOCUMENT, "/work/app");
  assert.match(text, /archive = \{ path = "\.\.\/vendor\/b-3-py3-none-any\.whl", /);
  assert.match(text, /^index = "https:\/\/index\.example\/simple\/"$/m);
  assert.doesNotMatch(text, /secret/);
});

test("any text survives in a string, and the same document has the same bytes", () => {
  const names = ["", '"', "\\", "\n\t\r", "\u0000\u001f\u007f", "é😀", "'''", '"""', "\u2028"];
  const text = pylockText({ ...DOCUMENT, extras: names }, "/");
  assert.deepEqual(parse(text)["extras"], names);
  assert.equal(pylockText({ ...DOCUMENT, extras: names }, "/"), text);
});

test("a lock of no packages still has their list", () => {
  assert.deepEqual(parse(pylockText({ ...DOCUMENT, packages: [] }, "/"))["packages"], []);
});

test("what is wrong in our own table is told with its place", () => {
  const text = pylockText(DOCUMENT, "/work/app");
  const refused = (from: string, to: string) => {
    assert.ok(text.includes(from));
    return assert.throws(() => pylock.parse(text.replace(from, to), context), { code: "INPUT_INVALID" });
  };
  refused('filename = "pool/main', 'filename = "../main');
  refused('filename = "pool/main/g', 'filename = "pool/../../g');
  refused('group = "system"', 'group = "other"');
  refused("c".repeat(64), "c".repeat(63));
  refused('from = ["pyproject.toml"]', "from = 1");
  const newer = pylock.parse(text.replace("schema = 1", "schema = 2"), context);
  assert.equal(newer.ociasm, undefined);
  assert.match(newer.warnings?.[0] ?? "", /schema 2/);
});
