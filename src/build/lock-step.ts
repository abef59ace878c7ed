import { dirname, resolve } from "node:path";
import { type ErrorCode, OciasmError, type SourceLocation } from "../errors.ts";
import type { InputPackage, LockInput } from "../input/input.ts";
import type { PackageSources } from "../input/package-sources.ts";
import type { IndexClient } from "../pypi/index-client.ts";
import type { Target } from "../python/target.ts";
import { formatVersion } from "../python/version.ts";
import { parseWheelName } from "../python/wheel-name.ts";
import { chooseWheel, isOfVersion, type WheelChoice } from "../resolve/choose-wheel.ts";
import type { DistributionFile, Lock, LockedPackage } from "../resolve/lock.ts";
import { foreignMachine, type LockMachine } from "../resolve/lock-machine.ts";
import { type SelectChoice, type SelectedPackage, surveyPackages } from "../resolve/select.ts";
import type { BuildDeps } from "./deps.ts";
import type { SourceBuilder } from "./source-builder.ts";

interface Places {
  readonly index: IndexClient;
  readonly builder: SourceBuilder | undefined;
  readonly lockFile: string;
}

/** Trouble that is not the lock's. */
const PASSING: ReadonlySet<ErrorCode> = new Set(["NETWORK", "OFFLINE", "INDEX_ERROR"]);

/**
 * The wheels of one target: markers decided, files looked up, the best one chosen, its size known. Throws what stands
 * in the way of all packages together.
 */
export async function lockStep(
  input: LockInput,
  target: Target,
  choice: SelectChoice,
  index: IndexClient,
  deps: Pick<BuildDeps, "limits" | "report" | "signal">,
  builder?: SourceBuilder,
): Promise<Lock> {
  const { selected, problems } = surveyPackages(input, target, choice, (name) => builder?.allows(name) === true);
  const machine = foreignMachine(input, target);
  const places = { index, builder, lockFile: input.file };
  if (problems.length === 0 && machine === undefined) {
    return {
      target,
      packages: await settledAll(selected.map((item) => limited(() => lockPackage(item, target, places, deps)))),
    };
  }
  const more = await Promise.all(selected.map((item) => limited(() => problemOf(item, target, places, machine, deps))));
  const all = [...problems, ...more.filter((problem) => problem !== undefined)];
  if (machine === undefined) throw together(all);
  const { code, message, hint } = machine.problem;
  throw new OciasmError(code, message, { hint, problems: all });

  function limited<T>(task: () => Promise<T>): Promise<T> {
    return deps.limits.requests(task);
  }
}

/** All of them, or one error that holds those of all: a person mends the lock once. Anything unexpected comes first. */
export async function settledAll<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  const results = await Promise.allSettled(promises);
  const reasons = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  const problems = reasons.filter((reason) => reason instanceof OciasmError);
  const [first] = reasons;
  if (first instanceof OciasmError) throw together(problems);
  if (reasons.length > 0) throw first;
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

/** What the lock says is mended in the lock; a network that fails too is of no interest until then. */
function together(all: readonly OciasmError[]): OciasmError {
  const own = all.filter(({ code }) => !PASSING.has(code));
  const problems = own.length === 0 ? all : own;
  const [first, ...others] = problems;
  if (first === undefined || others.length === 0) return first ?? new OciasmError("BUG", "no problem at all");
  return new OciasmError(first.code, `${problems.length} packages can't be had`, { problems });
}

/** Why a package can't be had, in a run that fails anyway: nothing more is asked than that takes. */
async function problemOf(
  { package: item, files }: SelectedPackage,
  target: Target,
  { index, builder }: Places,
  machine: LockMachine | undefined,
  deps: Pick<BuildDeps, "signal">,
): Promise<OciasmError | undefined> {
  deps.signal.throwIfAborted();
  if (machine?.names.has(item.name) === true || files.from === "sources") return undefined;
  try {
    const choice = await choose(item, files, target, index);
    if (!("problem" in choice)) return undefined;
    return choice.sdist !== undefined && builder?.allows(item.name) === true ? undefined : choice.problem;
  } catch (error) {
    if (!(error instanceof OciasmError)) throw error;
    return PASSING.has(error.code) ? undefined : error;
  }
}

async function lockPackage(
  { package: item, files }: SelectedPackage,
  target: Target,
  places: Places,
  deps: Pick<BuildDeps, "report" | "signal">,
): Promise<LockedPackage> {
  deps.signal.throwIfAborted();
  const { index } = places;
  if (files.from === "sources") return fromSources(item, files.sources, target, places);
  const choice = await choose(item, files, target, index);
  if ("problem" in choice) return builtPackage(item, choice, target, places);
  for (const message of choice.warnings) deps.report({ type: "warning", message });
  const { wheel } = choice;
  return lockedAs(item, { wheel: { ...wheel, size: wheel.size ?? (await index.sizeOf(wheel)) } });
}

