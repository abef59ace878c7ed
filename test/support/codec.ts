import { execFileSync } from "node:child_process";
import type { LayerCodec, LayerWriter } from "../../src/codec/codec.ts";

/** What a codec makes of the writes, as one buffer. */
export async function encode(
  codec: LayerCodec,
  level: number,
  work: (writer: LayerWriter) => Promise<void> | undefined,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const writer = await codec.open({ write: (chunk) => void chunks.push(Buffer.from(chunk)) }, level);
  await work(writer);
  await writer.finish();
  return Buffer.concat(chunks);
}

export async function writeInPieces(writer: LayerWriter, bytes: Uint8Array, size: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += size) await writer.write(bytes.subarray(at, at + size));
}

/** The same bytes every time: text that compresses, then noise that does not. */
export function sampleBytes(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = at % 65536 < 49152 ? 97 + ((state >>> 28) & 7) : state >>> 24;
  }
  return bytes;
}

/** Decodes with a program of this machine. */
export function decodeWith(command: string, args: readonly string[], blob: Uint8Array): Buffer {
  return execFileSync(command, [...args], { input: blob, maxBuffer: 2 ** 30 });
}
