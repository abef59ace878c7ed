import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from "../../src/oci/media-types.ts";
import { type FakeRegistry, fakeRegistry } from "../fake-registry/registry.ts";
import { type RunResult, startOciasm } from "../support/cli.ts";
import { buildTar, packLayer } from "../support/image.ts";
import { image, type Moved, seedMoved } from "../support/moving.ts";
import { Random } from "../support/random.ts";
import { remount, smallDisk, unmountAll } from "../support/small-disk.ts";
import {
  archiveImage,
  destinationTemporaries,
  layoutImage,
  storeProblems,
  storeTemporaries,
} from "../support/store-check.ts";
import { temporaryFolder } from "../support/temporary.ts";

// Kills, Ctrl-C and full disks in the midst of pull, push and copy.

const LAYERS = 4;
const LAYER_BYTES = 2_000_000;

async function largeImage(): Promise<Moved> {
  const layers = await Promise.all(
    Array.from({ length: LAYERS }, async (_, at) => {
      const random = new Random(at + 1);
      const noise = Buffer.alloc(LAYER_BYTES);
      for (let word = 0; word < LAYER_BYTES; word += 4) noise.writeUInt32LE(random.below(2 ** 32), word);
      return packLayer(await buildTar({ [`noise-${at}`]: noise }), (tar) => tar, OCI_LAYER);
    }),
  );
  const { config, manifest } = image("linux/amd64", layers, OCI_MANIFEST, OCI_CONFIG);
  return { top: manifest, documents: [config, manifest], layers };
}

interface Bench {
  readonly digest: string;
  readonly source: FakeRegistry;
  readonly target: FakeRegistry;
  readonly cache: string;
  readonly layout: string;
  readonly tar: string;
  start(...words: readonly string[]): ReturnType<typeof startOciasm>;
  run(...words: readonly string[]): Promise<RunResult>;
}

async function openBench(t: TestContext): Promise<Bench> {
  t.after(unmountAll);
  const folder = temporaryFolder(t);
  const [source, target] = [await fakeRegistry(t), await fakeRegistry(t)];
  const moved = await largeImage();
  seedMoved(source, "app", "1", moved);
  const cache = join(folder, "cache");
  const start: Bench["start"] = (...words) =>
    startOciasm([...words, "--cache-dir", cache, "-q"], { cwd: folder, env: { HOME: folder } });
  mkdirSync(join(folder, "tars"));
  return {
    digest: moved.top.descriptor.digest,
    ...{ source, target, cache, start },
    layout: join(folder, "layout"),
    tar: join(folder, "tars", "image.tar"),
    run: (...words) => start(...words).result,
  };
}

/** What is moved, from where to where: the four ways that bytes can go. */
const MOVES: Readonly<Record<string, (bench: Bench) => readonly string[]>> = {
  pull: ({ source }) => ["pull", `${source.host}/app:1`, "-t", "kept:1"],
  push: ({ target }) => ["push", `${target.host}/pushed:1`],
  "copy to a registry": ({ source, target }) => ["copy", `docker://${source.host}/app:1`, `${target.host}/copied:1`],
  "copy to a folder": ({ source, layout }) => ["copy", `docker://${source.host}/app:1`, `oci:${layout}`],
  "copy to a tar": ({ source, tar }) => ["copy", `docker://${source.host}/app:1`, `archive:${tar}`],
};

/** Nothing there, or the whole image: in the store, in both registries, in the folder and in the tar. */
async function assertWhole({ digest, target, cache, layout, tar, run }: Bench): Promise<void> {
  assert.deepEqual(storeProblems(cache), []);
  for (const found of [layoutImage(layout), await archiveImage(tar)]) {
    assert.deepEqual(found.problems, []);
    assert.ok(found.digest === undefined || found.digest === digest);
  }
  for (const name of ["pushed:1", "copied:1"]) {
    target.audit.everPullable(name);
    assert.ok([undefined, digest].includes(target.manifest(name)?.digest));
  }
  const { stdout, stderr } = await run("image", "ls", "--json");
  const { images } = JSON.parse(stdout);
  assert.ok(
    images.every((one: { readonly digest: string }) => one.digest === digest),
    stderr,
  );
}

function assertSwept({ cache, layout, tar }: Bench): void {
  assert.deepEqual(storeTemporaries(cache), []);
  assert.deepEqual(destinationTemporaries(layout), []);
  assert.deepEqual(destinationTemporaries(dirname(tar)), []);
}

