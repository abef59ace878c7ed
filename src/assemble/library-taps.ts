import { type LibraryNeeds, readLibraryNeeds } from "../debian/elf.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { bytesAt, LIBRARY } from "./wheel-libraries.ts";

/** What a shared library of a wheel needs, as its bytes told on their way into a layer. */
export interface SeenLibrary {
  /** File name of the wheel. */
  readonly wheel: string;
  /** In the wheel. */
  readonly path: string;
  /** Null for a file that has a library's name only. */
  readonly needs: LibraryNeeds | null;
}

/** Takes the plain bytes of one library. */
export interface LibraryTap {
  take(chunk: Uint8Array): void;
  /** Once all bytes have passed and were checked. */
  end(): Promise<void>;
}

/** Spares the check of libraries from inflating once more what a layer is made of. */
export interface LibraryTaps {
  /** Undefined for what is no library, or too large to be held. */
  open(entry: LayerEntry): LibraryTap | undefined;
  readonly seen: readonly SeenLibrary[];
}

/** Bytes. Each thread holds one library; few are larger. */
const MAX_HELD = 8 * 2 ** 20;

export function createLibraryTaps(): LibraryTaps {
  const seen: SeenLibrary[] = [];
  return {
    seen,
    open: ({ content, origin }) => {
      if (content.from !== "zip" || origin === undefined) return undefined;
      const { name: path, size } = content.entry;
      if (!LIBRARY.test(path) || size > MAX_HELD) return undefined;
      const bytes = new Uint8Array(size);
      let filled = 0;
      return {
        take: (chunk) => {
          bytes.set(chunk, filled);
          filled += chunk.length;
        },
        end: async () => {
          const needs = (await readLibraryNeeds(bytesAt(bytes))) ?? null;
          seen.push({ wheel: origin.name, path, needs });
        },
      };
    },
  };
}
