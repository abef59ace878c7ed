import type { TarEntry } from "../archive/tar-entry.ts";
import { readTar, type TarMember } from "../archive/tar-read.ts";
import { unpackedFile } from "../codec/unpacked.ts";
import { type LibraryNeeds, readLibraryNeeds } from "../debian/elf.ts";
import { OciasmError } from "../errors.ts";
import { STANDALONE_LIMITS, standalonePath } from "../install/standalone-files.ts";
import type { TargetLibc } from "../python/target.ts";
import { probeFor } from "./probes.ts";

/** What the files of a standalone Python tell; nothing of it is run. */
export interface StandaloneFacts {
  /** With the patch level. */
  readonly version: string;
  /** Below the prefix: "bin/python3.12". */
  readonly executable: string;
  readonly freeThreaded: boolean;
  readonly libc: TargetLibc["family"];
  /** ELF's e_machine. */
  readonly machine: number;
  /** The program loads libpython instead of holding it. */
  readonly isShared: boolean;
  /** Program and libraries, by their paths below the prefix, sorted. */
  readonly libraries: readonly (LibraryNeeds & { readonly path: string })[];
}

const MAX_PROGRAM = 256 * 2 ** 20;

const WAY_OUT = "take an archive whose name ends in install_only.tar.gz or install_only_stripped.tar.gz";

/** Reads the archive at `path`, which errors call `label`. Throws BASE_INVALID for another layout, with the way out. */
export async function readStandalone(path: string, label: string): Promise<StandaloneFacts> {
  const found: Found = { series: new Map(), libraries: [], versions: new Map() };
  const plain = unpackedFile(path, STANDALONE_LIMITS.maxTotalSize, label);
  for await (const member of readTar(plain, { label, ...STANDALONE_LIMITS })) {
    const place = standalonePath(member.entry.path);
    if (place === undefined) throw otherLayout(label, `it has ${member.entry.path}, outside a folder python`);
    if (/^(?:PYTHON\.json|install\/|build\/)/.test(place)) throw otherLayout(label, "it is a full one, with its build");
    if (/^(?:python\.exe|DLLs\/)/i.test(place)) throw otherLayout(label, "it is for Windows");
    await look(member, place, found);
  }
  return factsOf(found, label);
}

interface Series {
  readonly folder: string;
  readonly minor: string;
  readonly freeThreaded: boolean;
  readonly libc: TargetLibc["family"];
}

interface Found {
  /** By the name of the folder: "python3.12". */
  readonly series: Map<string, Series>;
  readonly libraries: (LibraryNeeds & { readonly path: string })[];
  /** By the path of whatever told it. */
  readonly versions: Map<string, string>;
}

/** Every build of CPython for Linux has one, and it carries the ABI in its name. */
const SYSCONFIG = /^lib\/(python3\.(\d+)t?)\/_sysconfigdata_(t?)d?_linux_\w+-linux-(gnu|musl)\w*\.py$/;
const PROGRAM = /^bin\/python3\.\d+t?$/;
const LIBRARY = /^lib\/.*\.so(?:\.[\w.]+)?$/;

async function look(member: TarMember, place: string, found: Found): Promise<void> {
  const { entry } = member;
  const [, folder, minor = "", threading, family] = SYSCONFIG.exec(place) ?? [];
  if (folder !== undefined) {
    const libc = family === "musl" ? "musl" : "glibc";
    found.series.set(folder, { folder, minor, freeThreaded: threading === "t", libc });
  }
  const isBinary = entry.type === "file" && (PROGRAM.test(place) || LIBRARY.test(place));
  const probe = probeFor(entry);
  if (isBinary && entry.size <= MAX_PROGRAM) {
    const bytes = await contentOf(member, entry);
    const needs = await readLibraryNeeds(async (offset, length) => bytes.subarray(offset, offset + length));
    if (needs !== undefined) found.libraries.push({ path: place, ...needs });
    note(found, place, await probe?.read(one(bytes)));
  } else note(found, place, await probe?.read(member.content()));
}

function note({ versions }: Found, place: string, version: string | undefined): void {
  if (version !== undefined) versions.set(place, version);
}

async function contentOf(member: TarMember, { size }: TarEntry): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const chunk of member.content()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function factsOf({ series, libraries, versions }: Found, label: string): StandaloneFacts {
  const [only, another] = [...series.values()];
  if (only === undefined) throw otherLayout(label, "it has no CPython for Linux in python/lib/python3.X");
  if (another !== undefined) throw otherLayout(label, `it has ${only.folder} and ${another.folder}`);
  const { folder, minor, freeThreaded, libc } = only;
  const executable = `bin/${folder}`;
  const program = libraries.find(({ path }) => path === executable);
  if (program === undefined) throw otherLayout(label, `python/${executable} is no program for Linux`);
  const places = [`include/${folder}/patchlevel.h`, executable, `lib/lib${folder}.so.1.0`];
  const version = places.map((place) => versions.get(place)).find((told) => told?.startsWith(`3.${minor}.`) === true);
  if (version === undefined) throw otherLayout(label, "nothing in it tells the version of its Python");
  return {
    version,
    executable,
    freeThreaded,
    libc,
    machine: program.machine,
    isShared: program.needed.some((soname) => soname.startsWith("libpython")),
    libraries: libraries.sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

function otherLayout(label: string, what: string): OciasmError {
  return new OciasmError("BASE_INVALID", `${label} is no standalone Python that can be used: ${what}`, {
    hint: WAY_OUT,
  });
}
