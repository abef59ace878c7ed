import assert from "node:assert/strict";
import test from "node:test";
import { normalizeTarPath } from "../../src/archive/tar-paths.ts";
import { readTar } from "../../src/archive/tar-read.ts";
import { chunksOf } from "../support/chunks.ts";
import { fuzz } from "../support/fuzz.ts";
import { mutate, xorshift } from "../support/mutate.ts";
import { buildTar, paxText, rawTarBlock, tarExtension } from "../support/tar.ts";

/** Damage that a checksum would catch never gets further: after most mutations the sums are put right. */
function repair(bytes: Uint8Array): Uint8Array {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (bytes[at + 257] !== 0x75) continue;
    bytes.fill(0x20, at + 148, at + 156);
    let sum = 0;
    for (let index = at; index < at + 512; index++) sum += bytes[index] ?? 0;
    bytes.set(Buffer.from(`${sum.toString(8).padStart(6, "0")}\0 `), at + 148);
  }
  return bytes;
}

const seeds = [
  Buffer.concat([
    tarExtension("x", paxText({ path: "p/q", mtime: "1.5", uid: "7" })),
    rawTarBlock({ size: 3 }),
    Buffer.alloc(512),
    Buffer.alloc(1024),
  ]),
  Buffer.concat([
    tarExtension("L", "long\0"),
    tarExtension("K", "target\0"),
    rawTarBlock({ typeFlag: "2", linkName: "x" }),
    Buffer.alloc(1024),
  ]),
  buildTar([{ path: "d/" }, { path: "d/f", content: "abc" }]),
];
const random = xorshift(97);

function mutateTar(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = new Uint8Array(mutate(bytes, random));
  return random() % 8 === 0 ? copy : repair(copy);
}

const outcome = await fuzz(100_000, "ARCHIVE_INVALID", async (round) => {
  const mutated = mutateTar(seeds[round % seeds.length] ?? Buffer.alloc(1), random);
  for await (const { entry, offset } of readTar(chunksOf(mutated, 700))) {
    assert.equal(normalizeTarPath(entry.path), entry.path);
    assert.ok(offset <= mutated.length);
  }
});

test("a hundred thousand damaged tars give plain paths and true lengths or a clear error", () => {
  assert.deepEqual(outcome.unexpected, []);
  assert.ok(outcome.accepted > 10_000 && outcome.accepted < 90_000, `${outcome.accepted} of them were accepted`);
});
