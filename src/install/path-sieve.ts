import { type ListingKeys, LOWER_BITS, pathKeys } from "./path-keys.ts";

/**
 * Tells which paths of many listings may meet those of another, in 12 bytes a path: what lies in listings that meet
 * nowhere need not be kept. Nothing that `findConflicts` tells is missed; few paths are taken for more than they are.
 */
export interface PathSieve {
  /** Takes a listing in, and gives its number. */
  add(listing: ListingKeys): number;
  /** Whether some path of the listing may meet one of another. To be asked when all have been added, as the next. */
  meets(listing: number): boolean;
  /** Whether the path may. */
  mayMeet(path: string): boolean;
}

/** `keysOf` is what the keys of the listings come from. */
export function createPathSieve(keysOf: (path: string) => readonly number[] = pathKeys): PathSieve {
  const table = createTable();
  const suspects = new Set<number>();
  const met = new Set<number>();
  let listings = 0;
  let isAnyMet = false;

  const addPath = (key: number, listing: number): void => {
    const note = table.note(key, listing + FIRST);
    if (note === NONE || note === listing + FIRST) return;
    suspects.add(key);
    if (note === FOLDER) isAnyMet = true;
    else met.add(listing).add(note - FIRST);
  };
  const addFolder = (key: number): void => {
    const note = table.note(key, FOLDER);
    if (note === NONE || note === FOLDER) return;
    suspects.add(key);
    // Whose paths lie below it was not kept.
    isAnyMet = true;
  };

  return {
    add: ({ paths, folders }) => {
      const listing = listings++;
      for (const key of paths) addPath(key, listing);
      for (const key of folders) addFolder(key);
      return listing;
    },
    meets: (listing) => isAnyMet || met.has(listing),
    mayMeet: (path) => keysOf(path).some((key) => suspects.has(key)),
  };
}

/** Notes of a key: nothing, that it is a folder's, or from FIRST on the number of the first listing with such a path. */
const [NONE, FOLDER, FIRST] = [0, 1, 2];

interface Table {
  /** Gives the note that the key has, after it was given this one if it had none. */
  note(key: number, note: number): number;
}

const SMALLEST = 2 ** 12;
const MOST_FILLED = 7 / 8;

/** A map in two arrays, a fifth of the size of Map's: each key lies at its place, or as near behind it as there was room. */
function createTable(): Table {
  let keys = new Float64Array(SMALLEST);
  let notes = new Uint32Array(SMALLEST);
  let filled = 0;

  const place = (key: number): number => {
    let at = Math.floor(key / 2 ** LOWER_BITS) & (keys.length - 1);
    while (notes[at] !== NONE && keys[at] !== key) at = (at + 1) & (keys.length - 1);
    return at;
  };
  const put = (at: number, key: number, note: number): void => {
    keys[at] = key;
    notes[at] = note;
  };
  const grow = (): void => {
    const [oldKeys, oldNotes] = [keys, notes];
    keys = new Float64Array(2 * oldKeys.length);
    notes = new Uint32Array(2 * oldNotes.length);
    for (let at = 0; at < oldKeys.length; at++) {
      const [key = 0, note = NONE] = [oldKeys[at], oldNotes[at]];
      if (note !== NONE) put(place(key), key, note);
    }
  };

  return {
    note: (key, note) => {
      const at = place(key);
      const known = notes[at] ?? NONE;
      if (known !== NONE) return known;
      put(at, key, note);
      filled++;
      if (filled > keys.length * MOST_FILLED) grow();
      return NONE;
    },
  };
}
