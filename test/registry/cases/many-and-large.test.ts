import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { digestOfHex } from "../../../src/oci/digest.ts";
import { blobOf, openBench, pushed } from "./bench.ts";

const MEBIBYTE = 1024 * 1024;

test("57 a blob of 512 MiB goes through little memory", async (t) => {
  const bench = await openBench(t);
  const chunk = Buffer.alloc(MEBIBYTE, 5);
  const hash = createHash("sha256");
  for (let count = 0; count < 512; count++) hash.update(chunk);
  const before = process.memoryUsage().rss;
  let most = before;
  const upload = {
    blob: { mediaType: "x/y", digest: digestOfHex(hash.digest("hex")), size: 512 * MEBIBYTE },
    mountFrom: [],
    open: async function* () {
      for (let count = 0; count < 512; count++) {
        most = Math.max(most, process.memoryUsage().rss);
        yield chunk;
      }
    },
  };
  assert.equal(await pushed(bench, upload), "uploaded");
  assert.ok(most - before < 200 * MEBIBYTE, `${(most - before) / MEBIBYTE} MiB`);
});

test("57 127 uploads at once arrive with two tokens", async (t) => {
  const bench = await openBench(t, { profile: "ghcr" });
  const outcomes = await Promise.all(Array.from({ length: 127 }, (_, at) => pushed(bench, blobOf(`blob ${at}`))));
  assert.deepEqual(new Set(outcomes), new Set(["uploaded"]));
  assert.equal(bench.registry.audit.requestsOf({ place: "token" }).length, 2);
  assert.equal(bench.registry.audit.duplicateBytes(), 0);
});
