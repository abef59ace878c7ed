import { OciasmError } from "../errors.ts";
import type { PackageSources } from "../input/package-sources.ts";
import type { Runtime } from "../interpreter/runtime.ts";
import { digestOfHex, hexOf } from "../oci/digest.ts";
import type { Target } from "../python/target.ts";
import { comparePublic, formatVersion, parseVersion } from "../python/version.ts";
import { parseWheelName } from "../python/wheel-name.ts";
import type { LockedWheel } from "../resolve/lock.ts";
import type { BuildJob } from "./build-wheel.ts";
import type { BuildDeps } from "./deps.ts";
import type { PackageIndex } from "./index-step.ts";
import { type OpenSources, openSdist, openSources } from "./open-sources.ts";
import { subtree } from "./source-tree.ts";

/** Makes wheels of sources. What was built once is kept in the store. */
export interface SourceBuilder {
  /** Whether somebody forbids to build this package. */
  allows(name: string): boolean;
  /** Of a source distribution of an index. */
  sdist(sdist: LockedWheel, asked: AskedBuild, target: Target): Promise<LockedWheel>;
  /** Of what a lock names instead of a file; relative paths are taken from the lock's folder. */
  named(sources: PackageSources, lockFile: string, asked: AskedBuild, target: Target): Promise<NamedWheel>;
}

export interface NamedWheel {
  readonly wheel: LockedWheel;
  /** Text of direct_url.json (PEP 610). */
  readonly directUrl: string;
}

/** What the wheel must be. */
export interface AskedBuild {
  /** Normalised. */
  readonly name: string;
  readonly version?: string;
  readonly wayOut: string;
}

/** The nearest of these is taken for a Python that has no runtime: what is built is pure. */
const MINORS = [11, 12, 13, 14];
const BUCKET = "built-wheels";
/** Part of a built wheel's key: raise it when the same sources may become other bytes. */
const BUILD_FORMAT = 1;

interface Kept {
  readonly filename: string;
  readonly sha256: string;
  readonly size: number;
  /** "name==version sha256:…" of each wheel that it was built with. */
  readonly backend: readonly string[];
}

/** What may be built: `onlyBinary` has names, or `:all:`, of packages that must come as wheels. */
export interface BuildPermission {
  readonly noBuild: boolean;
  readonly onlyBinary: readonly string[];
}

export function createSourceBuilder(
  index: PackageIndex,
  { context, permission }: { readonly context: string; readonly permission: BuildPermission },
  deps: BuildDeps,
): SourceBuilder {
  const { noBuild, onlyBinary } = permission;
  const runtimes = new Map<string, Promise<Runtime>>();
  const runtimeOf = (target: Target): Promise<Runtime> => {
    const minor = minorFor(target);
    const known = runtimes.get(minor) ?? openRuntime(minor, context, deps);
    runtimes.set(minor, known);
    return known;
  };
  const wheel = async (sources: OpenSources, asked: AskedBuild, target: Target): Promise<LockedWheel> => {
    const { key, url, subdirectory = "" } = sources;
    const pretend = pretendedVersion(sources, asked, deps.environment);
    const full = JSON.stringify([BUILD_FORMAT, key, minorFor(target), subdirectory, pretend ?? ""]);
    const known = await recall(full, deps);
    if (known !== undefined) return checked(known, asked, url);
    const made = await deps.store.withLock(
      `build ${full}`,
      async () => {
        const other = await recall(full, deps);
        if (other !== undefined) return other;
        return build(full, await jobOf(sources, asked, pretend), asked, await runtimeOf(target));
      },
      deps.signal,
    );
    return checked(made, asked, url);
  };
  const build = async (key: string, job: BuildJob, asked: AskedBuild, runtime: Runtime): Promise<Kept> => {
    deps.report({
      type: "note",
      message: `building ${job.label} from its sources, in a sandboxed Python ${runtime.release.minor}`,
    });
    // Most runs build nothing, and shall not load what builds.
    const { buildWheel } = await import("./build-wheel.ts");
    const built = await deps.limits.layers(() => buildWheel(job, { runtime, index, deps }));
    const { digest, size } = await deps.store.put(built.bytes);
    const backend = built.backend.map(({ name, version, wheel }) => `${name}==${version} sha256:${wheel.sha256}`);
    const kept: Kept = { filename: built.filename, sha256: hexOf(digest), size, backend };
    checked(kept, asked, "");
    await deps.store.set(BUCKET, key, kept);
    return kept;
  };
  return {
    allows: (name) => !noBuild && !onlyBinary.includes(":all:") && !onlyBinary.includes(name),
    sdist: (sdist, asked, target) => wheel(openSdist(sdist, index, deps), asked, target),
    named: async (sources, lockFile, asked, target) => {
      const opened = await openSources(sources, { name: asked.name, lockFile }, index, deps);
      return { wheel: await wheel(opened, asked, target), directUrl: opened.directUrl ?? "" };
    },
  };
}

async function recall(key: string, deps: BuildDeps): Promise<Kept | undefined> {
  const kept = await deps.store.get<Kept>(BUCKET, key);
  if (kept === undefined) return undefined;
  return (await deps.store.has(digestOfHex(kept.sha256))) === kept.size ? kept : undefined;
}

async function openRuntime(minor: string, context: string, deps: BuildDeps): Promise<Runtime> {
  const { findRuntime } = await import("../interpreter/find-runtime.ts");
  const runtime = await findRuntime(minor, context, deps);
  if (runtime !== undefined) return runtime;
  throw new OciasmError("BUG", `no Python ${minor} to build with`);
}

function minorFor({ python }: Target): string {
  const wanted = Number(python.version.split(".")[1] ?? 0);
  const nearest = MINORS.reduce((best, each) => (Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best));
  return `3.${nearest}`;
}

/** What tools that ask version control are told: by the user as setuptools_scm has it, by the lock, by a tag. */
function pretendedVersion(
  { version: tagged }: OpenSources,
  { name, version }: AskedBuild,
  environment: BuildDeps["environment"],
): string | undefined {
  const own = `SETUPTOOLS_SCM_PRETEND_VERSION_FOR_${name.toUpperCase().replaceAll("-", "_")}`;
  return environment[own] ?? version ?? tagged;
}

async function jobOf(
  { read, subdirectory }: OpenSources,
  { name, version, wayOut }: AskedBuild,
  pretend: string | undefined,
): Promise<BuildJob> {
  const label = version === undefined ? name : `${name} ${version}`;
  const tree = await read();
  const own = subdirectory === undefined ? tree : subtree(tree, subdirectory, label);
  return { label, wayOut, tree: own, ...(pretend === undefined ? {} : { version: pretend }) };
}

/** The wheel as the lock has it, if it is what was asked for. */
function checked({ filename, sha256, size }: Kept, asked: AskedBuild, url: string): LockedWheel {
  const parsed = parseWheelName(filename);
  const wanted = asked.version === undefined ? undefined : parseVersion(asked.version);
  const isIt =
    parsed.ok &&
    parsed.value.name === asked.name &&
    (wanted === undefined || comparePublic(parsed.value.version, wanted) === 0);
  if (isIt) return { filename, sha256, size, url };
  const what = parsed.ok ? `${parsed.value.name} ${formatVersion(parsed.value.version)}` : filename;
  throw new OciasmError(
    "BUILD_FAILED",
    `${asked.name} ${asked.version ?? ""} was to be built, and its sources are ${what}`.replace("  ", " "),
    {
      hint: asked.wayOut,
    },
  );
}
