import { encodeTarHeader, TAR_END, tarPadding } from "../archive/tar-header.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, hexOf } from "../oci/digest.ts";
import { canonicalJson } from "../oci/json.ts";
import { isConfigType } from "../oci/media-types.ts";
import type { Publication, WriteDeps } from "./destination.ts";
import { layerBytes } from "./layer-bytes.ts";
import { layoutIndexText, OCI_LAYOUT } from "./layout-index.ts";
import { documentsOf, fullNames, layersOf, namedEntries } from "./named-entries.ts";

/** A member of the archive: a folder, bytes at hand, or a layer. */
export type ArchiveMember =
  | { readonly path: string; readonly type: "directory" }
  | { readonly path: string; readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly path: string; readonly type: "layer"; readonly layer: Descriptor };

/** Constant, so that the archive's bytes depend on the image only. */
const MTIME = 315_532_800;

/**
 * `oci-layout`, `index.json`, `manifest.json` (of one platform only: it can't tell several apart), then the blobs, each
 * once, so that a reader of a stream knows the image before its layers come.
 */
export function archiveMembers(publication: Publication): readonly ArchiveMember[] {
  const text = (path: string, content: string): ArchiveMember => ({ path, type: "bytes", bytes: Buffer.from(content) });
  const docker = dockerManifest(publication);
  return [
    text("oci-layout", OCI_LAYOUT),
    text("index.json", layoutIndexText([], namedEntries(publication))),
    ...(docker === undefined ? [] : [text("manifest.json", docker)]),
    { path: "blobs", type: "directory" },
    { path: "blobs/sha256", type: "directory" },
    ...documentsOf(publication).map(
      ({ descriptor, bytes }): ArchiveMember => ({ path: blobPath(descriptor.digest), type: "bytes", bytes }),
    ),
    ...layersOf(publication.images).map(
      (layer): ArchiveMember => ({ path: blobPath(layer.digest), type: "layer", layer }),
    ),
  ];
}

/** What `docker save` writes beside the layout (moby, image/tarexport); its paths may point at blobs. */
function dockerManifest(publication: Publication): string | undefined {
  const [image, ...others] = publication.images;
  if (image === undefined || others.length > 0 || !isConfigType(image.config.descriptor.mediaType)) return undefined;
  return canonicalJson([
    {
      Config: blobPath(image.config.descriptor.digest),
      RepoTags: fullNames(publication).filter((name) => !name.includes("@")),
      Layers: image.layers.map((layer) => blobPath(layer.digest)),
    },
  ]);
}

function blobPath(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

/** The bytes of the tar. A layer that is not what its digest says throws BLOB_CORRUPT or HASH_MISMATCH. */
export async function* archiveBytes(
  members: readonly ArchiveMember[],
  deps: WriteDeps,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const member of members) {
    deps.signal.throwIfAborted();
    yield header(member);
    if (member.type === "bytes") yield member.bytes;
    if (member.type === "layer") yield* reportedLayer(member.layer, deps);
    const padding = tarPadding(sizeOf(member));
    if (padding > 0) yield new Uint8Array(padding);
  }
  yield TAR_END;
}

/** Bytes of the whole tar. */
export function archiveSize(members: readonly ArchiveMember[]): number {
  const sizes = members.map((member) => header(member).length + sizeOf(member) + tarPadding(sizeOf(member)));
  return sizes.reduce((sum, size) => sum + size, TAR_END.length);
}

/** Bytes of its layers. */
export function layersSize(members: readonly ArchiveMember[]): number {
  return members.reduce((sum, member) => sum + (member.type === "layer" ? member.layer.size : 0), 0);
}

function header(member: ArchiveMember): Uint8Array {
  const folder = member.type === "directory";
  return encodeTarHeader({
    path: member.path,
    type: folder ? "directory" : "file",
    mode: folder ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    size: sizeOf(member),
    mtime: MTIME,
  });
}

function sizeOf(member: ArchiveMember): number {
  if (member.type === "directory") return 0;
  return member.type === "bytes" ? member.bytes.length : member.layer.size;
}

async function* reportedLayer(layer: Descriptor, deps: WriteDeps): AsyncGenerator<Uint8Array, void, undefined> {
  const event = { type: "transfer", id: layer.digest, what: "write", total: layer.size } as const;
  let bytes = 0;
  deps.report({ ...event, state: "start", bytes });
  for await (const chunk of layerBytes(layer, deps)) {
    yield chunk;
    bytes += chunk.length;
    deps.report({ ...event, state: "progress", bytes });
  }
  deps.report({ ...event, state: "done", bytes });
}
