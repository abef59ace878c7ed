import { LIBRARY, type LibraryNeeds } from "../debian/elf.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { createLibraryBytes } from "./library-bytes.ts";
import { MAX_LIBRARY, NOT_READ } from "./wheel-libraries.ts";

/** What a shared library of a wheel needs, as its bytes told on their way into a layer. */
export interface SeenLibrary {
  /** File name of the wheel. */
  readonly wheel: string;
  /** In the wheel. */
  readonly path: string;
  /** Null for a file that has a library's name only; undefined where its bytes have to be read again to tell. */
  readonly needs: LibraryNeeds | null | undefined;
}

/** Takes the plain bytes of one library. */
export interface LibraryTap {
  take(chunk: Uint8Array): Promise<void>;
  /** Once all bytes have passed and were checked. */
  end(): Promise<void>;
}

/** Spares the check of libraries from inflating once more what a layer is made of. */
export interface LibraryTaps {
  /** Undefined for what is no library, or one of those that are not looked into. */
  open(entry: LayerEntry): LibraryTap | undefined;
  /** All libraries that have passed. */
  readonly seen: readonly SeenLibrary[];
}

export function createLibraryTaps(): LibraryTaps {
  const seen: SeenLibrary[] = [];
  return {
    seen,
    open: ({ content, origin }) => {
      if (content.from !== "zip" || origin === undefined) return undefined;
      const { name: path, size } = content.entry;
      if (!LIBRARY.test(path)) return undefined;
      const see = (needs: SeenLibrary["needs"]): void => void seen.push({ wheel: origin.name, path, needs });
      if (size > MAX_LIBRARY) {
        see(NOT_READ);
        return undefined;
      }
      const library = createLibraryBytes(size);
      return { take: library.take, end: async () => see(await library.needs()) };
    },
  };
}
