import { isSuspicious } from "./zip-limits.ts";
import { refuseEntry } from "./zip-refusal.ts";

/** Bits 1 and 2 tell the deflate effort, 3 a data descriptor, 11 a UTF-8 name: APPNOTE 4.4.4. */
const KNOWN_FLAGS = 0x080e;
const ENCRYPTION_FLAGS = 0x2041;
export const DESCRIPTOR_FLAG = 0x8;

const METHOD_NAMES: Readonly<Record<number, string>> = {
  9: "deflate64",
  12: "bzip2",
  14: "lzma",
  93: "zstd",
  95: "xz",
};

export function checkFlags(name: string, flags: number): void {
  if ((flags & ENCRYPTION_FLAGS) !== 0) throw refuseEntry(name, "is encrypted");
  if ((flags & ~KNOWN_FLAGS) !== 0) throw refuseEntry(name, `has unknown flags 0x${flags.toString(16)}`);
}

export function checkMethod(name: string, method: number): 0 | 8 {
  if (method === 0 || method === 8) return method;
  const word = METHOD_NAMES[method] ?? "an unknown method";
  throw refuseEntry(name, `is compressed with ${word} (${method}): wheels may use deflate or none`);
}

/** `attributes` is the Unix mode with its file type; tools on other systems leave both or the type at 0. */
export function checkKind(name: string, attributes: number, isDirectory: boolean): void {
  const type = attributes & 0o170000;
  if (type === 0o120000) throw refuseEntry(name, "is a symbolic link");
  if (type === 0o040000 && !isDirectory)
    throw refuseEntry(name, "is a directory without a slash at the end of its name");
  if (type !== 0 && type !== 0o100000 && type !== 0o040000)
    throw refuseEntry(name, "is neither a file nor a directory");
}

interface Sizes {
  readonly name: string;
  readonly method: 0 | 8;
  readonly size: number;
  readonly compressedSize: number;
  readonly crc32: number;
  readonly isDirectory: boolean;
}

export function checkSizes(entry: Sizes): void {
  const { name, method, size, compressedSize, crc32, isDirectory } = entry;
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(compressedSize))
    throw refuseEntry(name, "has an absurd size");
  if (isDirectory && size > 0) throw refuseEntry(name, "is a directory with content");
  if (method === 0 && size !== compressedSize) {
    throw refuseEntry(name, `is stored, but its sizes differ: ${compressedSize} and ${size} bytes`);
  }
  if (method === 8 && compressedSize === 0) throw refuseEntry(name, `promises ${size} bytes and has none`);
  if (size === 0 && crc32 !== 0) throw refuseEntry(name, "is empty, but its CRC is not that of nothing");
  if (isSuspicious(entry)) throw refuseEntry(name, `unpacks ${compressedSize} bytes to ${size}: it looks like a bomb`);
}
