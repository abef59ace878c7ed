import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { Random } from "../test/support/random.ts";
import { buildWheel } from "../test/support/wheel.ts";
import { encodeCentral, encodeEnd, encodeLocal, type ZipHeader } from "../test/support/zip-fields.ts";

export interface ManyFiles {
  readonly wheels: number;
  /** In each wheel. */
  readonly files: number;
  /** Bytes of a file. */
  readonly size: number;
  /** Stored wheels are as large as their files. */
  readonly method: "stored" | "deflated";
}

/** Writes wheels of text that differs from file to file, and gives their paths. */
export function manyFiles(folder: string, { wheels, files, size, method }: ManyFiles): readonly string[] {
  const random = new Random(7);
  return Array.from({ length: wheels }, (_, at) => {
    const name = `part${at}`;
    const content: Record<string, { readonly content: string; readonly method: number }> = {};
    for (let file = 0; file < files; file++) {
      const text = `VALUE = ${random.below(2 ** 31)}\n`;
      const path = `${name}/m${Math.floor(file / 1000)}/f${file}.py`;
      content[path] = {
        content: text.repeat(Math.ceil(size / text.length)).slice(0, size),
        method: method === "stored" ? 0 : 8,
      };
    }
    const wheel = buildWheel({ name, version: "1.0", files: content });
    const path = join(folder, wheel.filename);
    writeFileSync(path, wheel.bytes);
    return path;
  });
}

const HOLE = 2 ** 28;
/** Local headers lie on blocks of the file system, so that what is between them takes no room. */
const BLOCK = 2 ** 12;

/** Writes a wheel that holds `bytes` of zeros in files of at most 256 MiB, stored: a sparse file, which takes no disk. */
export function sparseWheel(folder: string, name: string, bytes: number): string {
  const sizes = Array.from({ length: Math.ceil(bytes / HOLE) }, (_, at) => Math.min(HOLE, bytes - at * HOLE));
  const files = sizes.map((size, at) => ({ path: `${name}/zeros${at}.bin`, size }));
  const info = `${name}-1.0.dist-info`;
  const record = files.map(({ path, size }) => `${path},sha256=${zeros(size).sha256},${size}\n`);
  const texts = [
    [`${info}/METADATA`, `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n\n`],
    [`${info}/WHEEL`, "Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n"],
  ] as const;
  const rows = texts.map(([path, text]) => `${path},sha256=${sha256(Buffer.from(text))},${text.length}\n`);
  const all = [...texts, [`${info}/RECORD`, [...record, ...rows, `${info}/RECORD,,\n`].join("")] as const];
  const path = join(folder, `${name}-1.0-py3-none-any.whl`);
  const file = openSync(path, "w");
  const directory: Buffer[] = [];
  let offset = 0;
  const put = (entry: string, content: Buffer | undefined, size: number, crc: number): void => {
    const header = headerOf(entry, size, crc);
    // Fills the extra field up to the block, for an archive may have no gaps.
    const gap = content === undefined ? BLOCK - ((offset + 30 + entry.length + 4) % BLOCK) : 0;
    const extra = content === undefined ? extraOf(gap) : Buffer.alloc(0);
    const local = encodeLocal({ ...header, extra });
    const central = { versionMadeBy: 0x0314, comment: Buffer.alloc(0), disk: 0, internalAttributes: 0 };
    directory.push(
      encodeCentral({ ...header, ...central, signature: 0x02014b50, externalAttributes: 0o100644 * 0x10000, offset }),
    );
    writeSync(file, local, 0, local.length, offset);
    offset += local.length;
    if (content !== undefined) writeSync(file, content, 0, content.length, offset);
    offset += size;
  };
  for (const { path: entry, size } of files) put(entry, undefined, size, zeros(size).crc);
  for (const [entry, text] of all) put(entry, Buffer.from(text), text.length, crc32(text));
  ftruncateSync(file, offset);
  const central = Buffer.concat(directory);
  const entries = directory.length;
  const end = {
    disk: 0,
    centralDisk: 0,
    entriesHere: entries,
    entries,
    centralSize: central.length,
    centralOffset: offset,
  };
  const tail = Buffer.concat([central, encodeEnd(end, Buffer.alloc(0))]);
  writeSync(file, tail, 0, tail.length, offset);
  closeSync(file);
  return path;
}

function headerOf(name: string, size: number, crc: number): ZipHeader {
  return {
    signature: 0x04034b50,
    versionNeeded: 20,
    flags: 0,
    method: 0,
    time: 0,
    date: 0x21,
    crc32: crc,
    compressedSize: size,
    size,
    name: Buffer.from(name),
    extra: Buffer.alloc(0),
  };
}

/** Padding as zipalign writes it: an extra field of a kind that readers pass over. */
function extraOf(length: number): Buffer {
  const extra = Buffer.alloc(length + 4);
  extra.writeUInt16LE(0xd935, 0);
  extra.writeUInt16LE(length, 2);
  return extra;
}

const known = new Map<number, { readonly crc: number; readonly sha256: string }>();

function zeros(size: number): { readonly crc: number; readonly sha256: string } {
  const found = known.get(size);
  if (found !== undefined) return found;
  const [block, hash] = [Buffer.alloc(2 ** 20), createHash("sha256")];
  let crc = 0;
  for (let left = size; left > 0; left -= block.length) {
    const part = block.subarray(0, Math.min(left, block.length));
    hash.update(part);
    crc = crc32(part, crc);
  }
  const made = { crc, sha256: hash.digest("base64url") };
  known.set(size, made);
  return made;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("base64url");
}
