import type { LayerContents, LayerFile } from "../../src/analyze/contents.ts";
import type { TarEntryType } from "../../src/archive/tar-entry.ts";
import { digestOfHex } from "../../src/oci/digest.ts";

export type FilePart = Partial<LayerFile> & { readonly path: string };

/** A file of no size where nothing else is said; a folder where the path ends with a slash. */
export function layerFile({ path, ...more }: FilePart): LayerFile {
  const type: TarEntryType = path.endsWith("/") ? "directory" : "file";
  return { type, mode: 0o644, uid: 0, gid: 0, size: 0, ...more, path: path.replace(/\/$/, "") };
}

/** Layers of an image that is not ours, of blobs half as large as their files. */
export function layerContents(layers: readonly (readonly FilePart[])[]): readonly LayerContents[] {
  return layers.map((parts, at) => {
    const files = parts.map(layerFile);
    const digest = digestOfHex(`${at}`.padStart(64, "0"));
    const size = files.reduce((sum, file) => sum + file.size, 0) / 2;
    return {
      layer: {
        at,
        descriptor: { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest, size },
        diffId: digest,
        kind: "other",
        ours: false,
        title: "",
        packages: [],
        created: null,
        createdBy: "",
      },
      from: "blob",
      files,
    };
  });
}
