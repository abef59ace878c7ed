import { foldPath } from "./conflicts.ts";

/** Where a listing's paths are, in 8 bytes each: equal paths have equal keys, whatever their case. */
export interface ListingKeys {
  readonly paths: Float64Array;
  /** Each folder that they lie in, at least once. */
  readonly folders: Float64Array;
}

export function listingKeys(
  entries: readonly { readonly path: string }[],
  keysOf: (path: string) => readonly number[] = pathKeys,
): ListingKeys {
  const folders = new Set<number>();
  const paths = new Float64Array(entries.length);
  let known: string | undefined;
  for (const [at, { path }] of entries.entries()) {
    const keys = keysOf(path);
    paths[at] = keys.at(-1) ?? 0;
    // Listings are sorted: most paths lie in the folder of the one before.
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    if (folder !== known) for (const key of keys.slice(0, -1)) folders.add(key);
    known = folder;
  }
  return { paths, folders: Float64Array.from(folders) };
}

const SLASH = 0x2f;
const [UPPER_A, UPPER_Z, TO_LOWER] = [0x41, 0x5a, 0x20];
const LAST_ASCII = 0x7f;
/** Odd, and of 32 bits; the first is Knuth's for hashing by multiplication. */
const [FACTOR, OTHER_FACTOR] = [0x9e3779b1, 0x5f356495];

/** Bits of a key below the 32 that a table may index by. */
export const LOWER_BITS = 21;

/** 53 bits for each folder of a path, the topmost first, and for the path itself; equal where letter case makes no difference. */
export function pathKeys(path: string): readonly number[] {
  const keys: number[] = [];
  let one = 0;
  let other = 0;
  for (let at = 0; at < path.length; at++) {
    const unit = path.charCodeAt(at);
    if (unit > LAST_ASCII) return [...foldersOf(path), path].map((each) => keyOf(foldPath(each)));
    if (unit === SLASH) keys.push(mixed(one, other));
    const lower = unit >= UPPER_A && unit <= UPPER_Z ? unit | TO_LOWER : unit;
    one = Math.imul(one ^ lower, FACTOR);
    other = Math.imul(other ^ lower, OTHER_FACTOR);
  }
  keys.push(mixed(one, other));
  return keys;
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
}

function keyOf(folded: string): number {
  let one = 0;
  let other = 0;
  for (let at = 0; at < folded.length; at++) {
    const unit = folded.charCodeAt(at);
    one = Math.imul(one ^ unit, FACTOR);
    other = Math.imul(other ^ unit, OTHER_FACTOR);
  }
  return mixed(one, other);
}

/** The upper bits of products depend on all of the text, the lower ones on little: all are to depend on all. */
function mixed(one: number, other: number): number {
  const high = Math.imul(one ^ (one >>> 16) ^ (other >>> 13), FACTOR);
  const low = Math.imul(other ^ (other >>> 15) ^ (one >>> 17), OTHER_FACTOR);
  return ((high ^ (high >>> 15)) >>> 0) * 2 ** LOWER_BITS + (low >>> (32 - LOWER_BITS));
}
