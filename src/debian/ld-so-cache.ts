import { concatBytes, utf8 } from "../archive/bytes.ts";

/** A library that the dynamic loader shall find by its soname. */
export interface CachedLibrary {
  readonly soname: string;
  /** Absolute path in the image. */
  readonly path: string;
  /** e_machine of its ELF header. */
  readonly machine: number;
}

const MAGIC = "glibc-ld.so.cache1.1";
const HEADER = 48;
const ENTRY = 24;
const LITTLE_ENDIAN = 2;

/** FLAG_ELF_LIBC6 with the architecture's flag (glibc, sysdeps/generic/ldconfig.h), by e_machine. */
const FLAGS: ReadonlyMap<number, number> = new Map([
  [62, 0x0303],
  [183, 0x0a03],
]);

/**
 * The bytes of /etc/ld.so.cache in the format that glibc reads since 2.2 (elf/cache.c), without hwcaps. Libraries of
 * unknown machines are left out; of two with one soname the first counts.
 */
export function encodeLdSoCache(libraries: readonly CachedLibrary[]): Uint8Array {
  const known = new Map<string, CachedLibrary>();
  for (const library of libraries) {
    if (FLAGS.has(library.machine) && !known.has(library.soname)) known.set(library.soname, library);
  }
  // The loader's binary search expects descending order.
  const sorted = [...known.values()].sort((a, b) => compareLibraryNames(b.soname, a.soname));
  const start = HEADER + sorted.length * ENTRY;
  const strings = new StringTable(start);
  const head = new DataView(new ArrayBuffer(start));
  sorted.forEach((library, at) => {
    const offset = HEADER + at * ENTRY;
    head.setInt32(offset, FLAGS.get(library.machine) ?? 0, true);
    head.setUint32(offset + 4, strings.add(library.soname), true);
    head.setUint32(offset + 8, strings.add(library.path), true);
  });
  const table = strings.bytes();
  new Uint8Array(head.buffer).set(utf8(MAGIC));
  head.setUint32(20, sorted.length, true);
  head.setUint32(24, table.length, true);
  head.setUint8(28, LITTLE_ENDIAN);
  return concatBytes([new Uint8Array(head.buffer), table]);
}

/** The loader's own order (_dl_cache_libcmp): runs of digits by value, above other characters; else by byte. */
export function compareLibraryNames(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const [runA, runB] = [digits(a, i), digits(b, j)];
    if (runA !== "" && runB !== "") {
      const order = byValue(runA, runB);
      if (order !== 0) return order;
    } else if (runA !== "" || runB !== "") {
      return runA === "" ? -1 : 1;
    } else if (a[i] !== b[j]) {
      return a.charCodeAt(i) - b.charCodeAt(j);
    }
    i += runA.length || 1;
    j += runB.length || 1;
  }
  return charge(a, i) - charge(b, j);
}

function digits(text: string, from: number): string {
  let end = from;
  while (end < text.length && text.charCodeAt(end) >= 0x30 && text.charCodeAt(end) <= 0x39) end++;
  return text.slice(from, end);
}

function byValue(a: string, b: string): number {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}

function charge(text: string, at: number): number {
  return at < text.length ? text.charCodeAt(at) : 0;
}

class StringTable {
  readonly #parts: Uint8Array[] = [];
  readonly #offsets = new Map<string, number>();
  #end: number;

  /** Offsets count from the start of the file. */
  constructor(start: number) {
    this.#end = start;
  }

  add(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const bytes = utf8(`${text}\0`);
    const offset = this.#end;
    this.#parts.push(bytes);
    this.#offsets.set(text, offset);
    this.#end += bytes.length;
    return offset;
  }

  bytes(): Uint8Array {
    return concatBytes(this.#parts);
  }
}
