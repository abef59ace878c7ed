/** Reads `length` bytes at `offset`; shorter at the end of the file. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** What the dynamic loader and ldconfig want to know of a shared library. */
export interface SharedLibrary {
  /** DT_SONAME, where there is one. */
  readonly soname: string | undefined;
  /** e_machine. */
  readonly machine: number;
}

const ET_DYN = 3;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_STRTAB = 5;
const DT_SONAME = 14;
const HEADER = 64;
const SEGMENT = 56;
const MAX_SEGMENTS = 512;
const MAX_DYNAMIC = 1024 * 1024;
const MAX_SONAME = 4096;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/**
 * Reads a 64-bit little-endian ELF shared object (gABI, chapters 4 and 5) by its program headers; undefined for
 * anything else, damaged files included: ldconfig passes over them too.
 */
export async function readSharedLibrary(read: ReadAt): Promise<SharedLibrary | undefined> {
  const header = await read(0, HEADER);
  if (header.length < HEADER || !isElf64(header)) return undefined;
  const view = viewOf(header);
  if (view.getUint16(16, true) !== ET_DYN || view.getUint16(54, true) !== SEGMENT) return undefined;
  const segments = await readSegments(read, offsetAt(view, 32), view.getUint16(56, true));
  const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC);
  if (dynamic === undefined) return undefined;
  const table = await readDynamic(read, dynamic);
  return { soname: await readSoname(read, segments, table), machine: view.getUint16(18, true) };
}

function isElf64(header: Uint8Array): boolean {
  return [0x7f, 0x45, 0x4c, 0x46, 2, 1].every((byte, at) => header[at] === byte);
}

async function readSegments(read: ReadAt, offset: number, count: number): Promise<Segment[]> {
  if (count > MAX_SEGMENTS) return [];
  const view = viewOf(await read(offset, count * SEGMENT));
  const segments: Segment[] = [];
  for (let at = 0; at + SEGMENT <= view.byteLength; at += SEGMENT) {
    segments.push({
      type: view.getUint32(at, true),
      offset: offsetAt(view, at + 8),
      address: offsetAt(view, at + 16),
      size: offsetAt(view, at + 32),
    });
  }
  return segments;
}

async function readDynamic(read: ReadAt, { offset, size }: Segment): Promise<ReadonlyMap<number, number>> {
  const view = viewOf(await read(offset, Math.min(size, MAX_DYNAMIC)));
  const table = new Map<number, number>();
  for (let at = 0; at + 16 <= view.byteLength; at += 16) {
    const tag = offsetAt(view, at);
    if (tag === 0) break;
    if (tag === DT_STRTAB || tag === DT_SONAME) table.set(tag, offsetAt(view, at + 8));
  }
  return table;
}

async function readSoname(
  read: ReadAt,
  segments: readonly Segment[],
  table: ReadonlyMap<number, number>,
): Promise<string | undefined> {
  const strings = table.get(DT_STRTAB);
  const name = table.get(DT_SONAME);
  if (strings === undefined || name === undefined) return undefined;
  const load = segments.find(
    ({ type, address, size }) => type === PT_LOAD && strings >= address && strings < address + size,
  );
  if (load === undefined) return undefined;
  const bytes = await read(strings - load.address + load.offset + name, MAX_SONAME);
  const end = bytes.indexOf(0);
  return end <= 0 ? undefined : String.fromCharCode(...bytes.subarray(0, end));
}

/** Beyond 2^53 nothing can be read anyway: any such number fails as an offset past the end. */
function offsetAt(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
