import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { temporaryName } from "../../src/store/temporary.ts";
import { type BuildBench, buildBench } from "../support/build-bench.ts";
import { CLI, run } from "../support/cli.ts";
import { startHttpServer, type TestServer } from "../support/http-server.ts";
import { Random } from "../support/random.ts";
import { readOnly, remount, smallDisk, unmountAll } from "../support/small-disk.ts";
import {
  archiveImage,
  destinationTemporaries,
  layoutImage,
  storeProblems,
  storeTemporaries,
} from "../support/store-check.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs, needsTools } from "../support/tools.ts";
import { type BuiltWheel, buildWheel } from "../support/wheel.ts";

/** Three wheels of 300 kB that do not compress. */
const WHEELS: readonly BuiltWheel[] = ["alpha", "beta", "gamma"].map((name, index) =>
  buildWheel({
    name,
    version: "1.0",
    files: { [`${name}/__init__.py`]: "answer = 42\n", [`${name}/noise.bin`]: noise(300_000, index + 1) },
  }),
);
const [FIRST] = WHEELS;

function noise(size: number, seed: number): Buffer {
  const random = new Random(seed);
  return Buffer.from(Array.from({ length: size }, () => random.below(256)));
}

async function openBench(t: TestContext): Promise<{ readonly bench: BuildBench; readonly server: TestServer }> {
  // Before the folder goes: `after` hooks run in their order.
  t.after(unmountAll);
  const server = await startHttpServer(t);
  return { server, bench: buildBench(temporaryFolder(t), { server, wheels: WHEELS, path: "/simple/" }) };
}

function digestIn(stdout: string): string {
  return stdout.trim().replace(/^demo:1@/, "");
}

/** The digest of an undisturbed build into another cache: of all benches alike, so that one of them builds it. */
function knownDigest(bench: BuildBench, more: readonly string[] = []): Promise<string> {
  const key = more.join(" ");
  const digest = known.get(key) ?? buildReference(bench, more);
  known.set(key, digest);
  return digest;
}

const known = new Map<string, Promise<string>>();

async function buildReference(bench: BuildBench, more: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await bench.build([...more, "--cache-dir", join(bench.folder, "reference")]);
  assert.equal(code, 0, stderr);
  return digestIn(stdout);
}

/** Store and destinations are whole, and each destination has no image or one of `allowed`. */
async function assertWhole(bench: BuildBench, allowed: readonly string[]): Promise<void> {
  assert.deepEqual(storeProblems(bench.cache), []);
  for (const image of [layoutImage(bench.layout), await archiveImage(bench.tar)]) {
    assert.deepEqual(image.problems, []);
    if (image.digest !== undefined) assert.ok(allowed.includes(image.digest), `${image.digest} was never built`);
  }
}

function assertSwept(bench: BuildBench): void {
  assert.deepEqual(storeTemporaries(bench.cache), []);
  assert.deepEqual(destinationTemporaries(bench.layout), []);
  assert.deepEqual(destinationTemporaries(dirname(bench.tar)), []);
}

function assertNothingWritten(bench: BuildBench): void {
  assert.ok(!existsSync(join(bench.layout, "index.json")), "there is an image at the layout");
  assert.deepEqual(readdirSync(dirname(bench.tar)), []);
  assertSwept(bench);
  assert.deepEqual(storeProblems(bench.cache), []);
}

async function assertBuilds(bench: BuildBench, digest: string): Promise<void> {
  const { code, stdout, stderr } = await bench.build(bench.outputs);
  assert.equal(code, 0, stderr);
  assert.equal(digestIn(stdout), digest);
  assert.equal(layoutImage(bench.layout).digest, digest);
  assert.equal((await archiveImage(bench.tar)).digest, digest);
  await assertWhole(bench, [digest]);
  assertSwept(bench);
}

const KILLS = 100;
const LANES = 4;

/** Kills builds of two images in turn until `count` of them died before their end. */
async function killBuilds(bench: BuildBench, count: number, random: Random): Promise<void> {
  const variants = [
    ["-e", "V=a"],
    ["-e", "V=b"],
  ] as const;
  const digests = [await knownDigest(bench, variants[0]), await knownDigest(bench, variants[1])] as const;
  const begin = performance.now();
  assert.equal((await bench.build(bench.outputs)).code, 0);
  const span = performance.now() - begin;
  let killed = 0;
  for (let round = 0; killed < count; round++) {
    assert.ok(round < 3 * count, `only ${killed} of ${round} builds were caught alive`);
    // A third of the builds start from nothing, a third leave the image in the store.
    const isCold = random.below(3) === 0;
    if (isCold)
      for (const path of [bench.cache, bench.layout, bench.tar]) rmSync(path, { recursive: true, force: true });
    const outputs = random.below(3) === 0 ? [] : bench.outputs;
    const build = bench.start([...variants[round % 2 === 0 ? 0 : 1], ...outputs]);
    await Promise.race([wait(random.below(Math.ceil(isCold ? span : span / 2))), build.result]);
    build.kill("SIGKILL");
    const { code, stderr } = await build.result;
    assert.ok(code === null || code === 0, `exit ${code} after a kill: ${stderr}`);
    if (code === null) killed++;
    await assertWhole(bench, [...digests, await knownDigest(bench)]);
  }
  await assertBuilds(bench, await knownDigest(bench));
}

