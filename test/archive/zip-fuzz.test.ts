import assert from "node:assert/strict";
import test from "node:test";
import { bytesSource } from "../../src/archive/bytes.ts";
import { readZip } from "../../src/archive/zip.ts";
import { isOciasmError } from "../../src/errors.ts";
import { mutate, xorshift } from "../support/mutate.ts";
import { buildZip, type ZipPart } from "../support/zip.ts";

const a: ZipPart = { name: "a", content: "some content of a" };
const b: ZipPart = { name: "b", content: "some content of b" };

test("a hundred thousand damaged archives give entries inside the archive or a clear error", async () => {
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
  Error.stackTraceLimit = 0;
  const random = xorshift(20_240_229);
  let good = 0;
  for (let round = 0; round < 100_000; round++) {
    const bytes = mutate(seeds[round % seeds.length] ?? Buffer.alloc(1), random);
    try {
      for (const entry of await readZip(bytesSource(bytes)))
        assert.ok(entry.dataOffset + entry.compressedSize <= bytes.length);
      good++;
    } catch (error) {
      assert.ok(isOciasmError(error) && error.code === "WHEEL_INVALID", String(error));
    }
  }
  assert.ok(good > 1000 && good < 60_000, `${good} of them were accepted`);
});