/** Takes what the move before left, so that there is something to do. */
function clear({ target, cache, layout, tar }: Bench, move: string): void {
  for (const path of [layout, tar]) rmSync(path, { recursive: true, force: true });
  if (move === "pull") rmSync(cache, { recursive: true, force: true });
  for (const { blobs, manifests, tags } of target.state.repositories.values())
    for (const map of [blobs, manifests, tags]) map.clear();
}

for (const signal of ["SIGKILL", "SIGINT"] as const) {
  for (const [move, words] of Object.entries(MOVES)) {
    test(`${signal} at random moments of a ${move} leaves nothing half, and the next one is whole`, async (t) => {
      const bench = await openBench(t);
      if (move === "push") {
        const pulled = await bench.run("pull", `${bench.source.host}/app:1`, "-t", `${bench.target.host}/pushed:1`);
        assert.equal(pulled.code, 0, pulled.stderr);
      }
      const begin = performance.now();
      assert.equal((await bench.run(...words(bench))).code, 0);
      const span = performance.now() - begin;
      const random = new Random(signal.length + move.length);
      let caught = 0;
      for (let round = 0; round < 4; round++) {
        clear(bench, move);
        const running = bench.start(...words(bench));
        await Promise.race([wait(span / 4 + random.below(Math.ceil(span / 2))), running.result]);
        running.kill(signal);
        const { code, stderr } = await running.result;
        // Null: killed, or node itself had not come up yet.
        assert.ok(code === null || code === 0 || (signal === "SIGINT" && code === 130), `exit ${code}: ${stderr}`);
        if (code !== 0) caught++;
        await assertWhole(bench);
        if (code === 130) assertSwept(bench);
      }
      assert.ok(caught > 0, "no run was caught alive");
      clear(bench, move);
      const last = await bench.run(...words(bench));
      assert.equal(last.code, 0, last.stderr);
      await assertWhole(bench);
      assertSwept(bench);
    });
  }
}

const FULL = /error\[DISK_FULL\]: no space left .*\n {2}hint: /;

for (const kilobytes of [64, 3_000, 7_000]) {
  test(`a pull into a cache on a disk of ${kilobytes} kB is told so, and keeps nothing under a name`, async (t) => {
    const bench = await openBench(t);
    if (!smallDisk(t, bench.cache, kilobytes)) return;
    const pull = MOVES["pull"]?.(bench) ?? [];
    const { code, stdout, stderr } = await bench.run(...pull);
    assert.equal(code, 1, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, FULL);
    await assertWhole(bench);
    assertSwept(bench);
    remount(bench.cache, "size=64m");
    assert.equal((await bench.run(...pull)).code, 0);
    await assertWhole(bench);
  });
}

for (const [move, where] of [
  ["copy to a folder", "layout"],
  ["copy to a tar", "tar"],
] as const) {
  test(`a ${move} on a full disk is told so, and leaves no image there`, async (t) => {
    const bench = await openBench(t);
    const disk = where === "layout" ? bench.layout : dirname(bench.tar);
    if (!smallDisk(t, disk, 5_000)) return;
    const copy = MOVES[move]?.(bench) ?? [];
    const { code, stderr } = await bench.run(...copy);
    assert.equal(code, 1, stderr);
    assert.match(stderr, FULL);
    assert.ok(where === "layout" ? !existsSync(join(disk, "index.json")) : readdirSync(disk).length === 0);
    await assertWhole(bench);
    assertSwept(bench);
    remount(disk, "size=64m");
    assert.equal((await bench.run(...copy)).code, 0);
    await assertWhole(bench);
  });
}

test("a push and a copy between registries need no room in the cache", async (t) => {
  const bench = await openBench(t);
  if (!smallDisk(t, bench.cache, 64_000)) return;
  const pulled = await bench.run("pull", `${bench.source.host}/app:1`, "-t", `${bench.target.host}/pushed:1`);
  assert.equal(pulled.code, 0, pulled.stderr);
  remount(bench.cache, `size=${Math.ceil((LAYERS * LAYER_BYTES) / 1024) + 60}k`);
  writeFileSync(join(bench.cache, "filler"), "");
  spawnSync("dd", ["if=/dev/zero", `of=${join(bench.cache, "filler")}`, "bs=1k"]);
  for (const move of ["push", "copy to a registry"]) {
    const { code, stderr } = await bench.run(...(MOVES[move]?.(bench) ?? []));
    assert.equal(code, 0, `${move}: ${stderr}`);
  }
  for (const name of ["pushed:1", "copied:1"]) assert.equal(bench.target.manifest(name)?.digest, bench.digest);
});
