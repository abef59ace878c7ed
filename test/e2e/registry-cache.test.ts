import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type FakeRegistry, fakeRegistry } from "../fake-registry/registry.ts";
import { type BuildBench, buildBench } from "../support/build-bench.ts";
import { ociasm } from "../support/cli.ts";
import { startHttpServer, type TestServer } from "../support/http-server.ts";
import { buildImage, buildLayer } from "../support/image.ts";
import { startRegistry } from "../support/real-registry.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";
import { type BuiltWheel, buildWheel } from "../support/wheel.ts";

// A machine that has nothing, and an image that an earlier build left in a registry.

const wheel = (name: string, version = "1.0", files?: Readonly<Record<string, string>>): BuiltWheel =>
  buildWheel({ name, version, files: files ?? { [`${name}/__init__.py`]: `NAME = "${name} ${version}"\n` } });

/** The larger the number, the larger the wheel, so that a new version does not change which ones are alone. */
const part = (at: number, version: string): BuiltWheel => {
  const noise = Array.from({ length: 20 * (at + 1) }, (_, line) =>
    createHash("sha256").update(`${at} ${line}`).digest("hex"),
  );
  return wheel(`part${at}`, version, {
    [`part${at}/__init__.py`]: `# ${noise.join("\n# ")}\nVERSION = "${version}"\n`,
  });
};

const WHEELS = Array.from({ length: 12 }, (_, at) => part(at, "1.0"));
const BUMPED = WHEELS.map((one, at) => (at === 1 ? part(1, "1.1") : one));

interface Layer {
  readonly kind: string;
  readonly origin: string;
  readonly digest: string;
  readonly size: number;
}

interface Result {
  readonly digest: string;
  readonly images: readonly { readonly layers: readonly Layer[] }[];
  readonly bytes: Readonly<Record<string, number>>;
  readonly stderr: string;
}

interface Machine extends BuildBench {
  readonly server: TestServer;
}

/** A machine of its own: nothing in its cache, and an index that has these wheels. */
async function machine(
  t: TestContext,
  wheels: readonly BuiltWheel[] = WHEELS,
  line = "print('hello')\n",
): Promise<Machine> {
  const server = await startHttpServer(t);
  const bench = buildBench(temporaryFolder(t), { server, wheels, path: "/simple/" });
  writeFileSync(join(bench.folder, "context", "main.py"), line);
  return { server, ...bench };
}

async function build(on: Machine, ...flags: readonly string[]): Promise<Result> {
  const { code, stdout, stderr } = await on.build([...flags, "--json", "--progress", "plain"]);
  assert.equal(code, 0, stderr);
  return { ...(JSON.parse(stdout) as Result), stderr };
}

const layersOf = (result: Result): readonly Layer[] => result.images.flatMap((image) => image.layers);
const made = (result: Result): readonly Layer[] => layersOf(result).filter((layer) => layer.origin === "built");
const wheelRequests = ({ server }: Machine): number =>
  server.log.filter((one) => /\.whl(?:$|\?)/.test(one.path)).length;

function uploads(registry: FakeRegistry, since: number): number {
  return registry.audit.requests
    .slice(since)
    .filter(({ method }) => method === "PUT")
    .reduce((sum, one) => sum + one.bytesIn, 0);
}

function manifestOf(registry: FakeRegistry, name: string): { readonly bytes: Buffer; readonly config: number } {
  const manifest = registry.manifest(name);
  assert.ok(manifest !== undefined);
  return { bytes: manifest.bytes, config: JSON.parse(manifest.bytes.toString()).config.size };
}

async function pushed(
  t: TestContext,
): Promise<{ readonly registry: FakeRegistry; readonly name: string; readonly first: Result }> {
  const registry = await fakeRegistry(t, { changes: { auth: "none" } });
  const name = `${registry.host}/team/app:1`;
  return { registry, name, first: await build(await machine(t), "-t", name, "--push") };
}

const BASE_BYTES = 50_000;

/** Some image with files, for a Python that is said to be there. */
async function pushBase(registry: FakeRegistry): Promise<string> {
  const noise = createHash("shake256", { outputLength: BASE_BYTES }).update("base").digest();
  const image = buildImage("linux/amd64", [
    await buildLayer({ "etc/os-release": "NAME=test\n", "usr/lib/noise": noise }),
  ]);
  for (const { bytes } of [...image.built, image.config]) registry.seed("base", bytes);
  registry.seedManifest("base", "1", image.manifest.descriptor.mediaType, image.manifest.bytes);
  return `${registry.host}/base:1`;
}

const CHANGED = "print('hello again')\n";

