import type { DebianArchitecture } from "../debian/architecture.ts";
import { type BinaryPackage, parsePackages } from "../debian/packages.ts";
import { OciasmError } from "../errors.ts";
import { canonicalJson } from "../oci/json.ts";
import type { DebArchive } from "../resolve/deb-archives.ts";
import { debClosure } from "../resolve/deb-closure.ts";
import { packageIndex } from "../resolve/deb-index.ts";
import { sha256Hex } from "../store/sha256.ts";
import type { BaseDeps } from "./base.ts";
import { fetchPackages } from "./debian-packages.ts";
import { checkExpiry, fetchRelease, type ReleaseMark, releaseUrl, verifyRelease } from "./debian-release.ts";
import type { DebianSuite } from "./debian-suite.ts";

/** A package that was chosen. */
export interface DebPin {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: string;
  readonly filename: string;
  readonly sha256: string;
  readonly size: number;
  /** Position of its archive in the request. */
  readonly archive: number;
}

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
  readonly offline: boolean;
}

const BUCKET = "deb-resolution";
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
  const read = await Promise.all(archives.map((archive, at) => readArchive(request, archive, files[at], deps)));
  const index = packageIndex(read.map((one) => one.packages));
  const below: BinaryPackage[] = [];
  const next = (wanted: readonly string[]): DebPin[] => {
    const added = debClosure(index, wanted, architecture.name, { exclude: suite.exclude, chosen: below });
    below.push(...added);
    return added.map(pin);
  };
  const base = next(suite.base);
  const python = next([suite.python.package]);
  const system = next(request.system);
  return { base, python, system, releases: read.map((one) => one.mark) };
}

async function readArchive(
  request: ResolveRequest,
  archive: DebArchive,
  bytes: Uint8Array | undefined,
  deps: BaseDeps,
): Promise<{ readonly packages: readonly BinaryPackage[]; readonly mark: ReleaseMark }> {
  if (bytes === undefined) {
    if (archive.suite.endsWith("-security")) {
      deps.report({
        type: "warning",
        message: `no security updates: the mirror has no ${archive.suite}`,
        hint: "name a mirror whose -security sibling exists",
      });
    }
    return { packages: [], mark: { url: releaseUrl(archive) } };
  }
  const { release, mark } = await verifyRelease(bytes, archive, request.suite.keys, deps.now);
  const list = await fetchPackages(archive, release, request.architecture.name, deps);
  return { packages: parsePackages(list, request.archives.indexOf(archive)), mark };
}

function pin(item: BinaryPackage): DebPin {
  const { name, version, architecture, source, filename, sha256, size, archive } = item;
  return { name, version, architecture, source, filename, sha256, size, archive };
}
