import type { TarEntry } from "../../src/archive/tar-entry.ts";
import { encodeTarHeader, TAR_END, tarPadding } from "../../src/archive/tar-header.ts";

export interface TarPart extends Partial<Omit<TarEntry, "size">> {
  readonly path: string;
  readonly content?: string | Uint8Array;
}

/** A sound tar with sensible defaults: type from the path, modes 0755 and 0644, owner 0:0, one time. */
export function buildTar(parts: readonly TarPart[]): Buffer {
  const blocks = parts.flatMap((part) => {
    const content = Buffer.from(part.content ?? "");
    return [encodeTarHeader(tarEntry(part)), content, Buffer.alloc(tarPadding(content.length))];
  });
  return Buffer.concat([...blocks, TAR_END]);
}

export function tarEntry({ content = "", ...given }: TarPart): TarEntry {
  const isDirectory = given.type === "directory" || given.path.endsWith("/");
  const path = given.path.replace(/\/$/, "");
  const defaults = {
    type: isDirectory ? "directory" : "file",
    mode: isDirectory ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    mtime: 315532800,
  } as const;
  return { ...defaults, ...given, path, size: Buffer.from(content).length };
}

/** One header block with any fields and a right checksum, for archives that no writer of ours would make. */
export function rawTarBlock(fields: {
  readonly name?: string | Uint8Array;
  readonly typeFlag?: string;
  readonly size?: number | string;
  readonly linkName?: string;
  readonly magic?: string;
  readonly prefix?: string;
  readonly change?: (block: Buffer) => void;
}): Buffer {
  const block = Buffer.alloc(512);
  const name = Buffer.from(fields.name ?? "file");
  name.copy(block, 0, 0, 100);
  block.write(`0000644\0${"0000000\0".repeat(2)}`, 100, "latin1");
  const size = typeof fields.size === "string" ? fields.size : (fields.size ?? 0).toString(8).padStart(11, "0");
  block.write(size, 124, 12, "latin1");
  block.write("00000000000", 136, "latin1");
  block.write(fields.typeFlag ?? "0", 156, 1, "latin1");
  block.write(fields.linkName ?? "", 157, 100);
  block.write(fields.magic ?? "ustar\x0000", 257, 8, "latin1");
  block.write(fields.prefix ?? "", 345, 155);
  fields.change?.(block);
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** A header of type `typeFlag` with content, padded: pax "x" and "g", GNU "L" and "K". */
export function tarExtension(typeFlag: string, content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([
    rawTarBlock({ name: "ext", typeFlag, size: bytes.length }),
    bytes,
    Buffer.alloc(tarPadding(bytes.length)),
  ]);
}

/** Records with true lengths. */
export function paxText(records: Readonly<Record<string, string>>): string {
  return Object.entries(records)
    .map(([keyword, value]) => {
      const rest = ` ${keyword}=${value}\n`;
      let length = Buffer.byteLength(rest) + 1;
      while (`${length}`.length + Buffer.byteLength(rest) !== length)
        length = `${length}`.length + Buffer.byteLength(rest);
      return `${length}${rest}`;
    })
    .join("");
}
