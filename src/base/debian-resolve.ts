import type { DebianArchitecture } from "../debian/architecture.ts";
import { OciasmError } from "../errors.ts";
import { canonicalJson } from "../oci/json.ts";
import type { DebArchive } from "../resolve/deb-archives.ts";
import { sha256Hex } from "../store/sha256.ts";
import type { BaseDeps } from "./base.ts";
import { fetchPackages } from "./debian-packages.ts";
import type { DebPin } from "./debian-pin.ts";
import { checkExpiry, checkReplay, fetchRelease, type ReleaseMark, releaseUrl } from "./debian-release.ts";
import type { ArchiveList } from "./debian-solve.ts";
import type { DebianSuite } from "./debian-suite.ts";
import { solveInThread, verifyInThread } from "./debian-thread.ts";
import type { Verified } from "./debian-verify.ts";

/** All packages of an image's base, by the layer that holds them. */
export interface DebResolution {
  readonly base: readonly DebPin[];
  readonly python: readonly DebPin[];
  readonly system: readonly DebPin[];
  readonly releases: readonly ReleaseMark[];
}

interface Remembered extends DebResolution {
  /** Seconds: when the mirror was last asked. */
  readonly checkedAt: number;
}

export interface ResolveRequest {
  readonly suite: DebianSuite;
  readonly architecture: DebianArchitecture;
  readonly archives: readonly DebArchive[];
  readonly system: readonly string[];
  /** Counts as there besides what the suite leaves out. */
  readonly without?: readonly string[] | undefined;
  readonly noPython?: boolean | undefined;
  readonly offline: boolean;
  /** Date of the suite's release file that a lock was made from, in seconds. */
  readonly since?: number | undefined;
}

const BUCKET = "deb-resolution";
/** Dates of release files. */
const SEEN = "deb-release-dates";
/** Part of the key: raise it when the same inputs may give another answer. */
const FORMAT = 1;
/** A mirror is asked again after so many seconds. */
const FRESH = 24 * 3600;

/**
 * The packages for a suite: from memory while it is fresh, for a snapshot, and always when offline; else from the
 * mirror, where unchanged release files confirm what is remembered. Rejects with OFFLINE when there is nothing to go by.
 */
export async function resolveDebs(request: ResolveRequest, deps: BaseDeps): Promise<DebResolution> {
  const key = resolutionKey(request);
  const remembered = await deps.index.get<Remembered>(BUCKET, key);
  if (remembered !== undefined && (request.offline || isFresh(remembered, request, deps.now))) return remembered;
  if (request.offline) {
    throw new OciasmError("OFFLINE", `the packages of deb:${request.suite.suite} are not in the cache`, {
      hint: "build once without --offline",
    });
  }
  const files = await Promise.all(request.archives.map((archive) => fetchRelease(archive, deps)));
  const resolution = isConfirmed(remembered, request.archives, files)
    ? remembered
    : await resolveAnew(request, files, deps);
  for (const mark of resolution.releases) checkExpiry(mark, deps.now);
  await deps.index.set(BUCKET, key, { ...resolution, checkedAt: deps.now } satisfies Remembered);
  return resolution;
}

/** Has the mirror asked again next time: it lacks a package that its lists named. */
export async function doubtResolution(request: ResolveRequest, deps: BaseDeps): Promise<void> {
  const key = resolutionKey(request);
  const remembered = await deps.index.get<Remembered>(BUCKET, key);
  if (remembered !== undefined) await deps.index.set(BUCKET, key, { ...remembered, checkedAt: 0 } satisfies Remembered);
}

function resolutionKey(request: ResolveRequest): string {
  return canonicalJson({
    format: FORMAT,
    suite: sha256Hex(request.suite.texts.join("\0")),
    architecture: request.architecture.name,
    archives: request.archives.map(({ url, suite, snapshot }) => ({ url: sha256Hex(url), suite, snapshot })),
    system: [...new Set(request.system)].sort(),
    ...(request.without === undefined ? {} : { without: [...request.without].sort() }),
    ...(request.noPython === true ? { noPython: true } : {}),
  });
}

