import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fakeRegistry } from "../fake-registry/registry.ts";
import { buildBench } from "../support/build-bench.ts";
import { ociasm } from "../support/cli.ts";
import { sampleBytes } from "../support/codec.ts";
import { startHttpServer } from "../support/http-server.ts";
import { startRegistry } from "../support/real-registry.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { type BuiltWheel, buildWheel } from "../support/wheel.ts";

// One layer in two applications, for two Pythons, on two bases: small wheels stand for torch and its libraries.

const wheel = (name: string, size: number, seed: number): BuiltWheel => {
  const [half, other] = [sampleBytes(size / 2, seed), sampleBytes(size / 2, seed + 100)];
  return buildWheel({ name, version: "1.0", files: { [`${name}/lib.so`]: half, [`${name}/other.so`]: other } });
};

const HEAVY = [wheel("torch", 3_000_000, 1), wheel("nvidia_cublas", 2_000_000, 2), wheel("nvidia_cudnn", 1_500_000, 3)];
const HEAVY_NAMES = ["torch==1.0", "nvidia-cublas==1.0", "nvidia-cudnn==1.0"];

interface Result {
  readonly images: readonly {
    readonly layers: readonly {
      readonly packages: readonly string[];
      readonly digest: string;
      readonly size: number;
    }[];
  }[];
  readonly bytes: { readonly wheelsFetched: number; readonly mounted: number };
}

/** Builds an application on a machine of its own and pushes it. */
async function push(t: TestContext, name: string, more: readonly BuiltWheel[], flags: readonly string[]) {
  const server = await startHttpServer(t);
  const bench = buildBench(temporaryFolder(t), { server, wheels: [...HEAVY, ...more], path: "/simple/" });
  const { code, stdout, stderr } = await bench.build([...flags, "-t", name, "--push", "--json"]);
  assert.equal(code, 0, stderr);
  const fetched = server.log.flatMap(({ path }) => /[^/]+\.whl(?=$|\?)/.exec(path) ?? []);
  return { result: JSON.parse(stdout) as Result, fetched: new Set(fetched) };
}

function heavyLayers({ images }: Result): ReadonlyMap<string, { readonly digest: string; readonly size: number }> {
  const layers = images.flatMap((image) => image.layers);
  return new Map(
    HEAVY_NAMES.map((name) => {
      const layer = layers.find(({ packages }) => packages.length === 1 && packages[0] === name);
      assert.ok(layer !== undefined, `${name} has no layer alone`);
      return [name, { digest: layer.digest, size: layer.size }];
    }),
  );
}

/** An image with files of its own, as a folder. */
async function otherBase(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t);
  const [context, layout] = [join(folder, "context"), join(folder, "layout")];
  mkdirSync(context);
  writeFileSync(join(context, "main.py"), "print('base')\n");
  const cache = ["--cache-dir", join(folder, "cache")];
  const output = ["-o", `type=oci,dest=${layout},tar=false`];
  const { code, stderr } = await ociasm(["build", context, "--base", "scratch", "-t", "base:1", ...output, ...cache]);
  assert.equal(code, 0, stderr);
  return layout;
}

/** Pushes both applications, the second on an image that has nothing in common with the first one's base. */
async function pushBoth(t: TestContext, host: string): Promise<void> {
  const layout = await otherBase(t);
  const one = await push(t, `${host}/team-a/one:1`, [wheel("flask", 20_000, 4)], ["--python", "3.11"]);
  const other = ["--python", "3.13", "--base", `oci:${layout}`, "--cache-from", `${host}/team-a/one:1`];
  const two = await push(t, `${host}/team-b/two:1`, [wheel("django", 900_000, 5), wheel("celery", 30_000, 6)], other);
  const [first, second] = [heavyLayers(one.result), heavyLayers(two.result)];
  assert.deepEqual(second, first);
  const shared = [...first.values()].reduce((sum, { size }) => sum + size, 0);
  assert.ok(two.result.bytes.mounted >= shared, `${two.result.bytes.mounted} of ${shared} bytes were mounted`);
  assert.deepEqual(
    HEAVY.filter(({ filename }) => two.fetched.has(filename)),
    [],
  );
}

test("torch and its libraries are mounted from another application, of another Python, on another base", async (t) => {
  const registry = await fakeRegistry(t, { changes: { auth: "none" } });
  await pushBoth(t, registry.host);
  const puts = registry.audit.requests.filter(({ method, path }) => method === "PUT" && path.includes("team-b/two"));
  assert.ok(puts.every(({ bytesIn }) => bytesIn < 1_000_000));
});

test("the parts of a wheel that is cut by its files are the same layers in another application", async (t) => {
  const registry = await fakeRegistry(t, { changes: { auth: "none" } });
  const config = join(temporaryFolder(t), "ociasm.yaml");
  writeFileSync(config, "layers: {max-layer-size: 1MiB}\n");
  const parts = async (name: string, more: readonly BuiltWheel[], flags: readonly string[]) => {
    const { result } = await push(t, `${registry.host}/${name}:1`, more, ["--file", config, ...flags]);
    const layers = result.images.flatMap((image) => image.layers);
    return layers.filter(({ packages }) => packages.includes("torch==1.0")).map(({ digest }) => digest);
  };
  const one = await parts("one", [wheel("flask", 20_000, 4)], []);
  assert.equal(one.length, Math.ceil((HEAVY[0]?.size ?? 0) / 2 ** 20));
  assert.ok(one.length > 1);
  const cached = ["--python", "3.13", "--cache-from", `${registry.host}/one:1`];
  assert.deepEqual(await parts("two", [wheel("django", 900_000, 5)], cached), one);
});

test("a registry of Docker mounts them too", async (t) => {
  const host = await startRegistry(t, "docker-registry");
  if (host === undefined) return t.skip("no docker-registry");
  await pushBoth(t, host);
});
