import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type TestContext, test } from "node:test";
import type { ZstdBackend } from "../../src/codec/zstd-frame.ts";
import { nativeBackend } from "../../src/codec/zstd-native.ts";
import { nodeBackend } from "../../src/codec/zstd-node.ts";
import { sampleBytes } from "../support/codec.ts";
import { frameOf, growthOver } from "../support/zstd.ts";

async function own(t: TestContext): Promise<ZstdBackend | undefined> {
  const backend = await nodeBackend();
  if (backend === undefined) t.skip("this Node has no libzstd 1.5.7");
  return backend;
}

test("Node's own library and the native module write the same bytes, frame after frame", async (t) => {
  const node = await own(t);
  const native = await nativeBackend();
  if (node === undefined) return;
  if (native === undefined) return void t.skip("zstd-napi is not here");
  const inputs = [2_500_000, 0, 1, 131_072].map((length, index) => sampleBytes(length, index + 1));
  for (const level of [1, 3, 9, 3]) {
    for (const bytes of inputs) {
      const [one, other] = [await frameOf(node, level, bytes), await frameOf(native, level, bytes)];
      assert.ok(one.equals(other), `${bytes.length} bytes, level ${level}`);
    }
  }
});

test("no empty frame is behind a frame that ends where Node's buffer does", async (t) => {
  const node = await own(t);
  if (node === undefined) return;
  // A frame of noise has 9 bytes more than the noise, and Node's buffer 16,384. No other test has these levels.
  const noise = createHash("shake256", { outputLength: 16_375 }).digest();
  assert.equal((await frameOf(node, 2, noise)).length, 16_384);
  for (let made = 0; made < 1100; made++) {
    assert.equal((await frameOf(node, 4, noise.subarray(0, 7))).length, 16, `after ${made} frames`);
  }
});

test("fifty frames take no more memory than a few", async (t) => {
  const backend = await own(t);
  if (backend === undefined) return;
  const growth = await growthOver(backend, 9, 50);
  assert.ok(growth < 40e6, `${Math.round(growth / 1e6)} MB more, where a context of level 9 has 11`);
});
