import type { Digest } from "./digest.ts";
import type { Platform } from "./platform.ts";

/** image-spec, descriptor.md: what a blob is, which one, and how many bytes. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
  readonly artifactType?: string;
  readonly urls?: readonly string[];
  readonly data?: string;
}
