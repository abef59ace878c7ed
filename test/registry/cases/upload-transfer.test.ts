import assert from "node:assert/strict";
import { test } from "node:test";
import { PROFILE_NAMES } from "../../fake-registry/profiles.ts";
import { blobOf, noise, openBench, pushed } from "./bench.ts";

const SIZE = 1_000_000;
const PUT = { method: "PUT", path: /uploads/ };

for (const profile of PROFILE_NAMES) {
  test(`19 ${profile}: a connection that breaks at 10, 50 and 99 % is begun anew each time`, async (t) => {
    const faults = [0.1, 0.5, 0.99].map((part, skip) => ({ ...PUT, skip, action: { reset: SIZE * part } }));
    const bench = await openBench(t, { profile, faults });
    const blob = blobOf(noise(SIZE));
    assert.equal(await pushed(bench, blob), "uploaded");
    assert.equal(blob.opened, 4);
    assert.deepEqual(bench.registry.blob("team/app", blob.blob.digest), noise(SIZE));
    assert.ok(bench.registry.audit.duplicateBytes() <= 1.6 * SIZE);
    assert.deepEqual(bench.waits, [500, 1000, 2000]);
  });

  test(`22 ${profile}: a lost commit answer is looked up, and one copy went over the line`, async (t) => {
    const bench = await openBench(t, { profile, faults: [{ ...PUT, action: { reset: "after" } }] });
    assert.equal(await pushed(bench, blobOf(noise(SIZE))), "existing");
    assert.equal(bench.registry.audit.duplicateBytes(), 0);
  });
}

test("19 five tries, and then the error says what broke", async (t) => {
  const bench = await openBench(t, { faults: [{ ...PUT, times: 99, action: { reset: 1000 } }] });
  const blob = blobOf(noise(SIZE));
  assert.equal(await pushed(bench, blob), "NETWORK");
  assert.equal(blob.opened, 5);
});

test("20 a server that takes no more bytes is left, and the upload begun anew", async (t) => {
  const bench = await openBench(t, {
    faults: [{ ...PUT, action: { stall: 100_000 } }],
    request: { stallSeconds: 1 },
  });
  // More than the buffers of a connection hold.
  const blob = blobOf(noise(16 * 1024 * 1024));
  assert.equal(await pushed(bench, blob), "uploaded");
  assert.equal(blob.opened, 2);
});

test("21 a commit may take longer than any silence within a transfer", async (t) => {
  const bench = await openBench(t, {
    faults: [{ ...PUT, action: { delayMilliseconds: 2500 } }],
    request: { stallSeconds: 1 },
  });
  const blob = blobOf(noise(SIZE));
  assert.equal(await pushed(bench, blob), "uploaded");
  assert.equal(blob.opened, 1);
});

test("22 a PUT that finds no session is a success where the blob is, and else begins anew", async (t) => {
  const bench = await openBench(t);
  const blob = blobOf("abc");
  const body = '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}';
  bench.registry.script.add({ ...PUT, action: { answer: { status: 404, body } } });
  assert.equal(await pushed(bench, blob), "uploaded");
  bench.registry.script.add({ ...PUT, action: { status: 404, body } });
  assert.equal(await pushed(bench, blobOf("other")), "uploaded");
  bench.registry.script.add({ ...PUT, times: 99, action: { status: 404, body } });
  assert.equal(await pushed(bench, blobOf("third")), "REGISTRY_ERROR");
});

/** Answers to POST, and what is waited before the next: by all requests to the host, and by this one. */
const BUSY: readonly (readonly [number, Readonly<Record<string, string>>, readonly number[], string])[] = [
  [429, { "retry-after": "7" }, [7000, 7000], "uploaded"],
  [
    429,
    { date: "Thu, 01 Jan 2026 00:00:00 GMT", "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT" },
    [9000, 9000],
    "uploaded",
  ],
  [429, {}, [1000, 500], "uploaded"],
  [503, { "retry-after": "0" }, [0], "uploaded"],
  [429, { "retry-after": "3600" }, [], "REGISTRY_ERROR"],
];