/** The wheel that sources become, where nothing else is to be had and nobody forbids it. */
async function builtPackage(
  item: InputPackage,
  { problem, sdist }: Extract<WheelChoice, { problem: OciasmError }>,
  target: Target,
  { index, builder }: Places,
): Promise<LockedPackage> {
  if (sdist === undefined || builder?.allows(item.name) !== true) throw problem;
  const sources = { ...sdist, size: sdist.size ?? (await index.sizeOf(sdist)) };
  const { name, version, location } = item;
  const asked = { name, ...(version === undefined ? {} : { version }), wayOut: problem.hint ?? "" };
  const wheel = await builder.sdist(sources, asked, target).catch((error: unknown) => {
    throw located(error, location);
  });
  return lockedAs(item, { wheel, sdist: sources });
}

/** The wheel of a folder, an archive or a commit that the lock names. */
async function fromSources(
  item: InputPackage,
  sources: PackageSources,
  target: Target,
  { builder, lockFile }: Places,
): Promise<LockedPackage> {
  const { name, version, location, blocked } = item;
  if (builder === undefined) throw new OciasmError("BUG", `${name} is built of its sources, and there is no builder`);
  const asked = { name, ...(version === undefined ? {} : { version }), wayOut: blocked?.hint ?? "" };
  const built = await builder.named(sources, lockFile, asked, target).catch((error: unknown) => {
    throw located(error, location);
  });
  return {
    ...lockedAs(item, { wheel: built.wheel }),
    directUrl: built.directUrl,
    sources: absolute(sources, lockFile),
  };
}

function absolute(sources: PackageSources, lockFile: string): PackageSources {
  if (sources.kind !== "folder") return sources;
  return { kind: "folder", path: resolve(dirname(lockFile), sources.path).replaceAll("\\", "/") };
}

/** A failed build with the place where somebody asks for the package. */
export function located(error: unknown, location: SourceLocation): unknown {
  if (!(error instanceof OciasmError) || error.code !== "BUILD_FAILED") return error;
  const { code, message, hint, cause } = error;
  return new OciasmError(code, message, { hint, cause, location });
}

function lockedAs(item: InputPackage, files: Pick<LockedPackage, "wheel" | "sdist">): LockedPackage {
  return {
    name: item.name,
    version: item.version ?? versionOf(files.wheel),
    ...files,
    requested: item.requested,
    ...(item.direct === undefined ? {} : { directUrl: item.direct.directUrl }),
    location: item.location,
  };
}

async function choose(
  item: InputPackage,
  files: SelectedPackage["files"],
  target: Target,
  index: IndexClient,
): Promise<WheelChoice> {
  if (files.from === "lock") return chooseWheel(item, files.files, target);
  if (files.from === "sources") throw new OciasmError("BUG", `no file of ${item.name} is to be chosen`);
  if (files.from === "direct") return chooseWheel(item, [files.file], target);
  const only = await onlyFile(item, files.name, index);
  const sure = only === undefined ? undefined : chooseWheel(item, [only], target);
  if (sure !== undefined && "wheel" in sure) return sure;
  // A hash names the same bytes for ever, so a page seen before is as good as a new one when it has a fitting wheel.
  const known = item.sha256.length === 0 ? [] : await index.cachedFiles(files.name, item.sha256);
  if (known.length > 0) {
    const choice = chooseWheel(item, known, target);
    if ("wheel" in choice) return choice;
  }
  const asked = await index.files(files.name);
  if (asked.length === 0) throw notFound(item, index);
  return chooseWheel(item, asked, target);
}

/**
 * The one file that the one hash of a package can mean, if its bytes are no other: they are held against the hash when a
 * layer has to be made of them. A layer that is known is what the lock names, whatever the file holds.
 */
async function onlyFile(item: InputPackage, name: string, index: IndexClient): Promise<DistributionFile | undefined> {
  if (item.sha256.length !== 1) return undefined;
  const [file, ...others] = (await index.unread(name)).filter((one) => isOfVersion(item, one));
  return others.length === 0 ? file : undefined;
}

function notFound(item: InputPackage, index: IndexClient): OciasmError {
  const places = index.places.length === 0 ? "no index is configured" : `looked in ${index.places.join(", ")}`;
  return new OciasmError("NOT_IN_INDEX", `${item.name} is in no index; ${places}`, {
    location: item.location,
    hint: "check the name, or give the index it was locked from with --index-url or --find-links",
  });
}

function versionOf(wheel: DistributionFile): string {
  const name = parseWheelName(wheel.filename);
  return name.ok ? formatVersion(name.value.version) : "0";
}
