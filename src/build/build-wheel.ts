import { OciasmError } from "../errors.ts";
import { type BuildSystem, readBuildSystem } from "../input/build-system.ts";
import { BUILD_LIMITS } from "../interpreter/build-limits.ts";
import { type HookAnswer, type HookCall, type SandboxFile, SOURCE } from "../interpreter/build-protocol.ts";
import { openSandbox, type Sandbox } from "../interpreter/build-sandbox.ts";
import type { Runtime } from "../interpreter/runtime.ts";
import { parseRequirement } from "../python/requirement.ts";
import type { Target } from "../python/target.ts";
import { parseWheelName } from "../python/wheel-name.ts";
import { type BackendWheel, resolveBackend, unpackWheels } from "./backend-wheels.ts";
import { type Built, refuseCompiling, refuseFailure, refusePlatformWheel } from "./build-refusal.ts";
import type { BuildDeps } from "./deps.ts";
import type { PackageIndex } from "./index-step.ts";
import { ownBackend } from "./own-backend.ts";
import type { SourceBuilder } from "./source-builder.ts";
import { type SourceTree, textOf } from "./source-tree.ts";

/** Sources that shall become a wheel. */
export interface BuildJob extends Built {
  readonly tree: SourceTree;
  /** The version, where the sources alone do not tell it: what version control would have said. */
  readonly version?: string;
}

export interface BuildPlace {
  readonly runtime: Runtime;
  readonly index: PackageIndex;
  /** Builds what the build needs and no index has as a wheel. */
  readonly builder: SourceBuilder;
  /** Names of the packages that are being built, the outermost first, this one last. */
  readonly within: readonly string[];
  readonly deps: BuildDeps;
}

export interface MadeWheel {
  readonly filename: string;
  readonly bytes: Uint8Array;
  /** What it was built with. */
  readonly backend: readonly BackendWheel[];
}

/** 2020-01-01: the time of every file in a wheel, and where the sandbox's clock starts. */
const EPOCH = 1_577_836_800;

/** The wheel that a project's own backend makes of it (PEP 517), in the sandbox. Throws BUILD_FAILED, which says why. */
export async function buildWheel(job: BuildJob, place: BuildPlace): Promise<MadeWheel> {
  const { deps, runtime } = place;
  const system = buildSystemOf(job);
  const shipped = await ownBackend(system);
  const compiling = refuseCompiling(namesOf(system.requires), job);
  if (compiling !== undefined) throw compiling;
  const backend = shipped === undefined ? await resolveFor(job, system.requires, place) : [];
  const options = { label: job.label, epoch: EPOCH, limits: BUILD_LIMITS, signal: deps.signal };
  const sandbox = await openSandbox(runtime, options);
  try {
    await sandbox.write([
      ...filesOf(job.tree),
      ...trackedFiles(job.tree, system),
      ...(shipped ?? (await unpackWheels(backend, deps))),
    ]);
    const more = await askedBesides(job, system, sandbox, backend, place);
    const answer = await sandbox.call(hookOf("build_wheel", system, job));
    return { ...wheelOf(answer, job), backend: [...backend, ...more] };
  } finally {
    sandbox.close();
  }
}

function buildSystemOf({ tree, label }: BuildJob): BuildSystem {
  const text = textOf(tree, "pyproject.toml");
  if (text === undefined && textOf(tree, "setup.py") === undefined && textOf(tree, "setup.cfg") === undefined) {
    throw new OciasmError("BUILD_FAILED", `${label} is no project: it has neither pyproject.toml nor setup.py`);
  }
  return readBuildSystem(`pyproject.toml of ${label}`, text);
}

function resolveFor(
  { label, wayOut }: BuildJob,
  requires: readonly string[],
  { index, runtime, builder, within, deps }: BuildPlace,
): Promise<readonly BackendWheel[]> {
  const target = sandboxTarget(runtime);
  return resolveBackend(requires, { label, wayOut, target, within }, { index, builder }, deps);
}

/** What the backend wants beside `requires`: of all together, those that are not there yet. */
async function askedBesides(
  job: BuildJob,
  system: BuildSystem,
  sandbox: Sandbox,
  backend: readonly BackendWheel[],
  place: BuildPlace,
): Promise<readonly BackendWheel[]> {
  const answer = await sandbox.call(hookOf("get_requires_for_build_wheel", system, job));
  if (answer.kind === "failed") throw refuseFailure(answer.failure, job);
  if (answer.kind !== "requires" || answer.requires.length === 0) return [];
  const compiling = refuseCompiling(namesOf(answer.requires), job);
  if (compiling !== undefined) throw compiling;
  const pins = backend.map(({ name, version }) => `${name}==${version}`);
  const all = await resolveFor(job, [...pins, ...answer.requires], place);
  const more = all.filter(({ name }) => !backend.some((each) => each.name === name));
  await sandbox.write(await unpackWheels(more, place.deps));
  return more;
}

function wheelOf(answer: HookAnswer, job: BuildJob): Pick<MadeWheel, "filename" | "bytes"> {
  if (answer.kind === "failed") throw refuseFailure(answer.failure, job);
  if (answer.kind !== "wheel") throw new OciasmError("BUILD_FAILED", `the backend of ${job.label} made no wheel`);
  const { filename, bytes, extensions } = answer;
  const name = parseWheelName(filename);
  if (!name.ok) throw new OciasmError("BUILD_FAILED", `the backend of ${job.label} made ${filename}: ${name.message}`);
  const { abis, platforms } = name.value;
  if (!abis.includes("none") || !platforms.includes("any")) throw refusePlatformWheel(filename, extensions, job);
  return { filename, bytes };
}

function hookOf(hook: HookCall["hook"], { backend, path }: BuildSystem, { version }: BuildJob): HookCall {
  return { hook, backend, path, source: SOURCE, env: version === undefined ? {} : versionVariables(version) };
}

/** Each tool that asks version control has a variable for where there is none. */
function versionVariables(version: string): Readonly<Record<string, string>> {
  return {
    SETUPTOOLS_SCM_PRETEND_VERSION: version,
    PBR_VERSION: version,
    PDM_BUILD_SCM_VERSION: version,
    POETRY_DYNAMIC_VERSIONING_BYPASS: version,
    UV_DYNAMIC_VERSIONING_BYPASS: version,
  };
}

function filesOf(tree: SourceTree): readonly SandboxFile[] {
  return tree.files.map(({ path, bytes, mode }) => ({ path: `${SOURCE}/${path}`, bytes, mode }));
}

/** setuptools_scm asks git which files belong to the project; an archive of git's own it takes whole, as this shall be. */
function trackedFiles(tree: SourceTree, { requires }: BuildSystem): readonly SandboxFile[] {
  const [name, archival] = ["PKG-INFO", ".git_archival.txt"].map((path) => textOf(tree, path));
  if (!namesOf(requires).includes("setuptools-scm") || name !== undefined || archival !== undefined) return [];
  return [{ path: `${SOURCE}/.git_archival.txt`, bytes: new TextEncoder().encode("node: 0\n"), mode: 0o644 }];
}

function namesOf(requires: readonly string[]): readonly string[] {
  return requires.flatMap((text) => {
    const parsed = parseRequirement(text);
    return parsed.ok ? [parsed.value.name] : [];
  });
}

/** One for all: what comes out does not depend on the image's platform. */
function sandboxTarget({ release }: Runtime): Target {
  return {
    platform: { os: "linux", architecture: "amd64" },
    python: { implementation: "cpython", version: release.python, freeThreaded: false },
    libc: { family: "glibc", version: "2.36" },
  };
}
