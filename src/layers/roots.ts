import { normalizeName } from "../python/name.ts";
import type { ListingEntry } from "./listing.ts";
import type { InstallScheme, WheelSource } from "./recipe.ts";

/** What `layerRoots` gives when a list would be too long: the layer may bring anything. */
export const ANYWHERE = "*";

const MOST_ROOTS = 256;
/** Of a list from elsewhere: far above what 256 roots need, and few enough to hold many lists against each other. */
const MOST_LETTERS = 64 * 1024;
const MOST_PARTS = 64;
/** Files outside of site-packages that are named one by one; of more than these, the folders are. */
const MOST_FILES = 64;

/** A wheel, and what it brings into its layer. */
export interface WheelEntries {
  readonly source: Pick<WheelSource, "name">;
  readonly entries: readonly Pick<ListingEntry, "path" | "type">[];
}

/** The places that one wheel fills. */
export interface WheelRoots {
  /** Relative to site-packages. */
  readonly inside: readonly string[];
  /** Files elsewhere, behind a slash. */
  readonly outside: readonly string[];
}

export function wheelRoots({ source, entries }: WheelEntries, scheme: InstallScheme): WheelRoots {
  const inside: string[] = [];
  const outside: string[] = [];
  for (const path of leaves(entries)) {
    if (path.startsWith(`${scheme.site}/`)) inside.push(path.slice(scheme.site.length + 1));
    else outside.push(`/${path}`);
  }
  return { inside: topmost(inside).filter((root) => !isOwnInfo(root, source.name)), outside };
}

/**
 * The places that a layer's wheels fill: in site-packages, as relative paths, the topmost folders that hold files
 * themselves (so `google/cloud/storage` and not the `google` that many share) and the files beside them; elsewhere,
 * behind a slash, the files. Every path of the layer is a root or lies below one, but for the wheels' own `.dist-info`.
 * Sorted.
 */
export function layerRoots(wheels: readonly WheelRoots[]): readonly string[] {
  const roots = new Set(wheels.flatMap(({ inside }) => inside));
  const outside = new Set(wheels.flatMap((wheel) => wheel.outside));
  const others = outside.size > MOST_FILES ? [...outside].map(folderOf) : outside;
  for (const path of others) roots.add(path);
  return roots.size > MOST_ROOTS ? [ANYWHERE] : [...roots].sort();
}

/** Roots that somebody else told, so that comparing them ends soon. */
export function boundedRoots(roots: readonly string[]): readonly string[] {
  const letters = roots.reduce((sum, root) => sum + root.length, 0);
  const isDeep = roots.some((root) => root.split("/", MOST_PARTS + 1).length > MOST_PARTS);
  return roots.length > MOST_ROOTS || letters > MOST_LETTERS || isDeep ? [ANYWHERE] : roots;
}

/** False when no path of the one layer can meet one of the other, whatever the case of its letters. */
export function mayMeet(a: readonly string[], b: readonly string[]): boolean {
  if (a.includes(ANYWHERE) || b.includes(ANYWHERE)) return true;
  const [left, right] = [a.map(folded), b.map(folded)];
  return reaches(left, new Set(right)) || reaches(right, new Set(left));
}

/** Whether one of the paths is among the roots or lies below one. */
function reaches(paths: readonly string[], roots: ReadonlySet<string>): boolean {
  return paths.some((path) => roots.has(path) || parentsOf(path).some((parent) => roots.has(parent)));
}

/** Files, links, and folders in which nothing is. */
function leaves(entries: WheelEntries["entries"]): readonly string[] {
  const folders = new Set(entries.map(({ path }) => folderOf(path)));
  const parents = new Set([...folders].flatMap((folder) => [...parentsOf(folder), folder]));
  return entries.map(({ path }) => path).filter((path) => !parents.has(path));
}

function topmost(paths: readonly string[]): readonly string[] {
  const folders = new Set(paths.map(folderOf));
  const roots = new Set(paths.filter((path) => folderOf(path) === ""));
  for (const folder of folders) {
    if (folder !== "") roots.add(parentsOf(folder).find((parent) => folders.has(parent)) ?? folder);
  }
  return [...roots];
}

/** From the top down. */
function parentsOf(path: string): readonly string[] {
  const parents: string[] = [];
  for (let end = path.indexOf("/", 1); end > 0; end = path.indexOf("/", end + 1)) parents.push(path.slice(0, end));
  return parents;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** No other distribution of the environment has this name, so nobody else writes there by right. */
function isOwnInfo(root: string, name: string): boolean {
  const [named] = /^[^-]+(?=-[^-]+\.dist-info$)/.exec(root) ?? [];
  return named !== undefined && normalizeName(named) === normalizeName(name);
}

function folded(path: string): string {
  return path.normalize("NFC").toLowerCase();
}
