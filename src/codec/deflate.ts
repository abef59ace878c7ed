/** A whole buffer to a raw deflate stream (RFC 1951) whose bytes depend on the buffer and the level alone. */
export type Deflate = (bytes: Uint8Array, level: DeflateLevel) => Uint8Array;

export type DeflateLevel = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** Part of layer keys: package.json pins the same version exactly. */
export const DEFLATE_ENCODER = "fflate/0.8.3";

/** 2^(12 + 8) hash heads: given, because the default goes by the logarithm of the buffer's length. */
const MEMORY = 8;

/** Loads the encoder: pure JavaScript, since zlib's output differs between Node versions and processors. */
export async function loadDeflate(): Promise<Deflate> {
  const { deflateSync } = await import("fflate");
  return (bytes, level) => deflateSync(bytes, { level, mem: MEMORY });
}
