import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { silent } from "../../../src/events.ts";
import { createHttp } from "../../../src/net/http.ts";
import { createRegistry } from "../../../src/registry/client.ts";
import { environmentName } from "../../../src/registry/credentials.ts";
import { type BlobUpload, pushBlob } from "../../../src/registry/upload.ts";
import { PROFILE_NAMES } from "../../fake-registry/profiles.ts";
import { type Bench, blobOf, noise, openBench, pushed } from "./bench.ts";

const MEBIBYTE = 1024 * 1024;
const UPLOAD = {
  path: /uploads\/./,
  when: ({ method }: { readonly method: string }) => method === "PUT" || method === "PATCH",
};

/** A line that takes no more than the registry reads: buffers of today's kernels hold all that is sent here at once. */
function paced(upload: BlobUpload): BlobUpload {
  return {
    ...upload,
    open: async function* () {
      for await (const chunk of upload.open()) {
        await wait(1);
        yield chunk;
      }
    },
  };
}

// Those that differ in what they keep of a broken upload; gar keeps nothing, and has the usual tries.
for (const profile of ["ghcr", "ecr", "gar", "dist2", "dist3"] as const) {
  test(`19 ${profile}: a line that is cut again and again brings a large blob all the same`, async (t) => {
    const faults = Array.from({ length: profile === "gar" ? 4 : 10 }, (_, at) => ({
      ...UPLOAD,
      skip: at,
      action: { reset: (8 + ((at * 5) % 4)) * MEBIBYTE - at * 100_000 },
    }));
    const bench = await openBench(t, { profile, faults, memoryBytes: 64 * MEBIBYTE });
    const bytes = noise(12 * MEBIBYTE);
    const blob = paced(blobOf(bytes));
    // Where the very last answer was lost, the blob is found.
    assert.match(await pushed(bench, blob), /^uploaded$|^existing$/);
    assert.ok(bench.registry.blob("team/app", blob.blob.digest)?.equals(bytes));
    bench.registry.audit.noAuthorizationElsewhere();
  });
}

test("19 where a broken PUT can be resumed, hardly a byte goes twice", async (t) => {
  const faults = [{ ...UPLOAD, action: { reset: 8 * MEBIBYTE } }];
  const bench = await openBench(t, { profile: "dist3", faults });
  const bytes = noise(12 * MEBIBYTE);
  const blob = blobOf(bytes);
  assert.equal(await pushed(bench, blob), "uploaded");
  assert.ok(bench.registry.blob("team/app", blob.blob.digest)?.equals(bytes));
  assert.equal(bench.registry.audit.duplicateBytes(), 0);
  assert.equal(bench.registry.audit.requestsOf({ method: "POST" }).length, 1);
});

async function withDeps(
  bench: Bench,
  deps: Partial<Parameters<typeof createRegistry>[1]>,
): Promise<ReturnType<typeof createRegistry>> {
  const { host } = bench.registry;
  const environment = { [environmentName(host)]: "ann:pw" };
  const http = createHttp({ environment: {}, userAgent: "test" });
  return createRegistry(host, { http, report: silent, signal: bench.abort.signal, environment, ...deps });
}

test("19 waits are spread by the randomness that is given", async (t) => {
  const waits: number[] = [];
  const faults = [{ ...UPLOAD, times: 2, action: { status: 503 } }];
  const bench = await openBench(t, { faults });
  const sleep = async (milliseconds: number): Promise<void> => void waits.push(milliseconds);
  const client = await withDeps(bench, { sleep, random: () => 0.5 });
  assert.equal(await pushBlob(client, "team/app", blobOf("x")), "uploaded");
  assert.deepEqual(waits, [375, 750]);
});

test("27 a pause that the registry asks for holds up all uploads to it", async (t) => {
  const faults = [{ method: "POST", action: { status: 429, headers: { "retry-after": "1" } } }];
  const bench = await openBench(t, { faults });
  let end = (): void => {};
  const pause = new Promise<void>((resolve) => {
    end = resolve;
  });
  const client = await withDeps(bench, { sleep: () => pause });
  const first = pushBlob(client, "team/app", blobOf("a"));
  while (bench.registry.audit.requestsOf({ status: 429 }).length === 0) await wait(5);
  await wait(30);
  const others = ["b", "c", "d"].map((text) => pushBlob(client, "team/app", blobOf(text)));
  const before = bench.registry.audit.requests.length;
  await wait(60);
  assert.equal(bench.registry.audit.requests.length, before);
  end();
  assert.deepEqual(await Promise.all([first, ...others]), Array(4).fill("uploaded"));
});

test("33 an interrupted upload tells the registry to forget its session", async (t) => {
  for (const profile of PROFILE_NAMES) {
    const bench = await openBench(t, { profile });
    bench.registry.script.add({ method: "PUT", path: /uploads/, action: { stall: 100_000 } });
    const blob = blobOf(noise(MEBIBYTE));
    const outcome = pushed(bench, blob);
    while (blob.opened === 0) await wait(2);
    await wait(20);
    bench.abort.abort(new Error("Ctrl-C"));
    assert.equal(await outcome, "INTERRUPTED", profile);
    // dist2 knows a session that was broken off neither by its old Location nor by another.
    const isKnown = profile !== "dist2";
    assert.equal(bench.registry.audit.requestsOf({ method: "DELETE", status: isKnown ? 204 : 404 }).length, 1, profile);
    assert.equal(bench.registry.state.sessions.size, isKnown ? 0 : 1, profile);
    bench.registry.audit.noAuthorizationElsewhere();
  }
});

test("33 a registry that doesn't answer to that keeps nobody", async (t) => {
  const bench = await openBench(t, { faults: [{ method: "DELETE", action: { stall: "after" } }] });
  bench.registry.script.add({ method: "PUT", path: /uploads/, action: { stall: 1000 } });
  const blob = blobOf(noise(MEBIBYTE));
  const outcome = pushed(bench, blob);
  while (blob.opened === 0) await wait(2);
  bench.abort.abort(new Error("Ctrl-C"));
  const begun = performance.now();
  assert.equal(await outcome, "INTERRUPTED");
  assert.ok(performance.now() - begun < 30_000);
});
