import assert from "node:assert/strict";
import { test } from "node:test";
import type { IndexFile } from "../../src/pypi/index-file.ts";
import { createPacker, filesIn } from "../../src/pypi/packed-files.ts";
import { Random } from "../support/random.ts";

const SHA = "0123456789abcdef".repeat(4);
const NAME = "demo-1.0-py3-none-any.whl";

function packed(files: readonly IndexFile[]): readonly Uint8Array[] {
  const packer = createPacker();
  for (const file of files) packer.add(file);
  assert.equal(packer.count, files.length);
  return packer.parts();
}

const texts = ["plain", "\\t", "\t", "a\nb", "\\", "\\\\n", "gr\u00f6\u00dfer", "\u4e2d\ud83d\ude00"] as const;

function randomFile(random: Random): IndexFile {
  const maybe = <T>(value: T): T | undefined => (random.below(2) === 0 ? undefined : value);
  const filename = `${random.pick(["demo", "d\u00e9mo", "de\\mo"])}-1.${random.below(100)}.zip`;
  const url = random.pick([`https://files.example/ab/${filename}`, "https://files.example/get/", "file:///w/x.zip"]);
  const fields = {
    sha256: maybe(SHA),
    size: maybe(random.below(3)),
    requiresPython: maybe(random.pick(texts)),
    yanked: maybe(random.pick(["", ...texts])),
    uploadTime: maybe("2024-01-02T03:04:05Z"),
    coreMetadata: maybe(random.pick([{}, { sha256: SHA }])),
  };
  return { filename, url, ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) };
}

test("files come out as they went in", () => {
  const random = new Random(5);
  const files = Array.from({ length: 3000 }, () => randomFile(random));
  const parts = packed(files);
  assert.ok(parts.length > 3);
  const listed = filesIn(parts);
  assert.deepEqual(
    listed.map((one) => one.file()),
    files,
  );
  for (const [at, { filename, sha256, url }] of files.entries()) {
    assert.equal(listed[at]?.filename, filename);
    assert.equal(listed[at]?.identity, sha256 ?? url);
  }
});

test("parts are texts of whole lines, which a cache may keep", () => {
  const files = Array.from({ length: 2000 }, (_, at) => ({
    filename: `demo-1.${at}.zip`,
    url: `https://files.example/\u00e9/demo-1.${at}.zip`,
    yanked: "\n",
  }));
  const kept = packed(files).map((part) => Buffer.from(part).toString("utf8"));
  for (const text of kept) assert.ok(text.endsWith("\n") && text.length < 128 * 1024);
  assert.deepEqual(
    filesIn(kept.map((text) => Buffer.from(text))).map((one) => one.file()),
    files,
  );
});

test("no file takes no part, and a line may be longer than a part", () => {
  assert.deepEqual(packed([]), []);
  const long = { filename: NAME, url: `https://files.example/${NAME}`, yanked: "\u00df".repeat(200_000) };
  const short = { filename: NAME, url: `https://files.example/${NAME}` };
  const parts = packed([short, long, short]);
  assert.equal(parts.length, 2);
  assert.deepEqual(
    filesIn(parts).map((one) => one.file()),
    [short, long, short],
  );
});

test("a part that ends within a line gives the lines before", () => {
  const [part = new Uint8Array()] = packed([
    { filename: NAME, url: "https://files.example/a" },
    { filename: NAME, url: "https://files.example/b" },
  ]);
  assert.deepEqual(
    filesIn([part.subarray(0, -3)]).map((one) => one.file().url),
    ["https://files.example/a"],
  );
});
