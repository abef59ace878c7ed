/** Reads `length` bytes at `offset`; shorter at the end of the file. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** What the dynamic loader and ldconfig want to know of a shared library. */
export interface SharedLibrary {
  /** DT_SONAME, where there is one. */
  readonly soname: string | undefined;
  /** e_machine. */
  readonly machine: number;
}

/** What a shared library asks of the system that loads it. */
export interface LibraryNeeds extends SharedLibrary {
  /** DT_NEEDED, in the file's order. */
  readonly needed: readonly string[];
  /** The newest symbol version of glibc that it names: "2.28". */
  readonly glibc?: string;
  /** Folders where what it needs is looked for first: DT_RUNPATH, or DT_RPATH where there is none. As written. */
  readonly folders?: readonly string[];
}

/** File names of shared libraries. */
export const LIBRARY: RegExp = /\.so(?:\.[\w.]+)?$/;

const ET_EXEC = 2;
const ET_DYN = 3;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_STRSZ = 10;
const DT_SONAME = 14;
const DT_RPATH = 15;
const DT_RUNPATH = 29;
const DT_VERNEED = 0x6ffffffe;
const DT_VERNEEDNUM = 0x6fffffff;
const HEADER = 64;
const SEGMENT = 56;
const MAX_SEGMENTS = 512;
const MAX_DYNAMIC = 1024 * 1024;
const MAX_SONAME = 4096;
const MAX_STRINGS = 64 * 1024 * 1024;
const MAX_NEEDED = 1000;
const VERSION_ENTRY = 16;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

interface Dynamic {
  readonly machine: number;
  readonly segments: readonly Segment[];
  /** Values by tag, in the file's order. */
  readonly table: ReadonlyMap<number, readonly number[]>;
}

/**
 * Reads a 64-bit little-endian ELF shared object (gABI, chapters 4 and 5) by its program headers; undefined for
 * anything else, damaged files included: ldconfig passes over them too.
 */
export async function readSharedLibrary(read: ReadAt): Promise<SharedLibrary | undefined> {
  const dynamic = await openDynamic(read, [ET_DYN]);
  if (dynamic === undefined) return undefined;
  return { soname: await readSoname(read, dynamic), machine: dynamic.machine };
}

/**
 * The same with what it needs, of libraries and of programs: the table of strings is read as a whole. Of 32-bit and
 * big-endian files the machine alone.
 */
export async function readLibraryNeeds(read: ReadAt): Promise<LibraryNeeds | undefined> {
  const dynamic = await openDynamic(read, [ET_DYN, ET_EXEC]);
  if (dynamic === undefined) return readForeign(await read(0, HEADER));
  const { machine, table } = dynamic;
  const strings = await readStrings(read, dynamic);
  const needed = (table.get(DT_NEEDED) ?? []).flatMap((offset) => stringAt(strings, offset) ?? []);
  const glibc = newest(await readVersions(read, dynamic, strings));
  const soname = table.get(DT_SONAME)?.[0];
  const search = (table.get(DT_RUNPATH) ?? table.get(DT_RPATH))?.[0];
  const folders = search === undefined ? undefined : stringAt(strings, search)?.split(":");
  return {
    soname: soname === undefined ? undefined : stringAt(strings, soname),
    machine,
    needed,
    ...(glibc === undefined ? {} : { glibc }),
    ...(folders === undefined ? {} : { folders: folders.filter((folder) => folder !== "") }),
  };
}

/** A library for machines that are none of ours. */
function readForeign(header: Uint8Array): LibraryNeeds | undefined {
  if (header.length < HEADER || !isElf(header) || isElf64(header)) return undefined;
  const view = viewOf(header);
  const littleEndian = header[5] !== 2;
  if (view.getUint16(16, littleEndian) !== ET_DYN) return undefined;
  return { soname: undefined, machine: view.getUint16(18, littleEndian), needed: [] };
}

/** Where the file's program headers put its dynamic section; undefined for what is no library of 64 bits. */
export async function dynamicSegment(
  read: ReadAt,
): Promise<{ readonly offset: number; readonly size: number } | undefined> {
  return (await openProgram(read))?.dynamic;
}

async function openDynamic(read: ReadAt, types: readonly number[]): Promise<Dynamic | undefined> {
  const program = await openProgram(read);
  if (program?.dynamic === undefined || !types.includes(program.type)) return undefined;
  const { machine, segments, dynamic } = program;
  return { machine, segments, table: await readTable(read, dynamic) };
}

interface Program {
  /** e_type. */
  readonly type: number;
  readonly machine: number;
  readonly segments: readonly Segment[];
  readonly dynamic: Segment | undefined;
}

