import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { LayerPool } from "../../src/assemble/pool.ts";
import { detectContext } from "../../src/build/detect-script.ts";
import { type OpenDeps, openDeps } from "../../src/build/open-deps.ts";
import { build } from "../../src/build/pipeline.ts";
import { prepareStep } from "../../src/build/prepare-step.ts";
import { silent } from "../../src/events.ts";
import { type FakeRegistry, fakeRegistry } from "../fake-registry/registry.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { buildWheel } from "../support/wheel.ts";

/** The parts of a run, with a pool that `gate` may hold jobs back of. */
function gatedDeps(t: TestContext, gate: (title: string) => Promise<void>): OpenDeps {
  const { signal } = new AbortController();
  const options = { jobs: 2, offline: false, environment: {}, report: silent, signal, userAgent: "test" };
  const deps = openDeps({ ...options, cacheDir: join(temporaryFolder(t), "cache"), insecureRegistries: [] });
  t.after(() => deps.close());
  const pool: LayerPool = {
    ...deps.pool,
    run: async (job, report, jobSignal) => {
      await gate(job.recipe.title);
      return deps.pool.run(job, report, jobSignal);
    },
  };
  return { ...deps, pool };
}

async function push(t: TestContext, registry: FakeRegistry, deps: OpenDeps): Promise<void> {
  const [context, wheels] = [join(temporaryFolder(t), "app"), temporaryFolder(t)];
  mkdirSync(context);
  const wheel = buildWheel({ name: "one", version: "1.0", files: { "one/__init__.py": "ONE = 1\n" } });
  writeFileSync(join(wheels, wheel.filename), wheel.bytes);
  writeFileSync(join(context, "main.py"), "import one\n");
  writeFileSync(join(context, "requirements.txt"), `one==1.0 --hash=sha256:${wheel.sha256}\n`);
  const config = {
    base: "scratch",
    python: "3.11",
    libc: { family: "glibc", version: "2.36" },
    noIndex: true,
    findLinks: [wheels],
    tags: [`${registry.host}/team/app:1`],
    outputs: ["type=registry"],
  } as const;
  const found = await detectContext(context);
  const request = { ...found, config, noCache: false, trust: "warn", solverFlags: [] } as const;
  const prepared = await prepareStep(request, deps);
  await build(prepared, prepared.destinations, deps);
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
  await push(t, registry, deps);
  assert.equal(begun, 3);
  assert.equal(before, 2);
  registry.audit.everPullable("team/app:1");
  registry.audit.childrenBeforeIndexBeforeTag("team/app");
  assert.ok(registry.manifest("team/app:1") !== undefined);
});
