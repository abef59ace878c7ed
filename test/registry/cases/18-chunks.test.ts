import assert from "node:assert/strict";
import { test } from "node:test";
import { PROFILE_NAMES } from "../../fake-registry/profiles.ts";
import { type Bench, blobOf, noise, openBench, pushed } from "./bench.ts";

const MEBIBYTE = 1024 * 1024;
const PUT = { method: "PUT", path: /uploads/ };
const PATCH = { method: "PATCH", path: /uploads/ };
const NO_CHUNKS = new Set<string>(["gar"]);
/** Their limit is on the chunk, and a single PUT of that size is refused as well here. */
const TOO_LARGE = {
  method: "PUT",
  path: /uploads/,
  action: { status: 413, early: true, body: "<html>too large</html>" },
};

const chunksOf = (bench: Bench): readonly (string | undefined)[] =>
  bench.registry.audit.requestsOf(PATCH).map(({ headers }) => headers["content-range"]);

for (const profile of PROFILE_NAMES) {
  for (const status of [413, 416]) {
    test(`18 ${profile}: ${status} in mid-PUT leads to chunks that the registry takes`, async (t) => {
      const bench = await openBench(t, { profile, faults: [{ ...TOO_LARGE, action: { status, early: true } }] });
      const bytes = noise(9 * MEBIBYTE);
      const blob = blobOf(bytes);
      if (NO_CHUNKS.has(profile)) {
        await assert.rejects(pushBlobOf(bench, blob), { code: "REGISTRY_ERROR", message: /none in chunks/ });
        return;
      }
      assert.equal(await pushed(bench, blob), "uploaded");
      assert.ok(bench.registry.blob("team/app", blob.blob.digest)?.equals(bytes));
      assert.deepEqual(
        chunksOf(bench)
          .at(-1)
          ?.endsWith(`-${9 * MEBIBYTE - 1}`),
        true,
      );
      bench.registry.audit.noAuthorizationElsewhere();
      // What was learned holds for the next blob: it is not tried in one piece.
      const before = bench.registry.audit.requestsOf(PUT).length;
      assert.equal(await pushed(bench, blobOf(Buffer.concat([bytes, bytes]))), "uploaded");
      assert.equal(bench.registry.audit.requestsOf(PUT).length, before + 1);
    });
  }
}

async function pushBlobOf(bench: Bench, blob: ReturnType<typeof blobOf>): Promise<unknown> {
  const { pushBlob } = await import("../../../src/registry/upload.ts");
  return pushBlob(bench.client, "team/app", blob);
}

test("18 a proxy's limit is found by halving, down to a quarter of a mebibyte", async (t) => {
  for (const [limit, expected] of [
    [MEBIBYTE, "uploaded"],
    [MEBIBYTE / 8, "REGISTRY_ERROR"],
  ] as const) {
    const bench = await openBench(t, { changes: { maxBodyBytes: limit } });
    const blob = blobOf(noise(3 * MEBIBYTE));
    assert.equal(await pushed(bench, blob), expected);
    const tooLarge = bench.registry.audit.requestsOf({ status: 413 }).length;
    assert.ok(tooLarge <= 6, String(tooLarge));
  }
});

test("18 a limit that the registry tells is kept without trying more", async (t) => {
  const bench = await openBench(t, { profile: "r2", changes: { maxBodyBytes: MEBIBYTE, chunkMaxBytes: MEBIBYTE } });
  const blob = blobOf(noise(2.5 * MEBIBYTE));
  assert.equal(await pushed(bench, blob), "uploaded");
  assert.deepEqual(chunksOf(bench), ["0-1048575", "1048576-2097151", "2097152-2621439"]);
  assert.equal(bench.registry.audit.requestsOf({ status: 413 }).length, 0);
  assert.equal(bench.registry.audit.duplicateBytes(), 0);
  assert.equal(blob.opened, 1);
});

for (const patchStatus of [201, 202, 204] as const) {
  for (const patchRange of ["spec", "stuck", "none", "unit"] as const) {
    test(`24 chunks answered by ${patchStatus} with Range: ${patchRange}`, async (t) => {
      const bench = await openBench(t, {
        changes: { patchStatus, patchRange, maxBodyBytes: MEBIBYTE, chunkMaxBytes: MEBIBYTE },
      });
      const bytes = noise(3 * MEBIBYTE + 5);
      const blob = blobOf(bytes);
      assert.equal(await pushed(bench, blob), "uploaded");
      assert.ok(bench.registry.blob("team/app", blob.blob.digest)?.equals(bytes));
      assert.equal(bench.registry.audit.duplicateBytes(), 0);
    });
  }
}

const SMALL_CHUNKS = { changes: { maxBodyBytes: MEBIBYTE, chunkMaxBytes: MEBIBYTE } };

test("24 a registry that has more than was sent is an error", async (t) => {
  const answer = { headers: { range: `0-${2 * MEBIBYTE}` } };
  const bench = await openBench(t, { ...SMALL_CHUNKS, faults: [{ ...PATCH, action: { answer } }] });
  await assert.rejects(pushBlobOf(bench, blobOf(noise(3 * MEBIBYTE))), {
    code: "REGISTRY_ERROR",
    message: /has 2097153 bytes of the 1048576 that were sent/,
  });
});

