/**
 * RFC 1952, 2.3: deflate, no flags, no time, no hint at the effort, unknown system. Nothing here tells the machine.
 */
export const MEMBER_HEADER: Uint8Array = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

/** CRC32 of the plain bytes and their number modulo 2^32. */
export function memberTrailer(crc32: number, size: number): Uint8Array {
  const trailer = new Uint8Array(8);
  const view = new DataView(trailer.buffer);
  view.setUint32(0, crc32, true);
  view.setUint32(4, size % 2 ** 32, true);
  return trailer;
}
