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
  /** ZSTD_CCtx. Its methods throw what the library calls an error. */
  export interface CompressionContext {
    setParameter(parameter: number, value: number): void;
    /** Bytes that the library still holds back at least, that it wrote to `output`, and that it took of `input`. */
    compressStream2(
      output: Uint8Array,
      input: Uint8Array,
      directive: number,
    ): [left: number, written: number, taken: number];
  }

  const binding: {
    versionString(): string;
    /** Bytes of output that are enough for a block. */
    cStreamOutSize(): number;
    readonly CCtx: new () => CompressionContext;
    readonly CParameter: { readonly compressionLevel: number; readonly windowLog: number };
    readonly EndDirective: { readonly continue: number; readonly end: number };
  };
  // biome-ignore lint/style/noDefaultExport: what a CommonJS module is from here
  export default binding;
}
