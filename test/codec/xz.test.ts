import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { unxz } from "../../src/codec/xz.ts";
import { needsTools } from "../support/tools.ts";

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function unpacked(bytes: Uint8Array, limit = 10_000_000, size = 1000): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of unxz(pieces(bytes, size), limit)) parts.push(part);
  return Buffer.concat(parts);
}

const PLAIN = Buffer.from(Array.from({ length: 60_000 }, (_, at) => `line ${at} ${(at * at) % 977}\n`).join(""));

const packed = (...options: readonly string[]): Buffer => spawnSync("xz", ["-c", ...options], { input: PLAIN }).stdout;

test("streams of the xz tool unpack to what went in, whatever the pieces", async (t) => {
  if (!needsTools(t, "xz")) return;
  for (const options of [[], ["--check=crc32"], ["-9e"], ["--block-size=65536"]]) {
    assert.ok(PLAIN.equals(await unpacked(packed(...options))), options.join(" "));
  }
  assert.ok(PLAIN.equals(await unpacked(packed(), 10_000_000, 7)));
});

test("damaged, cut and foreign streams are refused, and do not hang", async (t) => {
  if (!needsTools(t, "xz")) return;
  const whole = packed();
  const damaged = Buffer.from(whole);
  damaged[whole.length >> 1] = (damaged[whole.length >> 1] ?? 0) ^ 0xff;
  for (const bytes of [damaged, whole.subarray(0, whole.length >> 1), Buffer.from("no xz at all"), Buffer.alloc(0)]) {
    await assert.rejects(unpacked(bytes), { code: "ARCHIVE_INVALID" });
  }
});

test("a stream that holds more than allowed is stopped", async (t) => {
  if (!needsTools(t, "xz")) return;
  await assert.rejects(unpacked(packed(), PLAIN.length - 1), { code: "ARCHIVE_INVALID", message: /more than/ });
  assert.equal((await unpacked(packed(), PLAIN.length)).length, PLAIN.length);
});

test("a failure of the source is told as it is", async () => {
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield new Uint8Array([0xfd, 0x37]);
    throw new RangeError("disk gone");
  };
  await assert.rejects(async () => {
    for await (const _ of unxz(failing(), 1000));
  }, /disk gone|damaged/);
});
