import { lstat, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { OciasmError } from "../errors.ts";
import type { BaseProvider } from "./base.ts";
import { openImageBase } from "./image-base.ts";
import { parseImageSpec } from "./image-spec.ts";
import { type LayoutFiles, layoutSource } from "./layout-source.ts";

/** `oci:DIR[:TAG|@DIGEST]`: an OCI layout in a folder. */
export const ociLayoutProvider: BaseProvider = {
  name: "oci-layout",
  matches: (spec) => spec.startsWith("oci:"),
  open: async (spec, request, deps) => {
    const image = parseImageSpec(spec, "oci");
    return openImageBase(layoutSource(spec, image, folderFiles(image.path), deps.blobs), request, deps);
  },
};

/**
 * The files below a folder. Links are refused: a layout from elsewhere could point anywhere on this host. Build systems
 * lay out what they declared as links, though.
 */
export function folderFiles(folder: string, links: "refused" | "followed" = "refused"): LayoutFiles {
  const look = links === "refused" ? lstat : stat;
  const regularFile = (path: string): Promise<number> => sizeOf(folder, path, look);
  return {
    small: async (path, limit) => {
      const size = await regularFile(path);
      if (size > limit)
        throw new OciasmError("ARCHIVE_INVALID", `${folder}/${path} has ${size} bytes, the limit is ${limit}`);
      return readFile(join(folder, path));
    },
    place: async (path, size) => {
      const actual = await regularFile(path);
      if (actual !== size)
        throw new OciasmError("BLOB_CORRUPT", `${folder}/${path} has ${actual} bytes instead of ${size}`);
      return { path: join(folder, path), start: 0 };
    },
    close: async () => {},
  };
}

async function sizeOf(folder: string, path: string, look: typeof stat | typeof lstat): Promise<number> {
  const stats = await look(join(folder, path)).catch(() => undefined);
  if (stats?.isFile() === true) return stats.size;
  if (path === "oci-layout" || path === "index.json") {
    throw new OciasmError("IMAGE_NOT_FOUND", `${folder} is no OCI layout: it has no file ${path}`, {
      hint: "name a folder that `type=oci,tar=false` or `skopeo copy … oci:DIR` wrote",
    });
  }
  throw new OciasmError("BLOB_CORRUPT", `${folder}/${path} is ${stats === undefined ? "missing" : "no file"}`);
}