async function openProgram(read: ReadAt): Promise<Program | undefined> {
  const header = await read(0, HEADER);
  if (header.length < HEADER || !isElf64(header)) return undefined;
  const view = viewOf(header);
  if (view.getUint16(54, true) !== SEGMENT) return undefined;
  const segments = await readSegments(read, offsetAt(view, 32), view.getUint16(56, true));
  return {
    type: view.getUint16(16, true),
    machine: view.getUint16(18, true),
    segments,
    dynamic: segments.find((segment) => segment.type === PT_DYNAMIC),
  };
}

function isElf(header: Uint8Array): boolean {
  return [0x7f, 0x45, 0x4c, 0x46].every((byte, at) => header[at] === byte);
}

/** 64 bits, little-endian. */
function isElf64(header: Uint8Array): boolean {
  return isElf(header) && header[4] === 2 && header[5] === 1;
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

const TAGS: ReadonlySet<number> = new Set([
  DT_NEEDED,
  DT_STRTAB,
  DT_STRSZ,
  DT_SONAME,
  DT_RPATH,
  DT_RUNPATH,
  DT_VERNEED,
  DT_VERNEEDNUM,
]);

async function readTable(read: ReadAt, { offset, size }: Segment): Promise<Dynamic["table"]> {
  const view = viewOf(await read(offset, Math.min(size, MAX_DYNAMIC)));
  const table = new Map<number, number[]>();
  for (let at = 0; at + 16 <= view.byteLength; at += 16) {
    const tag = offsetAt(view, at);
    if (tag === 0) break;
    if (!TAGS.has(tag)) continue;
    const values = table.get(tag) ?? [];
    if (values.length < MAX_NEEDED) values.push(offsetAt(view, at + 8));
    table.set(tag, values);
  }
  return table;
}

async function readSoname(read: ReadAt, dynamic: Dynamic): Promise<string | undefined> {
  const name = dynamic.table.get(DT_SONAME)?.[0];
  const strings = fileOffset(dynamic, DT_STRTAB);
  if (strings === undefined || name === undefined) return undefined;
  return stringAt(await read(strings + name, MAX_SONAME), 0);
}

async function readStrings(read: ReadAt, dynamic: Dynamic): Promise<Uint8Array> {
  const offset = fileOffset(dynamic, DT_STRTAB);
  const size = dynamic.table.get(DT_STRSZ)?.[0] ?? 0;
  return offset === undefined || size > MAX_STRINGS ? new Uint8Array() : read(offset, size);
}

/** The names of all versions that the file needs of others: "GLIBC_2.28", "CXXABI_1.3". */
async function readVersions(read: ReadAt, dynamic: Dynamic, strings: Uint8Array): Promise<readonly string[]> {
  const offset = fileOffset(dynamic, DT_VERNEED);
  const count = dynamic.table.get(DT_VERNEEDNUM)?.[0] ?? 0;
  if (offset === undefined || count > MAX_NEEDED) return [];
  const view = viewOf(await read(offset, MAX_DYNAMIC));
  const names: string[] = [];
  for (let file = 0, left = count; left > 0 && file + VERSION_ENTRY <= view.byteLength; left--) {
    let at = file + view.getUint32(file + 8, true);
    for (let more = view.getUint16(file + 2, true); more > 0 && at + VERSION_ENTRY <= view.byteLength; more--) {
      const name = stringAt(strings, view.getUint32(at + 8, true));
      if (name !== undefined && names.length < MAX_NEEDED) names.push(name);
      at += view.getUint32(at + 12, true);
    }
    file += view.getUint32(file + 12, true);
  }
  return names;
}

function newest(versions: readonly string[]): string | undefined {
  const minors = versions.flatMap((name) => /^GLIBC_2\.(\d{1,3})(?:\.\d+)?$/.exec(name)?.[1] ?? []).map(Number);
  return minors.length === 0 ? undefined : `2.${Math.max(...minors)}`;
}

/** Where in the file the address lies that a tag has. */
function fileOffset({ segments, table }: Dynamic, tag: number): number | undefined {
  const value = table.get(tag)?.[0];
  if (value === undefined) return undefined;
  const load = segments.find(
    ({ type, address, size }) => type === PT_LOAD && value >= address && value < address + size,
  );
  return load === undefined ? undefined : value - load.address + load.offset;
}

function stringAt(bytes: Uint8Array, offset: number): string | undefined {
  const end = bytes.indexOf(0, offset);
  if (end <= offset || end - offset > MAX_SONAME) return undefined;
  return String.fromCharCode(...bytes.subarray(offset, end));
}

/** Beyond 2^53 nothing can be read anyway: any such number fails as an offset past the end. */
function offsetAt(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
