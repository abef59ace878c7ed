import { createHash } from "node:crypto";
import { encodeTarHeader, TAR_END, tarPadding } from "../archive/tar-header.ts";
import type { LayerCodec, LayerWriter, Splice } from "../codec/codec.ts";
import { type Digest, digestOfHex } from "../oci/digest.ts";
import { type ContentOptions, readContent } from "./content.ts";
import { createFileSink, type FileSink } from "./file-sink.ts";
import type { LayerEntry } from "./layer-entry.ts";
import type { LibraryTap, LibraryTaps } from "./library-taps.ts";
import { createListingWriter, listingEntry } from "./listing-writer.ts";

/** A few hundred entries. */
const LISTING_BUFFER = 2 ** 16;

export interface WriteLayerOptions {
  readonly codec: LayerCodec;
  readonly level: number;
  readonly blobPath: string;
  readonly listingPath: string;
  /** Told the bytes of the tar so far, after each piece. */
  readonly onProgress?: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Gets the bytes of shared libraries on the way. */
  readonly taps?: LibraryTaps;
}

export interface WrittenLayer {
  readonly blob: { readonly digest: Digest; readonly size: number };
  readonly diffId: Digest;
  readonly uncompressedSize: number;
  readonly listing: { readonly digest: Digest; readonly size: number };
}

/**
 * Writes entries, in their order, as a tar through the codec to `blobPath`, and what they are to `listingPath`: one pass,
 * whatever their size. Both files are removed when it fails.
 */
export async function writeLayer(entries: Iterable<LayerEntry>, options: WriteLayerOptions): Promise<WrittenLayer> {
  const blob = await createFileSink(options.blobPath);
  try {
    const listing = await createFileSink(options.listingPath, LISTING_BUFFER);
    try {
      return await writeTo(blob, listing, entries, options);
    } catch (error) {
      await listing.discard();
      throw error;
    }
  } catch (error) {
    await blob.discard();
    throw error;
  }
}

async function writeTo(
  blob: FileSink,
  listing: FileSink,
  entries: Iterable<LayerEntry>,
  options: WriteLayerOptions,
): Promise<WrittenLayer> {
  const tar = createTarOutput(await options.codec.open(blob, options.level), options.onProgress);
  const list = createListingWriter(listing);
  for (const entry of entries) {
    options.signal?.throwIfAborted();
    list.add(listingEntry(entry, await writeEntry(tar, entry, options)));
  }
  await tar.plain(TAR_END);
  const { diffId, size } = await tar.finish();
  list.finish();
  return { blob: await blob.finish(), diffId, uncompressedSize: size, listing: await listing.finish() };
}

/** Returns the sha256 of a file's content, in hex. */
async function writeEntry(
  tar: TarOutput,
  entry: LayerEntry,
  { signal, taps }: Pick<WriteLayerOptions, "signal" | "taps">,
): Promise<string | undefined> {
  await tar.plain(encodeTarHeader(entry.entry));
  if (entry.entry.type !== "file") return undefined;
  const splice =
    entry.content.from === "zip" && entry.content.entry.method === 8 ? tar.splice(entry.content.entry) : undefined;
  const onPlain = splice === undefined ? tar.plain : tar.counted;
  const tap = taps?.open(entry);
  const sha256 = await readContent(entry, {
    onRaw: splice?.raw,
    onPlain: tap === undefined ? onPlain : tapped(tap, onPlain),
    signal,
  });
  await tap?.end();
  splice?.end();
  const padding = tarPadding(entry.entry.size);
  if (padding > 0) await tar.plain(TAR_END.subarray(0, padding));
  return sha256;
}

function tapped(tap: LibraryTap, onPlain: ContentOptions["onPlain"]): ContentOptions["onPlain"] {
  return (chunk) => {
    const taken = tap.take(chunk);
    const written = onPlain(chunk);
    return taken === undefined ? written : Promise.all([taken, written]).then(() => {});
  };
}

/** A tar that is hashed as plain bytes while the codec gets them in whatever form it takes. */
interface TarOutput {
  readonly plain: (chunk: Uint8Array) => Promise<void> | undefined;
  /** Bytes that the codec gets by a splice. */
  readonly counted: (chunk: Uint8Array) => undefined;
  readonly splice: (file: {
    readonly crc32: number;
    readonly size: number;
    readonly compressedSize: number;
  }) => Splice | undefined;
  readonly finish: () => Promise<{ readonly diffId: Digest; readonly size: number }>;
}

function createTarOutput(writer: LayerWriter, onProgress: ((bytes: number) => void) | undefined): TarOutput {
  const hash = createHash("sha256");
  let size = 0;
  const counted = (chunk: Uint8Array): undefined => {
    hash.update(chunk);
    size += chunk.length;
    onProgress?.(size);
  };
  return {
    counted,
    plain: (chunk) => {
      counted(chunk);
      return writer.write(chunk);
    },
    splice: (file) => writer.splice(file),
    finish: async () => {
      await writer.finish();
      return { diffId: digestOfHex(hash.digest("hex")), size };
    },
  };
}
