import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeFrame, type Frame, readFrames } from "../../src/interpreter/build-frame.ts";
import { Random } from "../support/random.ts";

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function decode(bytes: Uint8Array, size: number, limit = 10_000): Promise<readonly Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of readFrames(inPieces(bytes, size), limit)) frames.push(frame);
  return frames;
}

const FRAMES: readonly Frame[] = [
  { head: { type: "write", files: ["ä"] }, bodies: [Uint8Array.of(1, 2, 3), new Uint8Array()] },
  { head: null, bodies: [] },
];
const BYTES = Buffer.concat(FRAMES.flatMap(encodeFrame));

test("frames come back as they were sent, in whatever pieces they arrive", async () => {
  for (const size of [1, 2, 7, 1000]) {
    const frames = await decode(BYTES, size);
    assert.deepEqual(
      frames.map(({ head, bodies }) => [head, bodies.map((body) => [...body])]),
      FRAMES.map(({ head, bodies }) => [head, bodies.map((body) => [...body])]),
    );
  }
});

test("a frame above the limit is refused before it is kept", async () => {
  const large = Buffer.concat(encodeFrame({ head: {}, bodies: [new Uint8Array(500)] }));
  await assert.rejects(decode(large, 10, 100), /a message above 100 bytes/);
  await assert.rejects(decode(Uint8Array.of(255, 255, 255, 255), 10, 100), /a message of 4294967295 bytes/);
  await assert.rejects(decode(BYTES.subarray(0, 30), 10), /cut off/);
});

test("damaged frames end in an error and nothing else", async () => {
  const random = new Random(17);
  for (let round = 0; round < 100_000; round++) {
    const bytes = Uint8Array.from(BYTES);
    for (let times = 0; times < 3; times++) bytes[random.below(bytes.length)] = random.below(256);
    await decode(bytes, 256).catch((error: unknown) => assert.ok(error instanceof Error));
  }
});
