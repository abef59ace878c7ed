import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { createPool } from "../../src/assemble/pool.ts";
import { findBackend } from "../../src/codec/zstd.ts";
import { type BuildEvent, silent } from "../../src/events.ts";
import { type JobSpec, makeJob } from "../support/assemble.ts";
import { sampleBytes } from "../support/codec.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs } from "../support/tools.ts";

const layers: readonly JobSpec[] = [
  { name: "a", wheels: [{ name: "one", version: "1", files: { "one/big.bin": sampleBytes(2_500_000) } }] },
  { name: "b", wheels: [{ name: "two", version: "2", files: { "two/x.py": sampleBytes(300_000, 5) } }] },
  { name: "c", files: { "app/main.py": "print(1)\n" } },
  { name: "d", files: { "app/data": sampleBytes(1_500_000, 9) }, codec: "none" },
];

test("0, 1 and 2 threads make the same layers", async (t) => {
  const digests: string[] = [];
  for (const workers of [0, 1, 2]) {
    const folder = temporaryFolder(t);
    const pool = createPool({ workers });
    const jobs = await Promise.all(layers.map((spec) => makeJob(folder, spec)));
    const made = await Promise.all(jobs.map((job) => pool.run(job, silent)));
    await pool.close();
    assert.deepEqual(
      made.map(({ key }) => key),
      jobs.map(({ key }) => key),
    );
    digests.push(made.map(({ blob, diffId, listing }) => [blob.digest, diffId, listing.digest].join()).join());
  }
  assert.equal(digests[0], digests[1]);
  assert.equal(digests[0], digests[2]);
});

test("zstd layers are the same whatever their thread made before", async (t) => {
  if (!needs(t, "the pinned libzstd", await findBackend().catch(() => undefined))) return;
  const specs = [3_000_000, 10, 700_000].map(
    (size, index): JobSpec => ({
      name: `z${index}`,
      files: { "app/data": sampleBytes(size, index + 1) },
      codec: "zstd",
    }),
  );
  const reference = await digestsBy(0, specs, temporaryFolder(t));
  for (const order of [specs, [...specs].reverse(), [...specs, ...layers]]) {
    const digests = await digestsBy(1, order, temporaryFolder(t));
    for (const { name = "" } of specs) assert.equal(digests.get(name), reference.get(name), name);
  }
});

test("a thread's error arrives with code, message and hint, and leaves no file", async (t) => {
  const folder = temporaryFolder(t);
  const pool = createPool({ workers: 1 });
  t.after(() => pool.close());
  const wheel = { name: "demo", version: "1.0", files: { "a.py": "a" }, record: { text: "a.py,sha256=AAAA,9\n" } };
  await assert.rejects(pool.run(await makeJob(folder, { wheels: [wheel] }), silent), {
    name: "OciasmError",
    code: "WHEEL_INVALID",
    message: /demo-1\.0/,
  });
  assert.equal((await readdir(folder)).length, 1);
  const next = await pool.run(await makeJob(folder, { files: { x: "x" }, name: "next" }), silent);
  assert.ok(next.blob.size > 0, "the pool goes on");
});

test("reports of a thread reach the caller", async (t) => {
  const pool = createPool({ workers: 1 });
  t.after(() => pool.close());
  const events: BuildEvent[] = [];
  const job = await makeJob(temporaryFolder(t), { files: { "app/big": sampleBytes(9_000_000) }, codec: "none" });
  await pool.run(job, (event) => events.push(event));
  assert.deepEqual(
    events.map((event) => (event.type === "layer" ? event.state : event.type)),
    ["assembling", "progress", "assembled"],
  );
});

for (const workers of [0, 1]) {
  test(`an abort half-way is INTERRUPTED and leaves nothing, with ${workers} threads`, async (t) => {
    const folder = temporaryFolder(t);
    const controller = new AbortController();
    const pool = createPool({ workers, signal: controller.signal });
    t.after(() => pool.close());
    const job = await makeJob(folder, { files: { "app/big": sampleBytes(30_000_000) }, codec: "none" });
    const waiting = await makeJob(folder, { name: "waiting" });
    const stop = (event: BuildEvent): void => {
      if (event.type === "layer" && event.state === "progress") controller.abort();
    };
    const runs = await Promise.allSettled([pool.run(job, stop), pool.run(waiting, silent)]);
    for (const run of runs) {
      assert.equal(run.status, "rejected");
      assert.equal(run.reason.code, "INTERRUPTED");
    }
    assert.equal((await readdir(folder)).length, 1, "only the project file is left");
  });
}

test("one job's own signal stops that job alone", async (t) => {
  const folder = temporaryFolder(t);
  const pool = createPool({ workers: 1 });
  t.after(() => pool.close());
  const [kept, dropped] = [await makeJob(folder, { name: "kept" }), await makeJob(folder, { name: "dropped" })];
  const controller = new AbortController();
  const runs = [pool.run(kept, silent), pool.run(dropped, silent, controller.signal)] as const;
  controller.abort();
  await assert.rejects(runs[1], { code: "INTERRUPTED" });
  assert.equal((await runs[0]).key, kept.key);
});

test("a closed pool takes no work", async (t) => {
  const pool = createPool({ workers: 1 });
  await pool.close();
  await assert.rejects(pool.run(await makeJob(temporaryFolder(t), {}), silent), { code: "INTERRUPTED" });
});

test("no more jobs run at a time than there are places", async (t) => {
  const folder = temporaryFolder(t);
  const pool = createPool({ workers: 2 });
  t.after(() => pool.close());
  let running = 0;
  let most = 0;
  const count = (event: BuildEvent): void => {
    if (event.type !== "layer") return;
    if (event.state === "assembling") most = Math.max(most, ++running);
    if (event.state === "assembled") running--;
  };
  const jobs = await Promise.all(
    ["a", "b", "c", "d", "e"].map((name) => makeJob(folder, { name, files: { [name]: sampleBytes(400_000) } })),
  );
  await Promise.all(jobs.map((job) => pool.run(job, count)));
  assert.ok(most <= 2, `${most} at a time`);
  assert.equal(running, 0);
});

/** One pool's blobs, by the names of the jobs. */
async function digestsBy(workers: number, specs: readonly JobSpec[], folder: string): Promise<Map<string, string>> {
  const pool = createPool({ workers });
  const jobs = await Promise.all(specs.map((spec) => makeJob(folder, spec)));
  const made = await Promise.all(jobs.map((job) => pool.run(job, silent)));
  await pool.close();
  return new Map(made.map(({ blob }, index) => [specs[index]?.name ?? "", blob.digest]));
}