test(`a store and destinations survive ${KILLS} kills at random moments`, async (t) => {
  const server = await startHttpServer(t);
  const folder = temporaryFolder(t);
  await Promise.all(
    Array.from({ length: LANES }, (_, lane) => {
      const bench = buildBench(join(folder, String(lane)), { server, wheels: WHEELS, path: "/simple/" });
      return killBuilds(bench, KILLS / LANES, new Random(lane + 1));
    }),
  );
});

test("what a dead build left in the store goes with the next one, even when that writes nothing", async (t) => {
  const { bench } = await openBench(t);
  assert.equal((await bench.build(bench.outputs)).code, 0);
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const left = temporaryName().replace(`-${process.pid}-`, `-${pid}-`);
  const leftovers = [`.ociasm-${left}`, left];
  for (const name of leftovers) writeFileSync(join(bench.cache, "tmp", name), "half");
  assert.deepEqual([...storeTemporaries(bench.cache)].sort(), leftovers);
  await assertBuilds(bench, await knownDigest(bench));
});

test("four builds at once share one download of each wheel and end at one digest", async (t) => {
  const { bench, server } = await openBench(t);
  const results = await Promise.all([1, 2, 3, 4].map(() => bench.build(bench.outputs)));
  for (const { code, stderr } of results) assert.equal(code, 0, stderr);
  const digests = new Set(results.map(({ stdout }) => digestIn(stdout)));
  assert.equal(digests.size, 1);
  for (const { filename } of WHEELS) {
    const gets = server.requests(bench.index.file(filename)).filter((request) => request.method === "GET");
    assert.equal(gets.length, 1, `${filename} was fetched ${gets.length} times`);
  }
  await assertWhole(bench, [...digests]);
  assertSwept(bench);
  assert.equal(layoutImage(bench.layout).digest, [...digests][0]);
});

test("four builds at once into one layout under four names leave four images", async (t) => {
  const { bench } = await openBench(t);
  const names = ["one", "two", "three", "four"];
  const builds = names.map((tag) => bench.build(["-t", `demo:${tag}`, "-e", `V=${tag}`, ...bench.outputs]));
  for (const { code, stderr } of await Promise.all(builds)) assert.equal(code, 0, stderr);
  assert.deepEqual(storeProblems(bench.cache), []);
  const index = JSON.parse(readFileSync(join(bench.layout, "index.json"), "utf8")) as {
    readonly manifests: readonly { readonly annotations: Readonly<Record<string, string>> }[];
  };
  const kept = index.manifests.map(({ annotations }) => annotations["org.opencontainers.image.ref.name"]);
  assert.deepEqual(kept.sort(), [...names].sort());
  assertSwept(bench);
});

// From the first download to the last layer: 0.9 MB of wheels, then as much of layers.
for (const kilobytes of [64, 500, 1000, 1500, 1700]) {
  test(`a cache on a disk of ${kilobytes} kB is told to be full and stays whole`, async (t) => {
    const { bench } = await openBench(t);
    const digest = await knownDigest(bench);
    if (!smallDisk(t, bench.cache, kilobytes)) return;
    const { code, stdout, stderr } = await bench.build(bench.outputs);
    assert.equal(code, 1, stderr);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      /error\[DISK_FULL\]: no space left in the cache directory \/.*\/cache\n {2}hint: .*--cache-dir/,
    );
    assertNothingWritten(bench);
    remount(bench.cache, "size=64m");
    await assertBuilds(bench, digest);
  });
}

