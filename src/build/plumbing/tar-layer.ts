import { createHash } from "node:crypto";
import { copyFile, rm } from "node:fs/promises";
import { basename } from "node:path";
import { compareTarPaths } from "../../archive/tar-paths.ts";
import { readTar } from "../../archive/tar-read.ts";
import { createFileSink } from "../../assemble/file-sink.ts";
import { createListingWriter, listingEntry } from "../../assemble/listing-writer.ts";
import type { LayerWriter } from "../../codec/codec.ts";
import { codecNamed } from "../../codec/codecs.ts";
import { packingOf, unpackedFile } from "../../codec/unpacked.ts";
import { OciasmError } from "../../errors.ts";
import type { ListingEntry } from "../../layers/listing.ts";
import { type Digest, digestOfHex } from "../../oci/digest.ts";
import { sha256OfChunks } from "../../store/sha256.ts";
import type { BuildDeps } from "../deps.ts";
import { realPath } from "../extra-file.ts";
import { hashFile } from "../hash-file.ts";
import { codecOf } from "../prepare-step.ts";
import { type LayerMetadata, layerMetadata } from "./layer-metadata.ts";
import type { LayerParams } from "./layer-params.ts";

// What is larger than this and unpacks to more times its size is made to hurt.
const FREE_BYTES: number = 2 ** 30;
const MAX_RATIO = 300;
const MAX_ENTRIES = 1_000_000;

/**
 * The layer of a tar that another tool made, in the store. Its bytes stay as they are: packed with gzip or zstd it is the
 * blob already, plain it is packed as the parameters say. Throws ARCHIVE_INVALID for one that engines may read in
 * different ways or that leaves its root, and CONFIG_INVALID where the parameters name other content, too.
 */
export async function tarLayer(from: string, params: LayerParams, deps: BuildDeps): Promise<LayerMetadata> {
  const { wheels, files, texts, links, directories } = params;
  if ([wheels, files, texts, links, directories].some((one) => one !== undefined)) {
    throw new OciasmError("CONFIG_INVALID", "a layer that is a tar takes no other files", {
      hint: "make a layer of their own for them",
    });
  }
  const path = await realPath(from, from);
  const packing = await packingOf(path);
  const made = packing === "none" ? await pack(path, from, params, deps) : await keep(path, from, packing, deps);
  const listing = await saveListing(made.entries, deps);
  const { entries: _listed, ...known } = made;
  const record = { kind: "project" as const, title: params.title ?? basename(from), packages: [], listing, ...known };
  return layerMetadata(record, { wheels: [], newest: undefined });
}

interface MadeTar extends ReadTar {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/** Compresses a plain tar. */
async function pack(path: string, label: string, params: LayerParams, deps: BuildDeps): Promise<MadeTar> {
  const { name, level } = await codecOf(params.compression === undefined ? {} : { compression: params.compression });
  const codec = codecNamed(name);
  const file = await deps.store.temporary();
  const sink = await createFileSink(file);
  try {
    const writer = await codec.open(sink, level);
    const read = await readEntries(path, label, Number.POSITIVE_INFINITY, writer);
    await writer.finish();
    const blob = await sink.finish();
    await deps.store.adopt(file, blob);
    return { ...read, ...blob, mediaType: codec.mediaType };
  } finally {
    await sink.discard();
    await rm(file, { force: true });
  }
}

/** Takes a packed tar for the blob that it is. */
async function keep(path: string, label: string, packing: "gzip" | "zstd", deps: BuildDeps): Promise<MadeTar> {
  const file = await deps.store.temporary();
  try {
    await copyFile(path, file);
    const { sha256, size } = await hashFile(file);
    const read = await readEntries(file, label, Math.max(FREE_BYTES, size * MAX_RATIO));
    const blob = { digest: digestOfHex(sha256), size };
    await deps.store.adopt(file, blob);
    return { ...read, ...blob, mediaType: codecNamed(packing).mediaType };
  } finally {
    await rm(file, { force: true });
  }
}

interface ReadTar {
  readonly diffId: Digest;
  readonly uncompressedSize: number;
  /** By path; of two entries at one path the last is what an engine keeps. */
  readonly entries: ReadonlyMap<string, ListingEntry>;
}

/** Reads a tar to its end, once; the writer gets all of its bytes. */
async function readEntries(path: string, label: string, limit: number, writer?: LayerWriter): Promise<ReadTar> {
  const hash = createHash("sha256");
  let uncompressedSize = 0;
  async function* passed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of unpackedFile(path, limit, label)) {
      hash.update(chunk);
      uncompressedSize += chunk.length;
      await writer?.write(chunk);
      yield chunk;
    }
  }
  const entries = new Map<string, ListingEntry>();
  for await (const { entry, content } of readTar(passed(), { label, maxEntries: MAX_ENTRIES })) {
    if (entry.path === "") continue;
    const sha256 = entry.type === "file" ? await sha256OfChunks(content()) : undefined;
    entries.set(entry.path, listingEntry({ entry }, sha256));
  }
  return { diffId: digestOfHex(hash.digest("hex")), uncompressedSize, entries };
}

async function saveListing(entries: ReadTar["entries"], { store }: BuildDeps): Promise<Digest> {
  const file = await store.temporary();
  const sink = await createFileSink(file);
  try {
    const writer = createListingWriter(sink);
    for (const entry of [...entries.values()].sort((a, b) => compareTarPaths(a.path, b.path))) writer.add(entry);
    writer.finish();
    const blob = await sink.finish();
    await store.adopt(file, blob);
    return blob.digest;
  } finally {
    await sink.discard();
    await rm(file, { force: true });
  }
}
