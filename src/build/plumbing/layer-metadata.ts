import { layerAnnotations, readLayerAnnotations } from "../../image/annotations.ts";
import type { LayerKind, LayerRecord } from "../../layers/recipe.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import {
  type Fields,
  invalid,
  optionalCount,
  optionalList,
  optionalMap,
  optionalString,
  parseFields,
  readString,
  stringField,
} from "../../oci/fields.ts";

/** What `ociasm layer` tells of a layer: a descriptor as it stands in a manifest, and what a config and `assemble` need besides. */
export interface LayerMetadata {
  readonly schema: 1;
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes of the blob. */
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly diffId: Digest;
  /** Bytes of the tar. */
  readonly uncompressedSize: number;
  readonly kind: LayerKind;
  readonly title: string;
  readonly packages: readonly string[];
  /** Digest of the listing. */
  readonly listing: Digest;
  /** sha256 of each wheel, in hex, sorted. */
  readonly wheels: readonly string[];
  /** Date of the newest wheel, RFC 3339. */
  readonly newest?: string;
}

const KINDS: readonly LayerKind[] = ["package", "bucket", "project"];
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_PACKAGES = 10_000;

export function layerMetadata(
  record: LayerRecord,
  { wheels, newest }: Pick<ToldLayer, "wheels" | "newest">,
): LayerMetadata {
  const { mediaType, digest, size, diffId, uncompressedSize = 0, kind, title, packages, listing } = record;
  if (listing === undefined) throw new Error(`layer ${title} has no listing`);
  const annotations = layerAnnotations(record) ?? {};
  const known = { schema: 1 as const, mediaType, digest, size, annotations, diffId, uncompressedSize };
  return { ...known, kind, title, packages, listing, wheels, ...(newest === undefined ? {} : { newest }) };
}

/** A layer that `ociasm layer` made, and what it was made of. */
export interface ToldLayer {
  readonly record: LayerRecord & Required<Pick<LayerRecord, "listing">>;
  readonly wheels: readonly string[];
  readonly newest: string | undefined;
}

/** Reads what `layerMetadata` gave; `file` names it in messages. Throws ARCHIVE_INVALID. */
export function readLayerMetadata(bytes: Uint8Array, file: string): ToldLayer {
  const fields = parseFields(bytes, file, MOST_BYTES);
  if (fields.get("schema") !== 1) throw invalid(`${file} is no metadata of a layer, or of another version`);
  const kind = KINDS.find((one) => one === fields.get("kind"));
  // A tar of another tool has none.
  const told = readLayerAnnotations(optionalMap(fields, "annotations", readString) ?? {});
  const size = optionalCount(fields, "size");
  const uncompressedSize = optionalCount(fields, "uncompressedSize");
  if (kind === undefined || size === undefined || uncompressedSize === undefined) {
    throw invalid(`${file} lacks what an image has to know of a layer`);
  }
  return {
    record: {
      ...told,
      kind,
      title: stringField(fields, "title"),
      packages: optionalList(fields, "packages", MOST_PACKAGES, readString) ?? [],
      mediaType: stringField(fields, "mediaType"),
      digest: digestField(fields, "digest"),
      size,
      diffId: digestField(fields, "diffId"),
      uncompressedSize,
      listing: digestField(fields, "listing"),
    },
    wheels: optionalList(fields, "wheels", MOST_PACKAGES, readString) ?? [],
    newest: optionalString(fields, "newest"),
  };
}

function digestField(fields: Fields, key: string): Digest {
  const text = stringField(fields, key);
  if (isDigest(text)) return text;
  throw invalid(`${fields.where}.${key} is no digest`);
}
