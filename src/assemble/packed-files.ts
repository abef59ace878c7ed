import type { ZipEntry } from "../archive/zip-entry.ts";
import type { PlannedFile } from "../install/plan.ts";
import type { LayerEntry } from "./layer-entry.ts";
import type { SourceFile } from "./source-files.ts";

/** A file of a wheel that becomes a LayerEntry when `unpackFile` is asked for it: a layer may have a hundred thousand. */
export interface PackedFile {
  readonly path: string;
  readonly wheel: PackedWheel;
  readonly at: number;
}

/** Files that lie in one wheel, in a third of the memory that a LayerEntry of each would take. */
export interface PackedWheel {
  add(file: Pick<PlannedFile, "path" | "mode" | "expectedSha256">, entry: ZipEntry): PackedFile;
  open(file: PackedFile): LayerEntry;
}

/** What all files of a wheel have in common. */
export interface WheelFrame extends Required<Pick<LayerEntry, "owner" | "origin">> {
  readonly file: SourceFile;
  readonly mtime: number;
}

export function unpackFile(file: LayerEntry | PackedFile): LayerEntry {
  return "wheel" in file ? file.wheel.open(file) : file;
}

export function pathOfFile(file: LayerEntry | PackedFile): string {
  return "wheel" in file ? file.path : file.entry.path;
}

const SHA256_BYTES = 32;
/** Numbers of a file in the two tables of its wheel: those that may be large, and those of 16 bits. */
const LARGE = 4;
const SMALL = 5;

/** `count` is how many files there can be at most. */
export function packedWheel(count: number, { file, mtime, owner, origin }: WheelFrame): PackedWheel {
  const large = new Float64Array(count * LARGE);
  const small = new Uint16Array(count * SMALL);
  const hashes = Buffer.alloc(count * SHA256_BYTES);
  /** Of files whose path does not end in their name. */
  const names = new Map<number, string>();
  let filled = 0;

  const zipEntryOf = ({ path, at }: PackedFile): ZipEntry => ({
    name: names.get(at) ?? path.slice(path.length - (small[at * SMALL] ?? 0)),
    method: small[at * SMALL + 1] === 0 ? 0 : 8,
    compressedSize: large[at * LARGE] ?? 0,
    size: large[at * LARGE + 1] ?? 0,
    crc32: large[at * LARGE + 2] ?? 0,
    dataOffset: large[at * LARGE + 3] ?? 0,
    mode: small[at * SMALL + 2] ?? 0,
    isDirectory: false,
  });

  const wheel: PackedWheel = {
    add: ({ path, mode, expectedSha256 }, { name, method, compressedSize, size, crc32, dataOffset, mode: zipMode }) => {
      const at = filled++;
      const isHashed = expectedSha256 === undefined ? 0 : 1;
      small.set([name.length, method, zipMode, mode, isHashed], at * SMALL);
      large.set([compressedSize, size, crc32, dataOffset], at * LARGE);
      if (expectedSha256 !== undefined) hashes.write(expectedSha256, at * SHA256_BYTES, "hex");
      if (!path.endsWith(name)) names.set(at, name);
      return { path, wheel, at };
    },
    open: (packed) => {
      const { path, at } = packed;
      const zip = zipEntryOf(packed);
      const mode = small[at * SMALL + 3] ?? 0;
      const entry = { path, type: "file", mode, uid: 0, gid: 0, size: zip.size, mtime } as const;
      const content = { from: "zip", file, entry: zip } as const;
      if (small[at * SMALL + 4] === 0) return { entry, content, owner, origin };
      const expectedSha256 = hashes.toString("hex", at * SHA256_BYTES, (at + 1) * SHA256_BYTES);
      return { entry, content, owner, origin, expectedSha256 };
    },
  };
  return wheel;
}