function isFresh(remembered: Remembered, request: ResolveRequest, now: number): boolean {
  if (request.archives.every((archive) => archive.snapshot)) return true;
  const age = now - remembered.checkedAt;
  return age >= 0 && age < FRESH && remembered.releases.every((mark) => (mark.validUntil ?? now) >= now);
}

/** The remembered files were verified when they came; the same bytes need no second look. */
function isConfirmed(
  remembered: Remembered | undefined,
  archives: readonly DebArchive[],
  files: readonly (Uint8Array | undefined)[],
): remembered is Remembered {
  return (
    remembered !== undefined &&
    archives.every((_, at) => {
      const bytes = files[at];
      return remembered.releases[at]?.sha256 === (bytes === undefined ? undefined : sha256Hex(bytes));
    })
  );
}

async function resolveAnew(
  request: ResolveRequest,
  files: readonly (Uint8Array | undefined)[],
  deps: BaseDeps,
): Promise<DebResolution> {
  const { suite, architecture, archives } = request;
  deps.report({ type: "phase", phase: "base", detail: `reading the package lists of deb:${suite.suite}` });
  const checks = { archives, files, keys: suite.keys, now: deps.now, architecture: architecture.name };
  const verified = await verifyInThread(checks, deps.signal);
  await refuseReplays(request, verified, deps);
  const releases = archives.map((archive, at) => markOf(archive, verified[at], deps));
  const solve = async (components: readonly string[]) => {
    const job = {
      lists: await fetchLists(request, components, verified, deps),
      architecture: architecture.name,
      exclude: [...suite.exclude, ...(request.without ?? [])],
      groups: [suite.base, request.noPython === true ? [] : [suite.python.package], request.system],
    };
    return solveInThread(job, deps.signal);
  };
  const [base = [], python = [], system = []] = await solve(["main"]).catch((error: unknown) => {
    const isMissing = error instanceof OciasmError && error.code === "DEB_UNSATISFIABLE";
    // The rest of Ubuntu is five times as large, and nothing in main needs it.
    if (!isMissing || suite.more === undefined) throw error;
    return solve(["main", ...suite.more]);
  });
  return { base, python, system, releases };
}

/** Neither older than what this cache has seen of the archive, whatever was wanted of it, nor than what a lock knows. */
async function refuseReplays(
  { archives, since }: ResolveRequest,
  verified: readonly (Verified | undefined)[],
  deps: BaseDeps,
): Promise<void> {
  for (const [at, archive] of archives.entries()) {
    const mark = verified[at]?.mark;
    if (mark?.date === undefined || archive.snapshot) continue;
    const key = canonicalJson({ url: sha256Hex(archive.url), suite: archive.suite });
    checkReplay(mark, await deps.index.get<number>(SEEN, key));
    if (at === 0) checkReplay(mark, since);
    await deps.index.set(SEEN, key, mark.date);
  }
}

function markOf(archive: DebArchive, verified: Verified | undefined, deps: BaseDeps): ReleaseMark {
  if (verified !== undefined) return verified.mark;
  if (archive.suite.endsWith("-security")) {
    deps.report({
      type: "warning",
      message: `no security updates: the mirror has no ${archive.suite}`,
      hint: "name a mirror whose -security sibling exists",
    });
  }
  return { url: releaseUrl(archive) };
}

/** The lists of each component, as far as the archives have them. */
async function fetchLists(
  { archives, architecture }: ResolveRequest,
  components: readonly string[],
  verified: readonly (Verified | undefined)[],
  deps: BaseDeps,
): Promise<readonly ArchiveList[]> {
  const wanted = components.flatMap((component) =>
    archives.map(async (place, archive): Promise<readonly ArchiveList[]> => {
      const release = verified[archive]?.release;
      if (release === undefined) return [];
      const optional = place.optional || component !== "main";
      const folder = `${component}/binary-${architecture.name}` as const;
      const list = await fetchPackages({ ...place, optional }, release, folder, deps);
      return list === undefined ? [] : [{ list, archive }];
    }),
  );
  return (await Promise.all(wanted)).flat();
}
