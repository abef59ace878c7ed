import assert from "node:assert/strict";
import { test } from "node:test";
import { uploadProgress } from "../../src/registry/upload-progress.ts";
import type { UploadSession } from "../../src/registry/upload-session.ts";

const MEBIBYTE = 1024 * 1024;
const NEW: UploadSession = {
  location: "https://registry.example/u",
  offset: 0,
  sent: 0,
  unsure: true,
  stuck: 0,
  located: 0,
  chunked: false,
  minChunk: 0,
  maxChunk: Number.POSITIVE_INFINITY,
};

/** Failures until five in a row were none of progress, at most 1,000; `at` gives what the try had kept and sent. */
function triesOf(at: (count: number) => Partial<UploadSession>): number {
  const progress = uploadProgress();
  let idle = 0;
  for (let count = 0; count < 1000; count++) {
    progress.saw({ ...NEW, ...at(count) });
    idle = progress.renewed() ? 1 : idle + 1;
    if (idle >= 5) return count + 1;
  }
  return 1000;
}

test("an upload goes on for as long as the registry keeps more each time", () => {
  assert.equal(
    triesOf((count) => ({ offset: count * 1000 })),
    1000,
  );
});

test("a registry that keeps nothing is tried again some times when much went over the line", () => {
  const tries = triesOf((count) => ({ sent: (9 + (count % 2) * 40) * MEBIBYTE }));
  assert.ok(tries > 20 && tries < 30, String(tries));
});

test("cuts at the same place, and cuts after little, are no progress", () => {
  assert.ok(triesOf(() => ({ sent: 10 * MEBIBYTE })) <= 6);
  assert.equal(
    triesOf((count) => ({ sent: (1 + (count % 2) * 4) * MEBIBYTE })),
    5,
  );
  assert.equal(
    triesOf((count) => ({ offset: count % 2 })),
    6,
  );
});
