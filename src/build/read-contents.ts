import type { LayerContents, LayerFile } from "../analyze/contents.ts";
import type { ImageLayer } from "../analyze/image-layers.ts";
import type { ImageSource } from "../base/image-source.ts";
import { readLayer } from "../base/read-layer.ts";
import { OciasmError } from "../errors.ts";
import type { Listing, ListingEntry } from "../layers/listing.ts";
import type { LayerRecord } from "../layers/recipe.ts";
import type { Digest } from "../oci/digest.ts";
import { layerCompression } from "../oci/media-types.ts";
import type { BuildDeps } from "./deps.ts";
import { lookAtFile } from "./look-at-file.ts";
import { secretByName } from "./secret-files.ts";

export interface ContentsRequest {
  readonly source: ImageSource;
  readonly remembered: ReadonlyMap<Digest, LayerRecord>;
  /** Reads the bytes of layers whose listing is known, too. */
  readonly everyByte: boolean;
  /** Reads what Python files import and packages require. */
  readonly imports: boolean;
}

// Images of 20 GB have a quarter of a million; more entries than this are made to fill the memory.
const MAX_FILES = 3_000_000;
const MAX_LISTING = 1024 ** 3;
// Characters of package lists and names of imports: a hundred times what images of 20 GB have.
const MAX_TEXT = 256 * 1024 ** 2;

/**
 * What lies in the layers: from the store's listing where the layer was made here, else from its bytes, which are read
 * once and not kept. Throws ARCHIVE_INVALID or HASH_MISMATCH for a layer that is not what the manifest says.
 */
export async function readContents(
  layers: readonly ImageLayer[],
  request: ContentsRequest,
  deps: Pick<BuildDeps, "store" | "signal" | "report">,
): Promise<readonly LayerContents[]> {
  const contents: LayerContents[] = [];
  const budget: Budget = { files: MAX_FILES, text: MAX_TEXT };
  for (const layer of layers) {
    deps.signal.throwIfAborted();
    const known = request.everyByte ? undefined : await listingOf(layer, request.remembered, deps);
    const files = known ?? (await readBlob(layer, request, deps, budget));
    contents.push({ layer, from: known === undefined ? "blob" : "listing", files });
  }
  return contents;
}

/** What an image may still take. */
interface Budget {
  files: number;
  text: number;
}

const IMPORT_COST = 32;

async function listingOf(
  { descriptor }: ImageLayer,
  remembered: ContentsRequest["remembered"],
  { store }: Pick<BuildDeps, "store">,
): Promise<readonly LayerFile[] | undefined> {
  const digest = remembered.get(descriptor.digest)?.listing;
  const size = digest === undefined ? undefined : await store.has(digest);
  if (digest === undefined || size === undefined || size > MAX_LISTING) return undefined;
  const blob = await store.open(digest);
  try {
    const { entries } = JSON.parse(Buffer.from(await blob.read(0, blob.size)).toString("utf8")) as Listing;
    return entries.map(listed);
  } finally {
    await blob.close();
  }
}

function listed({ uid = 0, gid = 0, size = 0, ...entry }: ListingEntry): LayerFile {
  const secret = entry.type === "file" && secretByName(entry.path) ? ({ secret: "name" } as const) : {};
  return { ...entry, uid, gid, size, ...secret };
}

async function readBlob(
  { descriptor, diffId }: ImageLayer,
  { source, imports }: ContentsRequest,
  { signal, report }: Pick<BuildDeps, "signal" | "report">,
  budget: Budget,
): Promise<readonly LayerFile[]> {
  const label = `layer ${descriptor.digest}`;
  if (layerCompression(descriptor.mediaType) === undefined) {
    throw new OciasmError("ARCHIVE_INVALID", `${label} of ${source.title} is of the type ${descriptor.mediaType}`, {
      hint: "only tar layers, plain or compressed by gzip or zstd, can be looked into",
    });
  }
  if (diffId === null) {
    throw new OciasmError("ARCHIVE_INVALID", `the config of ${source.title} does not name its layers`);
  }
  const files: LayerFile[] = [];
  await readLayer(descriptor, diffId, counted(await source.stream(descriptor), descriptor, report), async (member) => {
    signal.throwIfAborted();
    const file = await lookAtFile(member, imports);
    files.push(file);
    budget.files--;
    budget.text -= (file.text?.length ?? 0) + (file.imports?.length ?? 0) * IMPORT_COST;
    if (budget.files < 0 || budget.text < 0) {
      throw new OciasmError("ARCHIVE_INVALID", `${label} has more entries and lists of packages than any image needs`);
    }
  });
  return files;
}

/** Tells how much was read. */
async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  { digest, size }: ImageLayer["descriptor"],
  report: BuildDeps["report"],
): AsyncGenerator<Uint8Array, void, undefined> {
  const event = { type: "transfer", what: "base", id: `layer ${digest.slice(7, 19)}`, total: size } as const;
  let bytes = 0;
  report({ ...event, state: "start", bytes });
  for await (const chunk of chunks) {
    bytes += chunk.length;
    report({ ...event, state: "progress", bytes });
    yield chunk;
  }
  report({ ...event, state: "done", bytes });
}