for (const output of ["layout", "tar"] as const) {
  test(`a ${output} on a full disk is not written, and what stood there stays`, async (t) => {
    const { bench } = await openBench(t);
    const disk = output === "layout" ? bench.layout : dirname(bench.tar);
    if (!smallDisk(t, disk, 500)) return;
    const full = await bench.build(bench.outputs);
    assert.equal(full.code, 1, full.stderr);
    assert.match(full.stderr, /error\[DISK_FULL\]: no space left for \/.*(layout|image\.tar)\n {2}hint: .*dest=/);
    if (output === "layout") assertNothingWritten(bench);
    assertSwept(bench);
    remount(disk, "size=64m");
    const digest = await knownDigest(bench);
    await assertBuilds(bench, digest);
    const used = spawnSync("du", ["-sk", disk], { encoding: "utf8" }).stdout.split("\t")[0];
    remount(disk, `size=${Number(used) + 100}k`);
    const again = await bench.build(["-e", `BIG=${"x".repeat(300_000).slice(0, 100_000)}`, ...bench.outputs]);
    assert.equal(again.code, 1, again.stderr);
    const kept = output === "layout" ? layoutImage(bench.layout) : await archiveImage(bench.tar);
    assert.deepEqual(kept, { digest, problems: [] });
    assertSwept(bench);
  });
}

const CANT_WRITE = /error\[IO_ERROR\]: the cache directory \/.*\/cache can't be written to\n {2}hint: .*--cache-dir/;

test("a read-only cache serves what it has, and names --cache-dir for the rest", async (t) => {
  const { bench } = await openBench(t);
  const digest = await buildReference(bench, []);
  mkdirSync(bench.cache);
  if (!readOnly(t, bench.cache)) return;
  const empty = await bench.build(bench.outputs);
  assert.equal(empty.code, 1, empty.stderr);
  assert.match(empty.stderr, CANT_WRITE);
  assertNothingWritten(bench);
  const reference = join(bench.folder, "reference");
  if (!readOnly(t, reference)) return;
  const warm = await bench.build(["--cache-dir", reference, "--offline", ...bench.outputs]);
  assert.equal(warm.code, 0, warm.stderr);
  assert.equal(digestIn(warm.stdout), digest);
});

test("an ordinary user is told about a cache and a destination of somebody else", async (t) => {
  if (!needsTools(t, "setpriv") || !needs(t, "root, to become somebody else", process.getuid?.() === 0)) return;
  const { bench } = await openBench(t);
  const nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", process.execPath];
  chmodSync(bench.folder, 0o755);
  mkdirSync(bench.cache);
  const asNobody = (cache: string) =>
    run("setpriv", [...nobody, CLI, ...bench.words(["--cache-dir", cache, ...bench.outputs])]);
  if ((await run("setpriv", [...nobody, CLI, "--version"])).code !== 0) return t.skip("node is not for everybody here");
  const denied = await asNobody(bench.cache);
  assert.equal(denied.code, 1, denied.stderr);
  assert.match(denied.stderr, CANT_WRITE);
  const own = join(bench.folder, "own");
  mkdirSync(own);
  chmodSync(own, 0o777);
  const outside = await asNobody(own);
  assert.equal(outside.code, 1, outside.stderr);
  assert.match(
    outside.stderr,
    /error\[IO_ERROR\]: \/.*layout can't be written: permission denied.*\n {2}hint: .*dest=/,
  );
});

/** Resolves when the server has a request for `path`. */
async function requested(server: TestServer, path: string): Promise<void> {
  for (let tries = 0; server.requests(path).length === 0; tries++) {
    assert.ok(tries < 2_000, `nobody asked for ${path}`);
    await wait(10);
  }
}

for (const [signal, where] of [
  ["SIGINT", "a download"],
  ["SIGTERM", "a download"],
  ["SIGINT", "an index page"],
] as const) {
  test(`${signal} in the midst of ${where} ends the run at once and leaves nothing behind`, async (t) => {
    const { bench, server } = await openBench(t);
    const path = where === "a download" ? bench.index.file(FIRST?.filename ?? "") : bench.index.page("alpha");
    server.fail(path, { stallAt: where === "a download" ? 100_000 : 0 });
    const build = bench.start(bench.outputs);
    await requested(server, path);
    await wait(200);
    const begin = performance.now();
    build.kill(signal);
    const { code, stdout, stderr } = await build.result;
    assert.equal(code, 130, stderr);
    assert.ok(performance.now() - begin < 30_000, "it took its time");
    assert.equal(stdout, "");
    assert.match(stderr, /error\[INTERRUPTED\]: interrupted\n$/);
    assertNothingWritten(bench);
    await assertBuilds(bench, await knownDigest(bench));
  });
}

test("SIGINT at 10 random moments ends with 130 and no unfinished file", async (t) => {
  const { bench } = await openBench(t);
  const digest = await knownDigest(bench);
  const random = new Random(7);
  const begin = performance.now();
  await assertBuilds(bench, digest);
  const span = performance.now() - begin;
  for (let round = 0; round < 10; round++) {
    for (const path of [bench.cache, bench.layout, bench.tar]) rmSync(path, { recursive: true, force: true });
    const build = bench.start(bench.outputs);
    await Promise.race([wait(random.below(Math.ceil(span))), build.result]);
    build.kill("SIGINT");
    const { code, stderr } = await build.result;
    // Null: node itself had not come up yet.
    assert.ok(code === 130 || code === 0 || code === null, `exit ${code}: ${stderr}`);
    await assertWhole(bench, [digest]);
    assertSwept(bench);
  }
});

