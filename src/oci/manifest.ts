import { type Descriptor, readDescriptor } from "./descriptor.ts";
import {
  type Fields,
  invalid,
  optionalList,
  optionalMap,
  optionalString,
  parseFields,
  present,
  readString,
} from "./fields.ts";
import { isIndexType, isManifestType, isSchema1Type, OCI_INDEX, OCI_MANIFEST } from "./media-types.ts";

/** image-spec, manifest.md. `mediaType` is always set, also where the document leaves it out. */
export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** image-spec, image-index.md. */
export interface ImageIndex {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Registries promise 4 MiB at least; nothing real comes near twice that. */
export const MAX_DOCUMENT_BYTES: number = 8 * 1024 * 1024;

// Engines stop at 127 layers, containers/storage at 500.
const MAX_LAYERS = 1000;
const MAX_MANIFESTS = 10_000;

export function isIndex(document: ImageManifest | ImageIndex): document is ImageIndex {
  return "manifests" in document;
}

/**
 * Reads a manifest or an index, OCI's or Docker's schema 2. `mediaType` is what a descriptor or a Content-Type said;
 * a document that says otherwise, or that could be read as both kinds (CVE-2021-41190), throws ARCHIVE_INVALID,
 * as do schema 1 and whatever else is wrong.
 */
export function parseManifestDocument(bytes: Uint8Array, mediaType?: string): ImageManifest | ImageIndex {
  const fields = parseFields(bytes, "manifest", MAX_DOCUMENT_BYTES);
  const type = documentType(fields, mediaType);
  return isIndexType(type) ? readIndex(fields, type) : readManifest(fields, type);
}

/** As parseManifestDocument, and throws ARCHIVE_INVALID for an index. */
export function parseManifest(bytes: Uint8Array, mediaType?: string): ImageManifest {
  const document = parseManifestDocument(bytes, mediaType);
  if (isIndex(document)) throw invalid("manifest expected, index found");
  return document;
}

/** As parseManifestDocument, and throws ARCHIVE_INVALID for a manifest. */
export function parseIndex(bytes: Uint8Array, mediaType?: string): ImageIndex {
  const document = parseManifestDocument(bytes, mediaType);
  if (!isIndex(document)) throw invalid("index expected, manifest found");
  return document;
}

function documentType(fields: Fields, told: string | undefined): string {
  const own = optionalString(fields, "mediaType");
  if (fields.get("schemaVersion") === 1 || isSchema1Type(own ?? told ?? "")) {
    throw invalid("manifest has Docker's schema 1, which names no verifiable layers: push the image anew");
  }
  if (fields.get("schemaVersion") !== 2) throw invalid("manifest.schemaVersion is not 2");
  const looksLike = shape(fields);
  // Content-Types such as application/json say nothing; the ones that mean something must agree.
  const expected = told !== undefined && (isIndexType(told) || isManifestType(told)) ? told : undefined;
  if (own !== undefined && expected !== undefined && own !== expected) {
    throw invalid(`manifest calls itself ${quote(own)} but was announced as ${quote(expected)}`);
  }
  const type = own ?? expected ?? (looksLike === "index" ? OCI_INDEX : OCI_MANIFEST);
  if (!isIndexType(type) && !isManifestType(type)) throw invalid(`manifest has the unknown media type ${quote(type)}`);
  if (isIndexType(type) !== (looksLike === "index"))
    throw invalid(`manifest of type ${quote(type)} has the members of another`);
  return type;
}

function shape(fields: Fields): "index" | "manifest" {
  const keys = fields.keys();
  const index = keys.includes("manifests");
  const manifest = keys.includes("layers") || keys.includes("config") || keys.includes("fsLayers");
  if (index && manifest) throw invalid("manifest is ambiguous: it has the members of an image and of an index");
  if (!index && !manifest) throw invalid("manifest has neither layers nor manifests");
  return index ? "index" : "manifest";
}

function readManifest(fields: Fields, mediaType: string): ImageManifest {
  const layers = optionalList(fields, "layers", MAX_LAYERS, readDescriptor);
  if (layers === undefined) throw invalid("manifest.layers is missing");
  return present<ImageManifest>({
    schemaVersion: 2,
    mediaType,
    artifactType: optionalString(fields, "artifactType"),
    config: readDescriptor(fields.get("config"), "manifest.config"),
    layers,
    ...common(fields),
  });
}

function readIndex(fields: Fields, mediaType: string): ImageIndex {
  const manifests = optionalList(fields, "manifests", MAX_MANIFESTS, readDescriptor);
  if (manifests === undefined) throw invalid("manifest.manifests is missing");
  return present<ImageIndex>({
    schemaVersion: 2,
    mediaType,
    artifactType: optionalString(fields, "artifactType"),
    manifests,
    ...common(fields),
  });
}

function common(fields: Fields) {
  const subject = fields.get("subject");
  return {
    subject: subject === undefined ? undefined : readDescriptor(subject, "manifest.subject"),
    annotations: optionalMap(fields, "annotations", readString),
  };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 120));
}
