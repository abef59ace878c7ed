import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { nativeBackend, nodeBackend, type ZstdBackend } from "../../src/codec/zstd.ts";
import { sampleBytes } from "../support/codec.ts";

async function compress(backend: ZstdBackend, level: number, bytes: Buffer): Promise<Buffer> {
  const stream = backend(level);
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  for (let at = 0; at < bytes.length; at += 100_000) {
    await new Promise((resolve) => stream.write(bytes.subarray(at, at + 100_000), resolve));
  }
  const ended = once(stream, "end");
  stream.end();
  await ended;
  return Buffer.concat(chunks);
}

test("the native module and Node's own library write the same bytes", async (t) => {
  const native = await nativeBackend();
  const own = await nodeBackend();
  if (native === undefined || own === undefined)
    return void t.skip("zstd-napi beside a Node with libzstd 1.5.7 is not here");
  const bytes = sampleBytes(3_000_000);
  for (const level of [1, 3, 9]) {
    assert.ok((await compress(native, level, bytes)).equals(await compress(own, level, bytes)), `level ${level}`);
  }
});
