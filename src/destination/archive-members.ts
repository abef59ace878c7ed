import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { encodeTarHeader, TAR_END, tarPadding } from "../archive/tar-header.ts";
import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestOfHex, hexOf } from "../oci/digest.ts";
import { canonicalJson } from "../oci/json.ts";
import type { Publication, WriteDeps } from "./destination.ts";
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
  if (image === undefined || others.length > 0) return undefined;
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

/** Writes the tar and gives the bytes of its layers. A layer that is not what its digest says rejects with BLOB_CORRUPT. */
export async function writeArchive(
  members: readonly ArchiveMember[],
  sink: (chunk: Uint8Array) => Promise<void>,
  deps: WriteDeps,
): Promise<number> {
  let bytes = 0;
  for (const member of members) {
    deps.signal.throwIfAborted();
    await sink(header(member));
    if (member.type === "bytes") await sink(member.bytes);
    if (member.type === "layer") bytes += await writeLayer(member.layer, sink, deps);
    const padding = tarPadding(sizeOf(member));
    if (padding > 0) await sink(new Uint8Array(padding));
  }
  await sink(TAR_END);
  return bytes;
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

async function writeLayer(
  layer: Descriptor,
  sink: (chunk: Uint8Array) => Promise<void>,
  deps: WriteDeps,
): Promise<number> {
  const event = { type: "transfer", id: layer.digest, what: "write", total: layer.size } as const;
  const path = await deps.layers.local(layer);
  const hash = createHash("sha256");
  let bytes = 0;
  deps.report({ ...event, state: "start", bytes });
  const stream = createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Uint8Array>;
  for await (const chunk of stream) {
    deps.signal.throwIfAborted();
    bytes += chunk.length;
    // More than its header says would be read as the next members.
    if (bytes > layer.size) break;
    hash.update(chunk);
    await sink(chunk);
    deps.report({ ...event, state: "progress", bytes });
  }
  if (bytes !== layer.size || digestOfHex(hash.digest("hex")) !== layer.digest) {
    throw new OciasmError("BLOB_CORRUPT", `layer ${layer.digest} on this host is not what its digest says`, {
      hint: "run the command again with --no-cache",
    });
  }
  deps.report({ ...event, state: "done", bytes });
  return bytes;
}
