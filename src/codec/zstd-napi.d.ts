// What we use of zstd-napi. Its own types are missing where it is not installed: npm leaves an optional dependency out
// that can't be built, and the sources must compile all the same.

declare module "zstd-napi" {
  import type { Transform, TransformOptions } from "node:stream";

  export const CompressStream: new (parameters?: {
    readonly compressionLevel?: number;
    readonly windowLog?: number;
  }) => Transform;
  export const DecompressStream: new (parameters?: TransformOptions) => Transform;
  export function compress(data: Uint8Array): Buffer;
}

declare module "zstd-napi/binding.js" {
  const binding: { versionString(): string };
  // biome-ignore lint/style/noDefaultExport: what a CommonJS module is from here
  export default binding;
}
