import assert from "node:assert/strict";
import { test } from "node:test";
import { parseControl } from "../../src/debian/control.ts";
import { wholeParagraphs } from "../../src/debian/paragraphs.ts";

const TEXT = "Package: a\nMaintainer: J\u00f6rg \u{1F40D}\n\n\nPackage: b\nDescription: x\n .\n y\n\nPackage: c\n";

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test("a list that comes in pieces of any size has the same paragraphs, and no piece splits one", async () => {
  const bytes = new TextEncoder().encode(TEXT);
  const whole = parseControl(TEXT);
  for (let size = 1; size <= bytes.length; size++) {
    const pieces: string[] = [];
    for await (const piece of wholeParagraphs(cut(bytes, size))) pieces.push(piece);
    assert.deepEqual(pieces.flatMap(parseControl), whole, `pieces of ${size} bytes`);
  }
});

test("a paragraph without an end is refused before it fills the memory", async () => {
  let sent = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (const line = Buffer.alloc(1 << 20, "x: y\n"); ; sent++) yield line;
  }
  await assert.rejects(
    async () => {
      for await (const _piece of wholeParagraphs(endless())) assert.fail("no paragraph has ended");
    },
    { code: "ARCHIVE_INVALID", message: /paragraph of more than 4194304 characters/ },
  );
  assert.ok(sent < 8);
});
