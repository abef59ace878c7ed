import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { LayerPool } from "../../src/assemble/pool.ts";
import { detectContext } from "../../src/build/detect-script.ts";
import { type OpenDeps, openDeps } from "../../src/build/open-deps.ts";
import { type Built, build } from "../../src/build/pipeline.ts";
import { prepareStep } from "../../src/build/prepare-step.ts";
import { silent } from "../../src/events.ts";
import { type FakeRegistry, fakeRegistry } from "../fake-registry/registry.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { buildWheel } from "../support/wheel.ts";

/** The parts of a run on a machine that knows nothing. */
function freshDeps(t: TestContext): OpenDeps {
  const { signal } = new AbortController();
  const options = { jobs: 2, offline: false, environment: {}, report: silent, signal, userAgent: "test" };
  const deps = openDeps({ ...options, cacheDir: join(temporaryFolder(t), "cache"), insecureRegistries: [] });
  t.after(() => deps.close());
  return deps;
}

/** The same with a pool that `gate` may hold jobs back of. */
function gatedDeps(t: TestContext, gate: (title: string) => Promise<void>): OpenDeps {
  const deps = freshDeps(t);
  const pool: LayerPool = {
    ...deps.pool,
    run: async (job, report, jobSignal) => {
      await gate(job.recipe.title);
      return deps.pool.run(job, report, jobSignal);
    },
  };
  return { ...deps, pool };
}

interface Project {
  readonly context: string;
  /** A folder that has the one wheel which the project locks. */
  readonly wheels: string;
  /** Path of that wheel. */
  readonly wheel: string;
}

function project(t: TestContext): Project {
  const [context, wheels] = [join(temporaryFolder(t), "app"), temporaryFolder(t)];
  mkdirSync(context);
  const { filename, bytes, sha256 } = buildWheel({
    name: "one",
    version: "1.0",
    files: { "one/__init__.py": "ONE = 1\n" },
  });
  const wheel = join(wheels, filename);
  writeFileSync(wheel, bytes);
  writeFileSync(join(context, "main.py"), "import one\n");
  writeFileSync(join(context, "requirements.txt"), `one==1.0 --hash=sha256:${sha256}\n`);
  return { context, wheels, wheel };
}

/** Builds with these outputs, the registry by default. */
async function run(
  { context, wheels }: Project,
  registry: FakeRegistry,
  deps: OpenDeps,
  changes: { readonly outputs?: readonly string[]; readonly registryCache?: boolean } = {},
): Promise<Built> {
  const config = {
    base: "scratch",
    python: "3.11",
    libc: { family: "glibc", version: "2.36" },
    noIndex: true,
    findLinks: [wheels],
    tags: [`${registry.host}/team/app:1`],
    outputs: ["type=registry"],
    ...changes,
  } as const;
  const found = await detectContext(context);
  const request = { ...found, config, noCache: false, trust: "warn", solverFlags: [] } as const;
  const prepared = await prepareStep(request, deps);
  return build(prepared, prepared.destinations, deps);
}

test("a layer is uploaded while another has not even been begun", { timeout: 60_000 }, async (t) => {
  const registry = await fakeRegistry(t, { changes: { auth: "none" } });
  const uploaded = (): number => registry.audit.events.filter(({ type }) => type === "blob").length;
  let begun = 0;
  let before = -1;
  // The last of the three opens its gate when the registry has both others: a build that first made all would wait for ever.
  const deps = gatedDeps(t, async () => {
    begun++;
    if (begun < 3) return;
    while (uploaded() < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    before = uploaded();
  });
  await run(project(t), registry, deps);
  assert.equal(begun, 3);
  assert.equal(before, 2);
  registry.audit.everPullable("team/app:1");
  registry.audit.childrenBeforeIndexBeforeTag("team/app");
  assert.ok(registry.manifest("team/app:1") !== undefined);
});

test("a wheel of a folder is not read when its layer is known, and checked before anything is made of it", async (t) => {
  const registry = await fakeRegistry(t, { changes: { auth: "none" } });
  const own = project(t);
  const first = await run(own, registry, freshDeps(t));
  writeFileSync(own.wheel, "anything else");
  writeFileSync(join(own.context, "main.py"), "import one  # again\n");
  const fresh = freshDeps(t);
  const origins = (built: Built) =>
    built.images.flatMap(({ layers }) => layers.map(({ record, origin }) => [record.kind, origin]));
  const second = await run(own, registry, fresh);
  const packages = ({ images }: Built) =>
    images.flatMap(({ layers }) => layers.filter(({ record }) => record.packages.includes("one==1.0")));
  assert.deepEqual(
    packages(second).map(({ record, origin }) => [record.digest, origin]),
    packages(first).map(({ record }) => [record.digest, "registry"]),
  );
  assert.deepEqual(
    origins(second).filter(([, origin]) => origin === "built"),
    [["project", "built"]],
  );
  const layout = join(temporaryFolder(t), "layout");
  const changes = { outputs: [`type=oci,dest=${layout},tar=false`], registryCache: false };
  await assert.rejects(run(own, registry, freshDeps(t), changes), {
    code: "HASH_MISMATCH",
    message: /one-1\.0-py3-none-any\.whl: expected [0-9a-f]{64}, got [0-9a-f]{64}$/,
  });
  assert.equal(existsSync(layout), false);
});
