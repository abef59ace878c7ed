import { createHash } from "node:crypto";
import type { BytecodeCompiler } from "../interpreter/compiler.ts";
import type { BytecodeSource, InstallScheme } from "../layers/recipe.ts";
import type { Digest } from "../oci/digest.ts";
import { type Module, modulesOf } from "./bytecode-modules.ts";
import { createFileSink, type FileSink } from "./file-sink.ts";
import { createListingWriter } from "./listing-writer.ts";
import { release } from "./release.ts";

/** The largest modules of real packages are tables of 2 MB; a compiler takes 500 times as much memory. */
const MAX_SOURCE = 4 * 2 ** 20;
/** A few hundred entries. */
const LISTING_BUFFER = 2 ** 16;

/** The bytecode of one wheel, Debian package or project, to be written by one thread. */
export interface PackJob {
  readonly source: BytecodeSource;
  readonly scheme: InstallScheme;
  /** As in ModulesRequest. */
  readonly paths: Readonly<Record<string, string>>;
  /** Of the interpreter. */
  readonly folder: string;
  /** Where all .pyc files go, one after the other, and where the listing of them; the caller adopts or removes them. */
  readonly packPath: string;
  readonly listingPath: string;
}

/** A pack: its listing has paths and sizes, in the order of the bytes. */
export interface BytecodePack {
  readonly pack: PackedBlob;
  readonly listing: PackedBlob;
}

interface PackedBlob {
  readonly digest: Digest;
  readonly size: number;
}

export interface Compiling {
  /** Starts another interpreter when the last one is lost. */
  readonly compiler: () => Promise<BytecodeCompiler>;
  /** Gives up an interpreter that a module has broken. */
  readonly lost: () => void;
  /** Told before each module: who hears nothing for long knows which one takes so long. */
  readonly at: (path: string) => void;
}

/** More than any package has: each costs the start of an interpreter. */
const MAX_LOST = 16;

/** Compiles what compiles. Both files are removed when it fails. */
export async function writePack(job: PackJob, compiling: Compiling): Promise<BytecodePack> {
  const pack = await createFileSink(job.packPath);
  const listing = await createFileSink(job.listingPath, LISTING_BUFFER);
  try {
    await writeModules(job, compiling, pack, listing);
    return { pack: await pack.finish(), listing: await listing.finish() };
  } catch (error) {
    await Promise.all([pack.discard(), listing.discard()]);
    throw error;
  }
}

async function writeModules(job: PackJob, compiling: Compiling, pack: FileSink, listing: FileSink): Promise<void> {
  const list = createListingWriter(listing);
  const owner = ownerOf(job.source);
  // Who works in a container edits the project's files, and must not wonder why nothing changes.
  const isChecked = job.source.of.type === "modules";
  const lost = { count: 0 };
  for await (const module of modulesOf({ ...job, spoolPath: `${job.packPath}.spool` })) {
    if (module.size > MAX_SOURCE || lost.count >= MAX_LOST) continue;
    const bytes = await compileModule(module, isChecked, compiling, lost);
    if (bytes === undefined) continue;
    pack.write(bytes);
    const size = bytes.length;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    list.add({ path: module.path, type: "file", mode: 0o644, size, sha256, ...owner });
    release(bytes);
  }
  list.finish();
}

function ownerOf({ of }: BytecodeSource): { readonly owner?: string } {
  switch (of.type) {
    case "wheel":
      return { owner: `${of.name}==${of.version}` };
    case "deb":
      return { owner: `${of.package}=${of.version}` };
    case "python":
      return { owner: `cpython=${of.version}` };
    case "modules":
      return {};
  }
}

/** A module that breaks the interpreter breaks it wherever it is compiled: like one that is none, it has no bytecode. */
async function compileModule(
  module: Module,
  isChecked: boolean,
  { compiler, lost: giveUp, at }: Compiling,
  lost: { count: number },
): Promise<Uint8Array | undefined> {
  const source = await module.read();
  const { compile } = await compiler();
  at(module.imported);
  try {
    const bytes = compile(source, module.imported, isChecked);
    release(source);
    return bytes;
  } catch {
    lost.count++;
    giveUp();
    return undefined;
  }
}