test("on a fresh machine one changed line uploads one layer, and no wheel is asked for", async (t) => {
  const { registry, name } = await pushed(t);
  const since = registry.audit.requests.length;
  const fresh = await machine(t, WHEELS, CHANGED);
  const second = await build(fresh, "-t", name, "--push");
  assert.deepEqual(
    made(second).map(({ kind }) => kind),
    ["project"],
  );
  assert.deepEqual(new Set(layersOf(second).map(({ origin }) => origin)), new Set(["registry", "built"]));
  const { wheelsFetched, debsFetched, baseFetched } = second.bytes;
  assert.deepEqual({ wheelsFetched, debsFetched, baseFetched }, { wheelsFetched: 0, debsFetched: 0, baseFetched: 0 });
  assert.equal(wheelRequests(fresh), 0);
  const { bytes, config } = manifestOf(registry, "team/app:1");
  const [project] = made(second);
  assert.ok(uploads(registry, since) <= (project?.size ?? 0) + config + bytes.length);
  const blobs = registry.audit.requests
    .slice(since)
    .filter((one) => one.method === "GET" && one.path.includes("/blobs/"));
  assert.equal(blobs.length, 1, "the earlier image's config is the only blob that is read");
  registry.audit.everPullable("team/app:1");
  const alone = await build(await machine(t, WHEELS, CHANGED), "-t", "demo:1");
  assert.equal(second.digest, alone.digest, "the same image as without any cache");
  assert.ok(layersOf(alone).every(({ origin }) => origin === "built"));
});

test("one bumped wheel moves its own bucket only, and no other wheel is asked for", async (t) => {
  const { registry, name, first } = await pushed(t);
  const since = registry.audit.requests.length;
  const fresh = await machine(t, BUMPED);
  const second = await build(fresh, "-t", name, "--push");
  const before = new Set(layersOf(first).map(({ digest }) => digest));
  assert.deepEqual(
    made(second).map(({ digest }) => digest),
    layersOf(second).flatMap(({ digest }) => (before.has(digest) ? [] : [digest])),
  );
  // The requirements are a file of the project.
  assert.deepEqual(
    made(second).map(({ kind }) => kind),
    ["bucket", "project"],
  );
  const { bytes, config } = manifestOf(registry, "team/app:1");
  const moved = made(second).reduce((sum, { size }) => sum + size, 0);
  assert.equal(uploads(registry, since), moved + config + bytes.length);
  assert.equal(second.digest, (await build(await machine(t, BUMPED), "-t", "demo:1")).digest);
  assert.ok(wheelRequests(fresh) < WHEELS.length);
  registry.audit.everPullable("team/app:1");
});

test("--cache-from serves another repository by mounts, a layout by downloads, and a layout serves too", async (t) => {
  const { registry, name, first } = await pushed(t);
  const other = `${registry.host}/team/other:1`;
  const mounting = await machine(t);
  const mounted = await build(mounting, "-t", other, "--push", "--cache-from", name);
  assert.equal(mounted.digest, first.digest);
  assert.equal(wheelRequests(mounting), 0);
  assert.ok((mounted.bytes["mounted"] ?? 0) >= layersOf(first).reduce((sum, { size }) => sum + size, 0));
  const local = await machine(t);
  const layout = await build(local, "--cache-from", name, "-o", `type=oci,dest=${local.layout},tar=false`);
  assert.equal(layout.digest, first.digest);
  assert.equal(wheelRequests(local), 0);
  assert.ok((layout.bytes["cacheFetched"] ?? 0) > 0);
  const again = await machine(t);
  const kept = await build(
    again,
    "--offline",
    "--cache-from",
    `oci:${local.layout}`,
    "--no-index",
    "--find-links",
    again.folder,
  ).catch(() => undefined);
  assert.equal(kept, undefined, "an index page is still asked for");
  const third = await build(again, "--cache-from", `oci:${local.layout}`);
  assert.equal(third.digest, first.digest);
  assert.equal(wheelRequests(again), 0);
});