test("27 a pause that is asked for is kept up to a limit", async (t) => {
  for (const [status, headers, waits, expected] of BUSY) {
    const faults = [{ method: "POST", path: /uploads/, action: { status, headers } }];
    const bench = await openBench(t, { faults });
    assert.equal(await pushed(bench, blobOf("x")), expected);
    assert.deepEqual(bench.waits, waits);
  }
});

test("27 the pause that is too long is named", async (t) => {
  const action = { status: 429, headers: { "retry-after": "3600" }, body: "slow down" };
  const bench = await openBench(t, { faults: [{ method: "POST", action }] });
  const { pushBlob } = await import("../../../src/registry/upload.ts");
  await assert.rejects(pushBlob(bench.client, "team/app", blobOf("x")), { message: /slow down, try again in 3600 s/ });
});

test("28 statuses of tired servers are tried again, whatever they say", async (t) => {
  for (const status of [408, 499, 500, 502, 503, 504, 522]) {
    for (const fault of [{ method: "POST", path: /uploads/ }, PUT]) {
      const body = "<html><body>Bad Gateway</body></html>";
      const bench = await openBench(t, { faults: [{ ...fault, times: 2, action: { status, body } }] });
      assert.equal(await pushed(bench, blobOf("x")), "uploaded", `${fault.method} ${status}`);
    }
  }
});

test("29 bytes that were damaged on the way are sent once more when the source is whole, and no third time", async (t) => {
  const body = '{"errors":[{"code":"DIGEST_INVALID","message":"provided digest did not match"}]}';
  for (const [times, expected] of [
    [1, "uploaded"],
    [2, "REGISTRY_ERROR"],
  ] as const) {
    const bench = await openBench(t, { faults: [{ ...PUT, times, action: { status: 400, body } }] });
    const blob = blobOf(noise(SIZE));
    assert.equal(await pushed(bench, blob), expected);
    assert.equal(blob.opened, 3);
    assert.equal(bench.registry.audit.requestsOf(PUT).length, 2);
  }
});

test("29-30 a file that changed, shrank or grew is found out, and nothing of it is stored", async (t) => {
  const original = noise(SIZE);
  const changed = Buffer.from(original);
  changed[SIZE - 1] = 255 - (original[SIZE - 1] ?? 0);
  for (const bytes of [changed, original.subarray(0, 100), Buffer.concat([original, Buffer.from("x")])]) {
    const bench = await openBench(t);
    const blob = { ...blobOf(bytes), blob: blobOf(original).blob };
    assert.equal(await pushed(bench, blob), "BLOB_CORRUPT", String(bytes.length));
    assert.equal(bench.registry.audit.requestsOf({ ...PUT, status: 201 }).length, 0);
    assert.equal(bench.registry.audit.requestsOf({ method: "POST" }).length, 1);
  }
});

for (const profile of PROFILE_NAMES) {
  test(`32 ${profile}: the empty blob and {} arrive`, async (t) => {
    const bench = await openBench(t, { profile });
    for (const content of ["", "{}"]) assert.equal(await pushed(bench, blobOf(content)), "uploaded");
    const lengths = bench.registry.audit.requests
      .filter(({ method, place }) => method === "PUT" && place !== "token")
      .map(({ headers }) => headers["content-length"]);
    assert.deepEqual(lengths, ["0", "2"]);
  });
}

test("33 an interrupted upload ends at once and stores nothing", async (t) => {
  const bench = await openBench(t);
  bench.registry.script.add({ ...PUT, action: { stall: 100_000 } });
  const blob = blobOf(noise(SIZE));
  const outcome = pushed(bench, blob);
  while (blob.opened === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  bench.abort.abort(new Error("Ctrl-C"));
  assert.equal(await outcome, "INTERRUPTED");
  assert.equal(bench.registry.blob("team/app", blob.blob.digest), undefined);
});
