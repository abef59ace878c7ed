import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { windowLog, type ZstdBackend } from "../../src/codec/zstd-frame.ts";
import { nativeBackend } from "../../src/codec/zstd-native.ts";
import { sampleBytes } from "../support/codec.ts";
import { needs } from "../support/tools.ts";
import { frameOf, growthOver } from "../support/zstd.ts";

async function there(t: TestContext): Promise<ZstdBackend | undefined> {
  const backend = await nativeBackend();
  return needs(t, "zstd-napi", backend) ? backend : undefined;
}

/** By the package's own stream, whose context is new. */
async function freshFrame(level: number, bytes: Uint8Array): Promise<Buffer> {
  const { CompressStream } = await import("zstd-napi");
  const stream = new CompressStream({ compressionLevel: level, windowLog: windowLog(level) });
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = once(stream, "end");
  if (bytes.length > 0) await new Promise((resolve) => stream.write(bytes, resolve));
  stream.end();
  await ended;
  return Buffer.concat(chunks);
}

test("a context that made other frames, of other levels too, writes the bytes of a new one", async (t) => {
  const backend = await there(t);
  if (backend === undefined) return;
  const inputs = [2_500_000, 0, 1, 131_072].map((length, index) => sampleBytes(length, index + 1));
  // One of each of the library's strategies but those that need seconds for a megabyte, then back.
  const levels = [1, 3, 5, 6, 9, 13, 3, 1, 9, 3];
  for (const level of levels) {
    for (const bytes of inputs) {
      const expected = await freshFrame(level, bytes);
      assert.ok((await frameOf(backend, level, bytes)).equals(expected), `${bytes.length} bytes, level ${level}`);
    }
  }
});

test("two frames at a time do not mix", async (t) => {
  const backend = await there(t);
  if (backend === undefined) return;
  const bytes = sampleBytes(3_000_000);
  const expected = await freshFrame(3, bytes);
  const outputs: Buffer[][] = [[], []];
  const frames = outputs.map((chunks) => backend({ write: (chunk) => void chunks.push(Buffer.from(chunk)) }, 3));
  for (let at = 0; at < bytes.length; at += 500_000) {
    for (const frame of frames) await frame.write(bytes.subarray(at, at + 500_000));
  }
  for (const frame of frames) await frame.end();
  for (const chunks of outputs) assert.ok(Buffer.concat(chunks).equals(expected));
});

test("a frame that its sink refused leaves nothing in the next", async (t) => {
  const backend = await there(t);
  if (backend === undefined) return;
  const full = new Error("the disk is full");
  const refused = backend(
    {
      write: () => {
        throw full;
      },
    },
    3,
  );
  await assert.rejects(async () => refused.write(sampleBytes(1_000_000, 2)), full);
  const bytes = sampleBytes(1_000_000);
  assert.ok((await frameOf(backend, 3, bytes)).equals(await freshFrame(3, bytes)));
});

test("fifty frames take no more memory than a few", async (t) => {
  const backend = await there(t);
  if (backend === undefined) return;
  const growth = await growthOver(backend, 9, 50);
  assert.ok(growth < 30e6, `${Math.round(growth / 1e6)} MB more, where a context of level 9 has 11`);
});
