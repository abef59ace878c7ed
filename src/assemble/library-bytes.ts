import { dynamicSegment, type LibraryNeeds, type ReadAt, readLibraryNeeds } from "../debian/elf.ts";

/** Bytes. Linkers put names and versions first, and the dynamic section wherever the program headers say. */
const HEAD = 4 * 2 ** 20;
/** Bytes. patchelf appends what it makes anew. */
const TAIL = 2 ** 20;
/** Bytes: program headers lie below. */
const HEADERS = 2 ** 16;
const MAX_DYNAMIC = 2 ** 20;

/** Those bytes of a shared library that tell what it needs, picked while it streams by. */
export interface LibraryBytes {
  /** The next bytes; those that matter are copied. */
  take(chunk: Uint8Array): Promise<void>;
  /** Null for what is no library; undefined where what matters lies in none of the places that were kept. */
  needs(): Promise<LibraryNeeds | null | undefined>;
}

interface Range {
  /** In the file. */
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Of a file of `size` bytes, of which the first `head` are kept. */
export function createLibraryBytes(size: number, head: number = HEAD): LibraryBytes {
  const ranges: Range[] = size <= head + TAIL ? [range(0, size)] : [range(0, head), range(size - TAIL, size)];
  let passed = 0;
  let isDynamicKnown = false;

  const read: ReadAt = async (offset, length) => {
    const end = Math.min(offset + length, passed);
    if (offset >= end) return new Uint8Array(0);
    const held = ranges.find(({ start, bytes }) => start <= offset && end <= start + bytes.length);
    if (held === undefined) throw new NotHeld();
    return held.bytes.subarray(offset - held.start, end - held.start);
  };

  return {
    take: async (chunk) => {
      for (const held of ranges) copyPart(held, chunk, passed);
      const before = passed;
      passed += chunk.length;
      if (isDynamicKnown || passed < Math.min(size, HEADERS)) return;
      isDynamicKnown = true;
      const dynamic = await dynamicSegment(read);
      if (dynamic === undefined || ranges.some((held) => covers(held, dynamic))) return;
      const added = range(dynamic.offset, Math.min(dynamic.offset + Math.min(dynamic.size, MAX_DYNAMIC), size));
      copyPart(added, chunk, before);
      // One that began in earlier chunks would have holes.
      if (dynamic.offset >= before) ranges.push(added);
    },
    needs: async () => {
      try {
        return (await readLibraryNeeds(read)) ?? null;
      } catch (error) {
        if (error instanceof NotHeld) return undefined;
        throw error;
      }
    },
  };
}

/** Never leaves this file. */
class NotHeld extends Error {}

function range(start: number, end: number): Range {
  return { start, bytes: new Uint8Array(Math.max(0, end - start)) };
}

function covers(
  { start, bytes }: Range,
  { offset, size }: { readonly offset: number; readonly size: number },
): boolean {
  return start <= offset && offset + size <= start + bytes.length;
}

function copyPart({ start, bytes }: Range, chunk: Uint8Array, at: number): void {
  const from = Math.max(start, at);
  const to = Math.min(start + bytes.length, at + chunk.length);
  if (from < to) bytes.set(chunk.subarray(from - at, to - at), from - start);
}
