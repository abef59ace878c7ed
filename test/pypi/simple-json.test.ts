import assert from "node:assert/strict";
import { test } from "node:test";
import { OciasmError } from "../../src/errors.ts";
import { mutations } from "../support/mutations.ts";
import { parseSimpleJson } from "../support/simple-pages.ts";

const PAGE = "https://index.example/simple/six/";
const SHA = "b".repeat(64);

function page(...files: readonly unknown[]): string {
  return JSON.stringify({ meta: { "api-version": "1.4" }, name: "six", files });
}

test("a file gives all that later stages ask for", () => {
  const text = page({
    filename: "six-1.0-py3-none-any.whl",
    url: "../../p/six-1.0-py3-none-any.whl#x",
    hashes: { md5: "x", sha256: SHA },
    "requires-python": ">=3.8",
    yanked: "broken",
    size: 11,
    "upload-time": "2024-01-02T03:04:05Z",
    "core-metadata": { sha256: SHA },
    "dist-info-metadata": false,
  });
  assert.deepEqual(parseSimpleJson(text, PAGE).files, [
    {
      filename: "six-1.0-py3-none-any.whl",
      url: "https://index.example/p/six-1.0-py3-none-any.whl",
      sha256: SHA,
      size: 11,
      requiresPython: ">=3.8",
      yanked: "broken",
      uploadTime: "2024-01-02T03:04:05Z",
      coreMetadata: { sha256: SHA },
    },
  ]);
});

test("what is absent, null or of another type is left out", () => {
  const text = page(
    {
      filename: "six-1.0.zip",
      url: "six-1.0.zip",
      hashes: {},
      yanked: false,
      "requires-python": null,
      size: -1,
      "core-metadata": true,
    },
    { filename: "six-1.1.zip", url: "six-1.1.zip", hashes: { sha256: "short" }, yanked: true, size: "1" },
    { filename: "../six-1.2.zip", url: "six-1.2.zip" },
    { filename: "six-1.3.zip", url: "file:///six-1.3.zip" },
    { filename: "six-1.4.exe", url: "six-1.4.exe" },
    null,
    7,
  );
  assert.deepEqual(parseSimpleJson(text, PAGE).files, [
    { filename: "six-1.0.zip", url: `${PAGE}six-1.0.zip`, coreMetadata: {} },
    { filename: "six-1.1.zip", url: `${PAGE}six-1.1.zip`, yanked: "" },
  ]);
});

test("another version, other JSON and no JSON are refused", () => {
  for (const text of [
    '{"meta":{"api-version":"2.0"},"files":[]}',
    "{}",
    "[]",
    "null",
    "<html>",
    '{"files":{}}',
    "[".repeat(100_000),
  ]) {
    assert.throws(() => parseSimpleJson(text, PAGE), { code: "INDEX_ERROR" });
  }
});

test("no input breaks the parser", () => {
  const seeds = [
    page({ filename: "six-1.0.zip", url: "six-1.0.zip", hashes: { sha256: SHA }, __proto__: { size: 1 } }),
  ].map((text) => Buffer.from(text));
  let read = 0;
  mutations(seeds, 100_000, (bytes) => {
    try {
      read += parseSimpleJson(Buffer.from(bytes).toString("utf8"), PAGE).files.length;
    } catch (error) {
      if (!(error instanceof OciasmError)) throw error;
    }
  });
  assert.ok(read > 0);
});