test("a layer that is gone is made again, and a layer that is damaged too", async (t) => {
  const { registry, name, first } = await pushed(t);
  const [gone, damaged] = layersOf(first).filter(({ kind }) => kind === "bucket" || kind === "package");
  assert.ok(gone !== undefined);
  registry.drop("team/app", gone.digest);
  if (damaged !== undefined) registry.corrupt("team/app", damaged.digest, Buffer.alloc(damaged.size));
  const onPush = await build(await machine(t), "-t", name, "--push");
  assert.equal(onPush.digest, first.digest);
  assert.deepEqual(
    made(onPush).map(({ digest }) => digest),
    [gone.digest],
  );
  registry.drop("team/app", gone.digest);
  const onPull = await build(await machine(t), "--cache-from", name, "-t", "demo:1");
  assert.equal(onPull.digest, first.digest);
  assert.match(onPull.stderr, /can't be had from/);
});

test("a key that names another layer is found out, and the image is made without the cache", async (t) => {
  const { registry, name, first } = await pushed(t);
  const forged = JSON.parse(manifestOf(registry, "team/app:1").bytes.toString()) as {
    layers: { annotations: Record<string, string>; digest: string }[];
  };
  const [one, two] = forged.layers;
  assert.ok(one !== undefined && two !== undefined);
  const digest = `sha256:${"0".repeat(64)}`;
  const bytes = Buffer.from(JSON.stringify({ ...forged, layers: [{ ...one, digest }, ...forged.layers.slice(1)] }));
  registry.seedManifest("team/app", "1", "application/vnd.oci.image.manifest.v1+json", bytes);
  const second = await build(await machine(t), "--cache-from", name, "-t", "demo:1");
  assert.equal(second.digest, first.digest);
  assert.match(second.stderr, /starting again without earlier images/);
});

test("nothing is taken with --no-registry-cache or --no-cache, and nothing is asked", async (t) => {
  const { registry, name, first } = await pushed(t);
  for (const flag of ["--no-registry-cache", "--no-cache"]) {
    const since = registry.audit.requests.length;
    const second = await build(await machine(t), flag, "--cache-from", name, "-t", "demo:1");
    assert.equal(second.digest, first.digest);
    assert.equal(registry.audit.requests.length, since, flag);
    await build(await machine(t), flag, "-t", name, "--push");
    const read = registry.audit.requests.slice(since).filter(({ method, path }) => method === "GET" && path !== "/v2/");
    assert.deepEqual(read, [], "nothing is read where it is pushed to either");
  }
});

test("faults of the cache are warnings: missing, refused, garbage, nobody there", async (t) => {
  const { registry, first } = await pushed(t);
  registry.seedManifest(
    "team/garbage",
    "1",
    "application/vnd.oci.image.manifest.v1+json",
    Buffer.from('{"schemaVersion":2}'),
  );
  const names = [`${registry.host}/team/missing:1`, `${registry.host}/team/garbage:1`, "127.0.0.1:1/nobody:1"];
  const flags = names.flatMap((name) => ["--cache-from", name]);
  const second = await build(await machine(t), ...flags, "-t", "demo:1");
  assert.equal(second.digest, first.digest);
  for (const name of names) assert.ok(second.stderr.includes(`no layers are taken over from ${name}`), name);
});

test("wheels of a taken layer that meet those of a new one are still held against each other", async (t) => {
  const clash = (name: string, text: string): BuiltWheel =>
    wheel(name, "1.0", { [`${name}/__init__.py`]: "", "shared/__init__.py": text });
  const registry = await fakeRegistry(t, { changes: { auth: "none" } });
  const name = `${registry.host}/team/app:1`;
  const perPackage = ["--layer-policy", "per-package"];
  await build(await machine(t, [clash("one", "ONE"), wheel("three")]), ...perPackage, "-t", name, "--push");
  const fresh = await machine(t, [clash("one", "ONE"), clash("two", "TWO"), wheel("three")]);
  const { code, stderr } = await fresh.build([
    ...perPackage,
    "--cache-from",
    name,
    "-t",
    "demo:1",
    "--progress",
    "plain",
  ]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /shared\/__init__\.py/);
  assert.ok(
    !fresh.server.log.some((one) => one.path.includes("three-1.0")),
    "the wheel that meets nobody is not fetched",
  );
});

test("a build that fails after uploads have begun moves no tag", async (t) => {
  const { registry, name } = await pushed(t);
  const before = registry.manifest("team/app:1")?.digest;
  const damaged = wheel("part99");
  const broken = await machine(t, [...WHEELS, damaged]);
  broken.server.serve(broken.index.file(damaged.filename), "nonsense");
  const { code, stderr } = await broken.build(["-t", name, "--push"]);
  assert.equal(code, 5, stderr);
  assert.equal(registry.manifest("team/app:1")?.digest, before);
});

test("a base image in the registry is not fetched either: what reading it told stands in the earlier image", async (t) => {
  const registry = await fakeRegistry(t, { changes: { auth: "none" } });
  const base = await pushBase(registry);
  const name = `${registry.host}/team/app:1`;
  const first = await build(await machine(t), "--base", base, "-t", name, "--push");
  assert.ok((first.bytes["baseFetched"] ?? 0) > BASE_BYTES, "the first build reads it");
  const since = registry.audit.requests.length;
  const fresh = await machine(t, WHEELS, CHANGED);
  const second = await build(fresh, "--base", base, "-t", name, "--push");
  assert.deepEqual(
    made(second).map(({ kind }) => kind),
    ["project"],
  );
  assert.equal(wheelRequests(fresh), 0);
  const read = registry.audit.requests
    .slice(since)
    .filter(({ method, path }) => method === "GET" && /blobs/.test(path));
  const layers = layersOf(second).map(({ digest }) => digest);
  assert.deepEqual(
    read.filter(({ path }) => layers.some((digest) => path.endsWith(digest))).map(({ path }) => path),
    [],
    "configs are the only blobs that are read",
  );
  const pings = registry.audit.requests.slice(since).filter(({ path }) => path === "/v2/");
  assert.equal(pings.length, 1, "base, cache and push share one client");
  assert.equal(second.digest, (await build(await machine(t, WHEELS, CHANGED), "--base", base, "-t", "demo:1")).digest);
  registry.audit.everPullable("team/app:1");
});

test("runners that build a platform each, from the cache or not, give the digest that one run gives", async (t) => {
  const registry = await fakeRegistry(t, { changes: { auth: "none" } });
  const name = (tag: string): string => `${registry.host}/team/app:${tag}`;
  const platforms = ["linux/amd64", "linux/arm64"];
  const whole = await build(await machine(t), "--platform", platforms.join(","), "-t", name("whole"), "--push");
  for (const cached of [false, true]) {
    const parts: string[] = [];
    for (const platform of platforms) {
      const more = cached ? ["--cache-from", name("whole")] : [];
      const part = name(`${platform.slice(6)}-${cached}`);
      const built = await build(await machine(t), "--platform", platform, "-t", part, "--push", ...more);
      assert.deepEqual(new Set(layersOf(built).map(({ origin }) => origin)), new Set([cached ? "registry" : "built"]));
      parts.push(part);
    }
    for (const [at, order] of [parts, parts.toReversed()].entries()) {
      const merged = name(`merged-${cached}-${at}`);
      const { code, stdout, stderr } = await ociasm(["index", "create", merged, ...order, "-q"]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(`@${whole.digest}\n$`), order.join(" "));
    }
  }
});

test("hostile earlier images cost a warning or nothing, and the image is the same", async (t) => {
  const { registry, name, first } = await pushed(t);
  const type = "application/vnd.oci.image.manifest.v1+json";
  const { bytes } = manifestOf(registry, "team/app:1");
  const honest = JSON.parse(bytes.toString()) as { layers: Record<string, unknown>[] };
  const changed = (change: (layer: Record<string, unknown>) => object): Buffer =>
    Buffer.from(JSON.stringify({ ...honest, layers: honest.layers.map((layer) => ({ ...layer, ...change(layer) })) }));
  for (const [what, manifest, warning] of [
    ["100 MB", Buffer.concat([bytes, Buffer.alloc(100 * 1024 * 1024, " ")]), /no layers are taken over/],
    ["foreign media types", changed(() => ({ mediaType: "application/vnd.example.layer" })), undefined],
    [
      "one layer less than the config",
      Buffer.from(JSON.stringify({ ...honest, layers: honest.layers.slice(1) })),
      undefined,
    ],
    ["sizes that lie", changed(({ size }) => ({ size: Number(size) + 1 })), /starting again without earlier images/],
    ["blobs that are nowhere", changed(() => ({ digest: `sha256:${"0".repeat(64)}` })), /starting again/],
    ["a size beyond all numbers", changed(() => ({ size: 2 ** 60 })), /no layers are taken over/],
  ] as const) {
    registry.seedManifest("team/app", "1", type, manifest);
    const own = await machine(t);
    const second = await build(own, "--cache-from", name, "-o", `type=oci,dest=${own.layout},tar=false`);
    assert.equal(second.digest, first.digest, what);
    if (warning === undefined) assert.ok(!second.stderr.includes("warning"), `${what}: ${second.stderr}`);
    else assert.match(second.stderr, warning, what);
    assert.ok(
      layersOf(second).every(({ origin }) => origin !== "registry"),
      what,
    );
  }
});

test("docker-registry serves a fresh machine", async (t) => {
  if (!needsTools(t, "docker-registry")) return;
  const name = `${await startRegistry(t, "docker-registry")}/team/app:1`;
  await build(await machine(t), "-t", name, "--push");
  const fresh = await machine(t, WHEELS, CHANGED);
  const second = await build(fresh, "-t", name, "--push");
  assert.deepEqual(
    made(second).map(({ kind }) => kind),
    ["project"],
  );
  assert.equal(wheelRequests(fresh), 0);
  assert.ok((second.bytes["uploaded"] ?? Infinity) < 10_000);
});
