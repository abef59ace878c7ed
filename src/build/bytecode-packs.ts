import { rm } from "node:fs/promises";
import type { PackJob } from "../assemble/bytecode-pack.ts";
import type { PackPlace } from "../assemble/job.ts";
import { OciasmError } from "../errors.ts";
import { bytecodeKey } from "../layers/key.ts";
import type { BytecodeSource, InstallScheme } from "../layers/recipe.ts";
import { type Digest, digestOfHex } from "../oci/digest.ts";
import type { BlobStore, KeyIndex } from "../store/blob-store.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan } from "./image-plan.ts";

const BUCKET = "bytecode";

interface PackRecord {
  readonly pack: { readonly digest: Digest; readonly size: number };
  readonly listing: { readonly digest: Digest; readonly size: number };
}

/** Bytecode of a wheel or Debian package that was compiled before, for whatever layer. */
export async function findPack(
  source: BytecodeSource,
  scheme: InstallScheme,
  store: BlobStore & KeyIndex,
): Promise<PackPlace | undefined> {
  const record = await store.get<PackRecord>(BUCKET, bytecodeKey(source, scheme));
  if (record === undefined) return undefined;
  for (const { digest, size } of [record.pack, record.listing])
    if ((await store.has(digest)) !== size) return undefined;
  return placeOf(record, store);
}

function placeOf({ pack, listing }: PackRecord, store: BlobStore): PackPlace {
  return { pack: store.path(pack.digest), listing: store.path(listing.digest) };
}

/** Compiles the modules of a wheel or Debian package that lies in the store, or of the project; keeps what comes out in the store. */
export async function makePack(
  source: BytecodeSource,
  scheme: InstallScheme,
  { runtime, projectFiles }: Pick<ImagePlan, "runtime" | "projectFiles">,
  { store, compilers }: Pick<BuildDeps, "store" | "compilers">,
  signal: AbortSignal,
): Promise<PackPlace> {
  signal.throwIfAborted();
  if (runtime === undefined) throw new OciasmError("BUG", `no interpreter is at hand for ${source.of.filename}`);
  const [packPath, listingPath] = [await store.temporary(), await store.temporary()];
  const paths = pathsOf(source, projectFiles, store);
  try {
    const made = await compilers.run({ source, scheme, paths, folder: runtime.folder, packPath, listingPath }, signal);
    if (source.of.type === "wheel") await store.confirm([digestOfHex(source.of.sha256)]);
    await store.adopt(packPath, made.pack);
    await store.adopt(listingPath, made.listing);
    await store.set(BUCKET, bytecodeKey(source, scheme), made satisfies PackRecord);
    return placeOf(made, store);
  } finally {
    await Promise.all([rm(packPath, { force: true }), rm(listingPath, { force: true })]);
  }
}

function pathsOf({ of }: BytecodeSource, project: ImagePlan["projectFiles"], store: BlobStore): PackJob["paths"] {
  if (of.type !== "modules") return { [of.sha256]: store.path(digestOfHex(of.sha256)) };
  return Object.fromEntries(of.files.map(({ sha256 }) => [sha256, project.get(sha256) ?? ""]));
}
