import type { ByteSource } from "./bytes.ts";

const MAX_WINDOW = 2 ** 20;
/** Up to here reading on is cheaper than another call. */
const MAX_GAP = 64 * 1024;

/**
 * Reads small ranges of rising offset with few calls: a read also takes in the ranges of `upcoming` (sorted by start)
 * that follow closely.
 */
export function windowReader(
  source: ByteSource,
  upcoming: Iterable<readonly [start: number, end: number]>,
): (offset: number, length: number) => Promise<Uint8Array> {
  const ranges = [...upcoming];
  let nextRange = 0;
  let start = 0;
  let bytes: Uint8Array = new Uint8Array(0);

  function windowEnd(offset: number, least: number): number {
    let end = least;
    for (; nextRange < ranges.length; nextRange++) {
      const [from, to] = ranges[nextRange] ?? [0, 0];
      if (from - end > MAX_GAP || to - offset > MAX_WINDOW) break;
      end = Math.max(end, to);
    }
    return end;
  }

  return async (offset, length) => {
    if (offset < start || offset + length > start + bytes.length) {
      const end = windowEnd(offset, offset + length);
      bytes = await source.read(offset, end - offset);
      start = offset;
    }
    return bytes.subarray(offset - start, offset - start + length);
  };
}
