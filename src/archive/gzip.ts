/** Starts every member: deflate, no flags, no time, no name, no hint at the effort, unknown system (RFC 1952, 2.3). */
export const GZIP_HEADER: Uint8Array = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

/** Ends a member. `size` counts the plain bytes; the format keeps it modulo 2^32. */
export function gzipTrailer(crc32: number, size: number): Uint8Array {
  const trailer = new Uint8Array(8);
  const view = new DataView(trailer.buffer);
  view.setUint32(0, crc32, true);
  view.setUint32(4, size % 2 ** 32, true);
  return trailer;
}
