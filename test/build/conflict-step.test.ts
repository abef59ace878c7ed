import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { BuildConfig } from "../../src/build/config.ts";
import { detectContext } from "../../src/build/detect-script.ts";
import { type OpenDeps, openDeps } from "../../src/build/open-deps.ts";
import { build } from "../../src/build/pipeline.ts";
import { prepareStep } from "../../src/build/prepare-step.ts";
import type { BuildEvent } from "../../src/events.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { buildWheel, type WheelSpec } from "../support/wheel.ts";

interface Machine {
  readonly deps: OpenDeps;
  /** File names of the wheels that were looked into. */
  readonly inspected: string[];
  readonly warnings: string[];
}

function machine(t: TestContext, cacheDir = join(temporaryFolder(t), "cache")): Machine {
  const { signal } = new AbortController();
  const warnings: string[] = [];
  const report = (event: BuildEvent): void => {
    if (event.type === "warning") warnings.push(event.message);
  };
  const options = { jobs: 2, offline: true, environment: {}, report, signal, userAgent: "test" };
  const deps = openDeps({ ...options, cacheDir, insecureRegistries: [] });
  t.after(() => deps.close());
  const inspected: string[] = [];
  const inspect: OpenDeps["pool"]["inspect"] = (request, callers) => {
    inspected.push(request.source.filename);
    return deps.pool.inspect(request, callers);
  };
  return { deps: { ...deps, pool: { ...deps.pool, inspect } }, inspected, warnings };
}

/** A project that locks these wheels, and builds them. */
function project(
  t: TestContext,
  specs: readonly WheelSpec[],
  changes: Partial<BuildConfig> = {},
): (deps: OpenDeps) => Promise<unknown> {
  const [context, wheels] = [join(temporaryFolder(t), "app"), temporaryFolder(t)];
  mkdirSync(context);
  const lines = specs.map((spec) => {
    const { filename, bytes, sha256 } = buildWheel(spec);
    writeFileSync(join(wheels, filename), bytes);
    return `${spec.name}==${spec.version} --hash=sha256:${sha256}\n`;
  });
  writeFileSync(join(context, "main.py"), "print(1)\n");
  writeFileSync(join(context, "requirements.txt"), lines.join(""));
  const config: BuildConfig = {
    base: "scratch",
    python: "3.11",
    libc: { family: "glibc", version: "2.36" },
    noIndex: true,
    findLinks: [wheels],
    bytecode: "none",
    ...changes,
  };
  return async (deps) => {
    const outputs = [`type=oci,dest=${join(temporaryFolder(t), "out")},tar=false`];
    const found = await detectContext(context);
    const request = {
      ...found,
      config: { ...config, outputs },
      noCache: false,
      trust: "warn",
      solverFlags: [],
    } as const;
    const prepared = await prepareStep(request, deps);
    return build(prepared, prepared.destinations, deps);
  };
}

const wheel = (name: string, files: Required<WheelSpec>["files"]): WheelSpec => ({ name, version: "1.0", files });

test("wheels that differ at one path are refused alike whether or not they were looked into before", async (t) => {
  const cacheDir = join(temporaryFolder(t), "cache");
  const run = project(t, [
    wheel("left", { "left/a.py": "1", "shared/__init__.py": "", "shared/x.py": "left" }),
    wheel("right", { "right/a.py": "1", "shared/__init__.py": "", "shared/x.py": "right" }),
    wheel("third", { "third/a.py": "1" }),
  ]);
  const refusal = {
    code: "FILE_CONFLICT",
    message: /^left==1\.0 and right==1\.0 bring different files at \/\S*\/shared\/x\.py$/,
    hint: /conflicts: \[\{winner: left, over: \[right\], paths: \["shared\/\*\*"\]\}\]/,
  };
  const first = machine(t, cacheDir);
  await assert.rejects(run(first.deps), refusal);
  assert.equal(first.inspected.length, 3);
  const second = machine(t, cacheDir);
  await assert.rejects(run(second.deps), refusal);
  assert.deepEqual(second.inspected, []);
});

test("what is the same in two wheels, or left to one of them, is no conflict; names in two cases are warned of", async (t) => {
  const { deps, warnings } = machine(t);
  const run = project(
    t,
    [
      wheel("left", { "shared/__init__.py": "", "shared/x.py": "left", "Case/y.py": "" }),
      wheel("right", { "shared/__init__.py": "", "shared/x.py": "right", "case/y.py": "" }),
    ],
    { conflicts: [{ winner: "left", over: ["right"], paths: ["shared/**"] }] },
  );
  await run(deps);
  assert.equal(warnings.filter((text) => /Case\/y\.py of left==1\.0 .* differ in case alone/.test(text)).length, 1);
});

test("a file where another wheel needs a folder is refused", async (t) => {
  const { deps } = machine(t);
  const run = project(t, [wheel("left", { "lib/x": "a file" }), wheel("right", { "lib/x/y.py": "" })]);
  await assert.rejects(run(deps), {
    code: "FILE_CONFLICT",
    message: /left==1\.0 brings a file at \S*lib\/x where right==1\.0 needs a directory/,
  });
});

test("a wheel that is cut into parts is looked into once, and its conflict told once", async (t) => {
  const { deps, inspected } = machine(t);
  const noise = Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`right/f${at}.py`, `${at}`.repeat(9000)]));
  const run = project(
    t,
    [wheel("left", { "shared/x.py": "left" }), wheel("right", { ...noise, "shared/x.py": "right" })],
    { layers: { maxLayerSize: 1000 } },
  );
  await assert.rejects(run(deps), {
    code: "FILE_CONFLICT",
    message: /^left==1\.0 and right==1\.0 bring different files at \/\S*\/shared\/x\.py$/,
  });
  assert.equal(inspected.filter((name) => name.startsWith("right")).length, 1);
});
