import { OciasmError, systemCode } from "../errors.ts";
import type { OpenBlob } from "../store/blob-store.ts";
import { openFileSource } from "../store/file-source.ts";
import { archiveFiles, readDirectory } from "./archive-files.ts";
import type { BaseDeps, BaseProvider } from "./base.ts";
import { dockerArchiveSource } from "./docker-archive.ts";
import { openImageBase } from "./image-base.ts";
import type { ImageSource } from "./image-source.ts";
import { type ImageSpec, parseImageSpec } from "./image-spec.ts";
import { layoutSource } from "./layout-source.ts";

/** `archive:FILE[:TAG]`: a tar with an OCI layout or what `docker save` wrote, read in place. */
export const archiveProvider: BaseProvider = {
  name: "archive",
  matches: (spec) => spec.startsWith("archive:"),
  open: async (spec, request, deps) => {
    const image = parseImageSpec(spec, "archive");
    return openImageBase(await archiveSource(spec, image, deps), request, deps);
  },
};

/** The layout of a hybrid archive is taken before Docker's manifest.json: it keeps digests. */
export async function archiveSource(
  title: string,
  spec: ImageSpec,
  deps: Pick<BaseDeps, "blobs">,
): Promise<ImageSource> {
  const file = await openArchive(spec.path);
  try {
    await refuseCompressed(file, spec.path);
    const directory = await readDirectory(file, spec.path);
    const files = archiveFiles(file, directory, spec.path);
    if (directory.has("oci-layout") && directory.has("index.json")) return layoutSource(title, spec, files, deps.blobs);
    if (directory.has("manifest.json")) return dockerArchiveSource(title, spec, files, directory, deps.blobs);
    throw new OciasmError(
      "IMAGE_NOT_FOUND",
      `${spec.path} holds no image: it has neither index.json nor manifest.json`,
    );
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openArchive(path: string): Promise<OpenBlob> {
  try {
    return await openFileSource(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    throw new OciasmError("IMAGE_NOT_FOUND", `${path} does not exist`, { cause: error });
  }
}

async function refuseCompressed(file: OpenBlob, path: string): Promise<void> {
  const [first, second] = await file.read(0, Math.min(2, file.size));
  if (first !== 0x1f || second !== 0x8b) return;
  throw new OciasmError("ARCHIVE_INVALID", `${path} is compressed as a whole`, {
    hint: "decompress it with gunzip first",
  });
}