for (const profile of PROFILE_NAMES.filter((name) => !NO_CHUNKS.has(name))) {
  test(`25 ${profile}: after a lost answer to a chunk the upload goes on, or begins anew where it can't`, async (t) => {
    const faults = [{ ...PATCH, skip: 1, action: { reset: "after" } as const }];
    const bench = await openBench(t, { profile, ...SMALL_CHUNKS, faults });
    const bytes = noise(4 * MEBIBYTE);
    const blob = blobOf(bytes);
    assert.equal(await pushed(bench, blob), "uploaded");
    assert.ok(bench.registry.blob("team/app", blob.blob.digest)?.equals(bytes));
    // dist2 forgets the session; what ECR says of it can't be trusted.
    const anew = profile === "dist2" || profile === "ecr";
    assert.equal(bench.registry.audit.duplicateBytes(), anew ? 2 * MEBIBYTE : 0);
    assert.equal(bench.registry.audit.requestsOf({ method: "POST" }).length, anew ? 2 : 1);
  });

  test(`25 ${profile}: a chunk that is cut in the middle goes on where it stopped`, async (t) => {
    const faults = [{ ...PATCH, skip: 1, action: { reset: MEBIBYTE / 2 } }];
    const bench = await openBench(t, { profile, ...SMALL_CHUNKS, faults });
    const bytes = noise(4 * MEBIBYTE);
    const blob = blobOf(bytes);
    assert.equal(await pushed(bench, blob), "uploaded");
    assert.ok(bench.registry.blob("team/app", blob.blob.digest)?.equals(bytes));
  });
}

test("25 416 with a Range is a correction, and four in a row are an error", async (t) => {
  const once = await openBench(t, {
    ...SMALL_CHUNKS,
    faults: [{ ...PATCH, skip: 1, action: { status: 416, headers: { range: "0-524287" } } }],
  });
  // The registry says that it lost half a chunk, and refuses to take it again: its next answer puts it right.
  const bytes = noise(2 * MEBIBYTE);
  assert.equal(await pushed(once, blobOf(bytes)), "uploaded");
  const always = await openBench(t, {
    ...SMALL_CHUNKS,
    faults: [{ ...PATCH, times: 99, action: { status: 416, headers: { range: "0-99" } } }],
  });
  assert.equal(await pushed(always, blobOf(bytes)), "REGISTRY_ERROR");
});

test("25 where the status was old news, 416 tells where to go on", async (t) => {
  const bench = await openBench(t, {
    ...SMALL_CHUNKS,
    faults: [
      { ...PATCH, skip: 1, action: { reset: "after" } },
      { method: "GET", path: /uploads/, action: { answer: { headers: { range: `0-${MEBIBYTE - 1}` } } } },
    ],
  });
  assert.equal(await pushed(bench, blobOf(noise(4 * MEBIBYTE))), "uploaded");
  assert.equal(bench.registry.audit.duplicateBytes(), 0);
  assert.equal(bench.registry.audit.requestsOf({ method: "POST" }).length, 1);
});

test("25 an unknown session at the status request begins anew", async (t) => {
  const bench = await openBench(t, {
    ...SMALL_CHUNKS,
    faults: [
      { ...PATCH, skip: 1, action: { reset: "after" } },
      { method: "GET", path: /uploads/, action: { status: 404 } },
    ],
  });
  assert.equal(await pushed(bench, blobOf(noise(3 * MEBIBYTE))), "uploaded");
  assert.equal(bench.registry.audit.requestsOf({ method: "POST" }).length, 2);
});

test("26 chunks are as large as the registry wants them at least", async (t) => {
  const bench = await openBench(t, { changes: { chunkMinBytes: 3 * MEBIBYTE, chunkMaxBytes: MEBIBYTE } });
  assert.equal(await pushed(bench, blobOf(noise(7 * MEBIBYTE))), "uploaded");
  assert.deepEqual(chunksOf(bench), ["0-3145727", "3145728-6291455", "6291456-7340031"]);
  const absurd = await openBench(t, { changes: { chunkMinBytes: 1e12 }, faults: [TOO_LARGE] });
  assert.equal(await pushed(absurd, blobOf(noise(7 * MEBIBYTE))), "uploaded");
  assert.deepEqual(chunksOf(absurd), ["0-7340031"]);
});

test("2 tokens that end within an upload are renewed before each chunk and before the closing PUT", async (t) => {
  const expire = { action: { expireTokens: true } } as const;
  const bench = await openBench(t, {
    profile: "harbor",
    ...SMALL_CHUNKS,
    faults: [
      // The second of each two is the same chunk once more.
      { ...PATCH, ...expire },
      { ...PATCH, skip: 2, ...expire },
      { ...PUT, ...expire },
    ],
  });
  const bytes = noise(3 * MEBIBYTE);
  const blob = blobOf(bytes);
  assert.equal(await pushed(bench, blob), "uploaded");
  assert.ok(bench.registry.blob("team/app", blob.blob.digest)?.equals(bytes));
});

test("18 chunks are streamed: 256 MiB in chunks of 32 MiB take little memory", async (t) => {
  const bench = await openBench(t, { changes: { maxBodyBytes: 64 * MEBIBYTE } });
  const chunk = noise(MEBIBYTE);
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  for (let count = 0; count < 256; count++) hash.update(chunk);
  const before = process.memoryUsage().rss;
  let most = before;
  const blob = {
    blob: { mediaType: "x/y", digest: `sha256:${hash.digest("hex")}` as const, size: 256 * MEBIBYTE },
    mountFrom: [],
    open: async function* () {
      for (let count = 0; count < 256; count++) {
        most = Math.max(most, process.memoryUsage().rss);
        yield chunk;
      }
    },
  };
  assert.equal(await pushed(bench, blob), "uploaded");
  assert.equal(chunksOf(bench).length, 8);
  assert.ok(most - before < 150 * MEBIBYTE, `${(most - before) / MEBIBYTE} MiB`);
});
