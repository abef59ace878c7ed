import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { unxz } from "../../src/codec/xz.ts";
import { isOciasmError } from "../../src/errors.ts";
import { mutate, xorshift } from "../support/mutate.ts";
import { needsTools } from "../support/tools.ts";

const LIMIT = 64 * 1024;

async function outcome(bytes: Uint8Array): Promise<number | string> {
  let size = 0;
  try {
    for await (const chunk of unxz(
      (async function* () {
        yield bytes;
      })(),
      LIMIT,
    )) {
      size += chunk.length;
    }
  } catch (error) {
    assert.ok(isOciasmError(error), String(error));
    return error.code;
  }
  return size;
}

test("five thousand damaged xz streams are unpacked or refused by name, and none yields more than its limit", async (t) => {
  if (!needsTools(t, "xz")) return;
  const seed = execFileSync("xz", ["-c"], { input: "a text that is packed twice, packed twice ".repeat(20) });
  assert.equal(await outcome(seed), 840);
  const random = xorshift(3);
  let refused = 0;
  for (let count = 0; count < 5000; count++) {
    const result = await outcome(mutate(seed, random));
    if (result === "ARCHIVE_INVALID") refused++;
    else assert.ok(typeof result === "number" && result <= LIMIT, String(result));
  }
  assert.ok(refused > 4000, `${refused}`);
});

test("a stream that unpacks to more than its limit is refused before it has", async (t) => {
  if (!needsTools(t, "xz")) return;
  const bomb = execFileSync("xz", ["-c"], { input: Buffer.alloc(4 * 1024 * 1024) });
  assert.equal(await outcome(bomb), "ARCHIVE_INVALID");
});
