import assert from "node:assert/strict";
import test from "node:test";
import { bytesSource } from "../../src/archive/bytes.ts";
import { readZip } from "../../src/archive/zip.ts";
import { fuzz } from "../support/fuzz.ts";
import { mutate, xorshift } from "../support/mutate.ts";
import { buildZip, type ZipPart } from "../support/zip.ts";

const a: ZipPart = { name: "a", content: "some content of a" };
const b: ZipPart = { name: "b", content: "some content of b" };

const seeds = [
  buildZip([
    { name: "d/" },
    { ...a, zip64: true },
    { ...b, dataDescriptor: "signature" },
    { name: "d/c", content: "c", method: 0 },
  ]),
  buildZip([a, { ...b, dataDescriptor: "bare", extra: Buffer.from("5455050001a6ce1200", "hex") }], {
    zip64: {},
    comment: "end",
  }),
  buildZip([a]),
];
const random = xorshift(20_240_229);

const outcome = await fuzz(100_000, "WHEEL_INVALID", async (round) => {
  const bytes = mutate(seeds[round % seeds.length] ?? Buffer.alloc(1), random);
  for (const entry of await readZip(bytesSource(bytes))) {
    assert.ok(entry.dataOffset + entry.compressedSize <= bytes.length);
  }
});

test("a hundred thousand damaged archives give entries inside the archive or a clear error", () => {
  assert.deepEqual(outcome.unexpected, []);
  assert.ok(outcome.accepted > 1000 && outcome.accepted < 60_000, `${outcome.accepted} of them were accepted`);
});
