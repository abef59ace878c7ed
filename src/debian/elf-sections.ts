/** What `strip` would take out of an ELF file, in bytes. */
export interface StrippableBytes {
  /** .symtab and its strings. */
  readonly symbols: number;
  /** .debug_* and .zdebug_*. */
  readonly debug: number;
}

/** Where the section headers of an ELF file lie, and how they are written. */
export interface SectionTable {
  readonly offset: number;
  readonly length: number;
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  readonly entrySize: number;
  readonly count: number;
  /** Index of the section that holds the names. */
  readonly names: number;
}

/** Bytes of the header that `readSectionTable` wants. */
export const ELF_HEADER_BYTES = 64;

const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
// Kernels and browsers with a section for each function stay below; more says nothing that is worth its memory.
const MAX_SECTIONS = 16_384;

/** Reads the header of an ELF file (gABI, chapter 4); undefined for anything else, damaged files included. */
export function readSectionTable(header: Uint8Array): SectionTable | undefined {
  if (![0x7f, 0x45, 0x4c, 0x46].every((byte, at) => header[at] === byte)) return undefined;
  const bits = header[4] === 2 ? 64 : header[4] === 1 ? 32 : undefined;
  if (bits === undefined || header.length < (bits === 64 ? 64 : 52)) return undefined;
  const littleEndian = header[5] === 1;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const offset = bits === 64 ? Number(view.getBigUint64(40, littleEndian)) : view.getUint32(32, littleEndian);
  const at = bits === 64 ? 58 : 46;
  const entrySize = view.getUint16(at, littleEndian);
  const count = view.getUint16(at + 2, littleEndian);
  const names = view.getUint16(at + 4, littleEndian);
  const least = bits === 64 ? 64 : 40;
  if (entrySize < least || entrySize > 1024 || count === 0 || count > MAX_SECTIONS) return undefined;
  if (!Number.isSafeInteger(offset) || offset <= 0) return undefined;
  return { offset, length: entrySize * count, bits, littleEndian, entrySize, count, names };
}

/**
 * Adds up the sections that a running program never needs. `table` are the bytes of the section headers, `before` those
 * of the file that lie straight before them, where linkers put the names; where they are elsewhere, only .symtab is seen.
 */
export function strippableBytes(where: SectionTable, table: Uint8Array, before: Uint8Array): StrippableBytes {
  const sections = readSections(where, table);
  const nameOf = namesIn(sections[where.names], where.offset, before);
  let [symbols, debug] = [0, 0];
  for (const section of sections) {
    if (section.type === SHT_NOBITS) continue;
    if (section.type === SHT_SYMTAB) symbols += section.size + (sections[section.link]?.size ?? 0);
    if (/^\.z?debug_/.test(nameOf(section.name))) debug += section.size;
  }
  return { symbols, debug };
}

interface Section {
  /** Offset of its name among the names. */
  readonly name: number;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

function readSections({ bits, littleEndian, entrySize, count }: SectionTable, table: Uint8Array): readonly Section[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const sections: Section[] = [];
  const word = (at: number): number => view.getUint32(at, littleEndian);
  const long = (at: number): number => Number(view.getBigUint64(at, littleEndian));
  for (let at = 0; sections.length < count && at + entrySize <= view.byteLength; at += entrySize) {
    const head = { name: word(at), type: word(at + 4) };
    sections.push(
      bits === 64
        ? { ...head, offset: long(at + 24), size: long(at + 32), link: word(at + 40) }
        : { ...head, offset: word(at + 16), size: word(at + 20), link: word(at + 24) },
    );
  }
  return sections;
}

function namesIn(section: Section | undefined, tableAt: number, before: Uint8Array): (name: number) => string {
  const start = section === undefined ? -1 : section.offset - (tableAt - before.length);
  if (section === undefined || start < 0 || start + section.size > before.length) return () => "";
  const names = before.subarray(start, start + section.size);
  return (name) => {
    const end = names.indexOf(0, name);
    return end < 0 ? "" : String.fromCharCode(...names.subarray(name, Math.min(end, name + 64)));
  };
}
