import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { crc32, deflateRawSync } from "node:zlib";
import { assembleLayer } from "../../src/assemble/assemble.ts";
import { silent } from "../../src/events.ts";
import { makeJob } from "../support/assemble.ts";
import { sampleBytes } from "../support/codec.ts";
import { temporaryFolder } from "../support/temporary.ts";
import type { WheelSpec } from "../support/wheel.ts";
import type { ZipPart } from "../support/zip.ts";

const CONTENTS: Readonly<Record<string, Buffer>> = {
  "small, in one call": sampleBytes(5_000),
  "spliced, in one call": sampleBytes(400_000),
  "spliced, as a stream": sampleBytes(3_000_000),
};

/** A wheel whose demo.bin, with this content, has its archive entry changed. */
function damaged(content: Buffer, change: (raw: Buffer) => Partial<ZipPart>): WheelSpec {
  return {
    name: "demo",
    version: "1.0",
    files: { "demo.bin": content },
    parts: (parts) =>
      parts.map((part) => (part.name === "demo.bin" ? { ...part, ...change(deflateRawSync(content)) } : part)),
  };
}

const DAMAGES: Readonly<Record<string, (content: Buffer) => WheelSpec>> = {
  "a CRC that lies": (content) =>
    damaged(content, () => {
      const lie = { crc32: (crc32(content) ^ 1) >>> 0 };
      return { local: lie, central: lie };
    }),
  "a deflate stream that is cut off": (content) => damaged(content, (raw) => ({ raw: raw.subarray(0, -40) })),
  "bytes behind the deflate stream": (content) =>
    damaged(content, (raw) => ({ raw: Buffer.concat([raw, Buffer.alloc(3)]) })),
  "many bytes behind the deflate stream": (content) =>
    damaged(content, (raw) => ({ raw: Buffer.concat([raw, Buffer.alloc(600_000, 7)]) })),
  "a size that is too small": (content) => damaged(content, () => lyingSize(content.length - 1)),
  "a size that is too large": (content) => damaged(content, () => lyingSize(content.length + 1)),
  "flipped bits": (content) =>
    damaged(content, (raw) => {
      const flipped = Buffer.from(raw);
      for (let at = 100; at < flipped.length; at += 997) flipped[at] = (flipped[at] ?? 0) ^ 0x55;
      return { raw: flipped };
    }),
  "a hash in RECORD that lies": (content) => ({
    name: "demo",
    version: "1.0",
    files: { "demo.bin": content },
    record: (rows) =>
      rows.map((row) =>
        row.path === "demo.bin"
          ? { ...row, hash: `sha256=${createHash("sha256").update("x").digest("base64url")}` }
          : row,
      ),
  }),
};

function lyingSize(size: number): Partial<ZipPart> {
  return { local: { size }, central: { size } };
}

for (const [what, wheel] of Object.entries(DAMAGES)) {
  for (const [how, content] of Object.entries(CONTENTS)) {
    for (const codec of ["gzip", "none"] as const) {
      test(`${what} is found: ${how}, ${codec}`, async (t) => {
        const folder = temporaryFolder(t);
        const job = await makeJob(folder, { wheels: [wheel(content)], codec });
        const { signal } = new AbortController();
        await assert.rejects(assembleLayer(job, { report: silent, signal }), {
          code: "WHEEL_INVALID",
          message: /demo-1\.0-py3-none-any\.whl.*demo\.bin/,
        });
        assert.equal((await readdir(folder)).length, 1, "only the wheel is left");
      });
    }
  }
}