interface Broken {
  readonly what: string;
  readonly code: number;
  readonly error: RegExp;
  readonly breakIt: (server: TestServer, bench: BuildBench) => void;
  readonly flags?: readonly string[];
}

const LOGIN = "<html><form action=/login><input name=user></form></html>";
const page = (bench: BuildBench) => bench.index.page("alpha");
const file = (bench: BuildBench) => bench.index.file(FIRST?.filename ?? "");
const forever = <T>(fault: T): readonly T[] => Array.from({ length: 40 }, () => fault);

const broken: readonly Broken[] = [
  {
    what: "an index that serves other bytes than the hash says",
    code: 5,
    error:
      /error\[HASH_MISMATCH\]: http:.*alpha-1\.0-py3-none-any\.whl: expected [0-9a-f]{64}, got [0-9a-f]{64}\n {2}hint: /,
    breakIt: (server, bench) => server.serve(file(bench), Buffer.from(FIRST?.bytes ?? []).fill(7, 1000, 1100)),
  },
  {
    what: "an index that knows the locked hash of no file",
    code: 3,
    error: /error\[(NOT_IN_INDEX|NO_WHEEL)\]: alpha/,
    breakIt: (server, bench) => {
      const files = [{ filename: FIRST?.filename, url: file(bench), hashes: { sha256: "0".repeat(64) } }];
      const content = JSON.stringify({ meta: { "api-version": "1.1" }, name: "alpha", files });
      server.serve(page(bench), { content, headers: { "content-type": "application/vnd.pypi.simple.v1+json" } });
    },
  },
  {
    what: "a wheel that is cut off on the server",
    code: 5,
    error: /error\[HASH_MISMATCH\]: http:.*alpha-1\.0.*: expected \d+ bytes, got 200000 bytes\n {2}hint: /,
    breakIt: (server, bench) => server.serve(file(bench), FIRST?.bytes.subarray(0, 200_000) ?? ""),
  },
  {
    what: "a connection that is cut again and again",
    code: 4,
    error: /error\[NETWORK\]: http:.*alpha-1\.0.*\n {2}hint: /,
    breakIt: (server, bench) => server.fail(file(bench), ...forever({ cutAt: 1 })),
  },
  {
    what: "a wheel that became a login page",
    code: 4,
    error: /error\[INDEX_ERROR\]: http:.*alpha-1\.0.* answered with a web page instead of the file\n {2}hint: /,
    breakIt: (server, bench) => server.fail(file(bench), ...forever({ status: 200, body: "<html>log in</html>" })),
  },
  {
    what: "an index that answers 500",
    code: 4,
    error: /error\[INDEX_ERROR\]: http:.*\/simple\/alpha\/ answered 500/,
    breakIt: (server, bench) => server.fail(page(bench), ...forever({ status: 500 })),
  },
  {
    what: "an index page that is a login page",
    code: 4,
    error: /error\[INDEX_ERROR\]: http:.*\/simple\/alpha\/ answered with a web page that is no index page\n {2}hint: /,
    breakIt: (server, bench) => server.fail(page(bench), ...forever({ status: 200, body: LOGIN })),
  },
  {
    what: "an index that nobody serves",
    code: 4,
    error: /error\[NETWORK\]: http:\/\/127\.0\.0\.1:1\/simple\/\w+\/: connection refused\n {2}hint: /,
    breakIt: () => {},
    flags: ["--index-url", "http://127.0.0.1:1/simple/"],
  },
  {
    what: "no network and nothing in the cache",
    code: 4,
    error: /error\[OFFLINE\]: no index page of alpha is in the cache\n(?:.*\n)* {2}hint: .*--offline/,
    breakIt: () => {},
    flags: ["--offline"],
  },
];

test("a network that fails or lies", { concurrency: 4 }, async (t) => {
  await Promise.all(
    broken.map(({ what, code, error, breakIt, flags = [] }) =>
      t.test(`${what} is told with exit code ${code}, and the next run builds`, async (inner) => {
        const { bench, server } = await openBench(inner);
        breakIt(server, bench);
        const result = await bench.build([...bench.outputs, ...flags]);
        assert.equal(result.code, code, result.stderr);
        assert.equal(result.stdout, "");
        assert.match(result.stderr, error);
        assertNothingWritten(bench);
        const sound = buildBench(bench.folder, { server, wheels: WHEELS, path: "/mended/" });
        await assertBuilds(sound, await knownDigest(sound));
      }),
    ),
  );
});
