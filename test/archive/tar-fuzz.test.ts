import assert from "node:assert/strict";
import test from "node:test";
import { normalizeTarPath } from "../../src/archive/tar-paths.ts";
import { readTar } from "../../src/archive/tar-read.ts";
import { isOciasmError } from "../../src/errors.ts";
import { chunksOf } from "../support/chunks.ts";
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

test("a hundred thousand damaged tars give plain paths and true lengths or a clear error", async () => {
  Error.stackTraceLimit = 0;
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
  let good = 0;
  for (let round = 0; round < 100_000; round++) {
    const mutated = mutateTar(seeds[round % seeds.length] ?? Buffer.alloc(1), random);
    try {
      for await (const { entry, offset } of readTar(chunksOf(mutated, 700))) {
        assert.equal(normalizeTarPath(entry.path), entry.path);
        assert.ok(offset <= mutated.length);
      }
      good++;
    } catch (error) {
      assert.ok(isOciasmError(error) && error.code === "ARCHIVE_INVALID", String(error));
    }
  }
  assert.ok(good > 10_000 && good < 90_000, `${good} of them were accepted`);
});

function mutateTar(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = Uint8Array.from(mutate(bytes, random));
  return random() % 8 === 0 ? copy : repair(copy);
}
