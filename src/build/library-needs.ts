import type { SeenLibrary } from "../assemble/library-taps.ts";
import type { WheelLibrary } from "../assemble/wheel-libraries.ts";
import type { Base } from "../base/base.ts";
import { LIBRARY, type LibraryNeeds, readLibraryNeeds } from "../debian/elf.ts";
import type { NeedingLibrary } from "../install/system-libraries.ts";
import type { FileSource, LayerRecipe } from "../layers/recipe.ts";
import { digestOfHex } from "../oci/digest.ts";
import { canonicalJson } from "../oci/json.ts";
import type { LockedPackage, LockedWheel } from "../resolve/lock.ts";
import type { LockedDeb } from "../resolve/pylock-document.ts";
import { openFileSource } from "../store/file-source.ts";
import { remember } from "../store/remember.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan } from "./image-plan.ts";

/** Part of all keys: raise it when the same file may tell something else. */
const FORMAT = 3;

export type NeedsDeps = Pick<BuildDeps, "store" | "report" | "signal">;

/** What owns the project's own libraries, in messages. */
const PROJECT = "the project";

/** Whether a wheel may hold machine code at all. */
export function isBinary({ wheel }: { readonly wheel: Pick<LockedWheel, "filename"> }): boolean {
  return !wheel.filename.endsWith("-any.whl");
}

/** The libraries of all wheels that are on this host; the others were judged where their layers were made. */
export async function wheelNeeds(
  packages: readonly LockedPackage[],
  deps: NeedsDeps,
): Promise<readonly NeedingLibrary[]> {
  const libraries: NeedingLibrary[] = [];
  for (const { name, version, wheel } of packages.filter(isBinary)) {
    const digest = digestOfHex(wheel.sha256);
    if ((await deps.store.has(digest)) === undefined && !(await isKnown(wheel.sha256, deps))) continue;
    deps.signal.throwIfAborted();
    const found = await remember(deps.store, WHEELS, keyOf(wheel.sha256), async () => {
      const { wheelLibraries } = await import("../assemble/wheel-libraries.ts");
      const seen = (await deps.store.get<readonly SeenLibrary[]>(SEEN, keyOf(wheel.sha256))) ?? [];
      const needs = new Map(seen.map((library) => [library.path, library.needs]));
      const libraries = await wheelLibraries(deps.store.path(digest), wheel.filename, needs);
      await deps.store.confirm([digest]);
      return libraries;
    });
    for (const library of found) libraries.push({ owner: `${name}==${version}`, ...library });
  }
  return libraries;
}

const WHEELS = "wheel-libraries";
const SEEN = "seen-libraries";

/** Keeps what was seen of the libraries of wheels while their layer was made, for `wheelNeeds`. */
export async function keepSeen(
  { sources }: Pick<LayerRecipe, "sources">,
  libraries: readonly SeenLibrary[],
  { store }: Pick<NeedsDeps, "store">,
): Promise<void> {
  for (const source of sources) {
    // Of a wheel for any platform nobody asks. The parts of a wheel are made side by side: none of them knows all.
    if (source.type !== "wheel" || source.part !== undefined || !isBinary({ wheel: source })) continue;
    const seen = libraries.filter(({ wheel }) => wheel === source.filename);
    const isAll = source.exclude === undefined && seen.every(({ needs }) => needs !== undefined);
    if (isAll) await store.set(WHEELS, keyOf(source.sha256), toldBy(seen));
    else if (seen.length > 0) await store.set(SEEN, keyOf(source.sha256), seen);
  }
}

/** As `wheelLibraries` would read it. */
function toldBy(seen: readonly SeenLibrary[]): readonly WheelLibrary[] {
  return seen
    .flatMap(({ path, needs }) => (needs === null || needs === undefined ? [] : [{ path, ...needs }]))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isKnown(sha256: string, { store }: NeedsDeps): Promise<boolean> {
  return store.holds(WHEELS, keyOf(sha256));
}

function keyOf(sha256: string): string {
  return canonicalJson({ format: FORMAT, sha256 });
}

/** The libraries among the project's own files, by their places in the image. */
export async function projectNeeds(
  { layers, projectFiles }: Pick<ImagePlan, "layers" | "projectFiles">,
  deps: NeedsDeps,
): Promise<readonly NeedingLibrary[]> {
  const libraries: NeedingLibrary[] = [];
  for (const source of projectLibraries({ layers })) {
    const host = projectFiles.get(source.sha256);
    if (host === undefined) continue;
    const { needs } = await remember(deps.store, "file-libraries", keyOf(source.sha256), async () => fileNeeds(host));
    if (needs !== null) libraries.push({ owner: PROJECT, path: source.path, untried: true, ...needs });
  }
  return libraries;
}

/** Files of the project whose names are those of libraries. */
export function projectLibraries({ layers }: Pick<ImagePlan, "layers">): readonly FileSource[] {
  return layers
    .flatMap(({ recipe }) => recipe.sources)
    .filter((source): source is FileSource => source.type === "file" && LIBRARY.test(source.path));
}

async function fileNeeds(path: string): Promise<{ readonly needs: LibraryNeeds | null }> {
  const file = await openFileSource(path);
  try {
    const within = (offset: number, length: number): Promise<Uint8Array> => {
      const start = Math.min(offset, file.size);
      return file.read(start, Math.min(length, file.size - start));
    };
    return { needs: (await readLibraryNeeds(within)) ?? null };
  } finally {
    await file.close();
  }
}

/** The sonames that a Debian package's libraries and programs need; it is fetched for that. */
export async function debNeedsOf(
  deb: LockedDeb,
  base: Pick<Base, "fetchSource">,
  deps: NeedsDeps,
): Promise<readonly string[]> {
  return remember(deps.store, "deb-needs", keyOf(deb.sha256), async () => {
    await base.fetchSource(deb.sha256, deps.report, deps.signal);
    const { debNeeds } = await import("../assemble/deb-needs.ts");
    const { name, version, architecture, filename, sha256, size } = deb;
    const source = { type: "deb", package: name, version, architecture, filename, sha256, size } as const;
    return debNeeds(source, deps.store.path(digestOfHex(sha256)), await deps.store.temporary());
  });
}
