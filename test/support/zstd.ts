import { createHash } from "node:crypto";
import type { ZstdBackend } from "../../src/codec/zstd-frame.ts";

/** One frame, from writes of up to 100,000 bytes. */
export async function frameOf(backend: ZstdBackend, level: number, bytes: Uint8Array): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const frame = backend({ write: (chunk) => void chunks.push(Buffer.from(chunk)) }, level);
  for (let at = 0; at < bytes.length; at += 100_000) await frame.write(bytes.subarray(at, at + 100_000));
  await frame.end();
  return Buffer.concat(chunks);
}

/** Bytes of memory that this process has more after so many frames, which nobody keeps, than after three. */
export async function growthOver(backend: ZstdBackend, level: number, frames: number): Promise<number> {
  const bytes = Buffer.alloc(2 ** 22);
  createHash("shake256", { outputLength: 2 ** 19 })
    .digest()
    .copy(bytes);
  const work = async (count: number): Promise<void> => {
    for (let made = 0; made < count; made++) {
      const frame = backend({ write: () => {} }, level);
      await frame.write(bytes);
      await frame.end();
    }
  };
  await work(3);
  const before = process.memoryUsage.rss();
  await work(frames);
  return process.memoryUsage.rss() - before;
}
