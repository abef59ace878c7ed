import { OciasmError } from "../errors.ts";
import type { PackageSources } from "../input/package-sources.ts";
import { releaseOf } from "../interpreter/releases.ts";
import type { Runtime } from "../interpreter/runtime.ts";
import { hexOf } from "../oci/digest.ts";
import type { Target } from "../python/target.ts";
import { comparePublic, formatVersion, parseVersion } from "../python/version.ts";
import { parseWheelName } from "../python/wheel-name.ts";
import type { LockedWheel } from "../resolve/lock.ts";
import type { BuildJob } from "./build-wheel.ts";
import { type BuildInputs, type BuiltWheel, openBuiltWheels } from "./built-wheels.ts";
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
  /** Names of the packages that it takes part in building, the outermost first. */
  readonly within?: readonly string[];
}

/** The nearest of these is taken for a Python that has no runtime: what is built is pure. */
const MINORS = [11, 12, 13, 14];
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
  const built = openBuiltWheels(deps.store, index.client.places);
  const wheel = async (sources: OpenSources, asked: AskedBuild, target: Target): Promise<LockedWheel> => {
    const { key, url, subdirectory = "" } = sources;
    const pretend = pretendedVersion(sources, asked, deps.environment);
    const release = (await releaseOf(minorFor(target), deps.store))?.release ?? "";
    const inputs: BuildInputs = { sources: key, subdirectory, release, version: pretend ?? "" };
    const known = await built.recall(inputs);
    if (known !== undefined) return checked(known, asked, url);
    const once = async (): Promise<BuiltWheel> => {
      const other = await built.recall(inputs);
      if (other !== undefined) return other;
      const made = await build(await jobOf(sources, asked, pretend), asked, await runtimeOf(target));
      await built.keep(inputs, made);
      return made;
    };
    const alone = () => deps.store.withLock(`build ${JSON.stringify(inputs)}`, once, deps.signal);
    // What is built for another build has that one's place: it would wait for it for ever.
    return checked(await (asked.within === undefined ? deps.limits.layers(alone) : alone()), asked, url);
  };
  const build = async (job: BuildJob, asked: AskedBuild, runtime: Runtime): Promise<BuiltWheel> => {
    deps.report({
      type: "note",
      message: `building ${job.label} from its sources, in a sandboxed Python ${runtime.release.minor}`,
    });
    // Most runs build nothing, and shall not load what builds.
    const { buildWheel } = await import("./build-wheel.ts");
    const within = [...(asked.within ?? []), asked.name];
    const { filename, bytes, backend } = await buildWheel(job, { runtime, index, builder, within, deps });
    const { digest, size } = await deps.store.put(bytes);
    const tools = backend.map(({ name, version, wheel }) => `${name}==${version} sha256:${wheel.sha256}`).sort();
    const made: BuiltWheel = { filename, sha256: hexOf(digest), size, tools };
    checked(made, asked, "");
    return made;
  };
  const builder: SourceBuilder = {
    allows: (name) => !noBuild && !onlyBinary.includes(":all:") && !onlyBinary.includes(name),
    sdist: (sdist, asked, target) => wheel(openSdist(sdist, index, deps), asked, target),
    named: async (sources, lockFile, asked, target) => {
      const opened = await openSources(sources, { name: asked.name, lockFile }, index, deps);
      return { wheel: await wheel(opened, asked, target), directUrl: opened.directUrl ?? "" };
    },
  };
  return builder;
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
function checked({ filename, sha256, size }: BuiltWheel, asked: AskedBuild, url: string): LockedWheel {
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
