import type { ByteSink } from "./codec.ts";

/** Another version writes other bytes: https://github.com/facebook/zstd/issues/2949 */
export const LIBRARY_VERSION = "1.5.7";

/** At most 8 MiB, which every decoder must be able to hold (RFC 8878, 3.1.1.1.2). */
export function windowLog(level: number): number {
  if (level <= 8) return 21;
  return level <= 16 ? 22 : 23;
}

/** One frame that is being compressed into a sink. Calls must be awaited one by one. */
export interface ZstdFrame {
  /** Takes plain bytes, which are the caller's again when it is done; undefined when it is done with them at once. */
  write(block: Uint8Array): Promise<void> | undefined;
  end(): Promise<void> | undefined;
}

/** Begins a frame of one level, without threads of its own. */
export type ZstdBackend = (sink: ByteSink, level: number) => ZstdFrame;
