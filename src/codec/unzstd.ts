import type { Transform } from "node:stream";
import { OciasmError } from "../errors.ts";
import { nativeDecompress } from "./zstd-native.ts";

/** Node 22.15 and later, as far as @types/node 20 is concerned. */
interface ZlibWithZstd {
  readonly constants: object;
  readonly createZstdDecompress?: () => Transform;
}

/** A stream that undoes zstd: Node's own, or the native module. Rejects with BASE_INVALID where there is neither. */
export async function createUnzstd(): Promise<Transform> {
  const zlib: ZlibWithZstd = await import("node:zlib");
  if (zlib.createZstdDecompress !== undefined) return zlib.createZstdDecompress();
  const native = await nativeDecompress();
  if (native !== undefined) return native;
  throw new OciasmError("BASE_INVALID", "parts of the base are packed with zstd, which this Node can't read", {
    hint: "run on Node 24, or install again with --allow-scripts=zstd-napi",
  });
}
