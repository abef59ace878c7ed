import { archiveSource } from "../base/archive.ts";
import type { ImageSource } from "../base/image-source.ts";
import { parseImageSpec } from "../base/image-spec.ts";
import { layoutSource } from "../base/layout-source.ts";
import { folderFiles } from "../base/oci-layout.ts";
import { registrySource } from "../base/registry.ts";
import { storeSource } from "../base/store-source.ts";
import { OciasmError } from "../errors.ts";
import { formatReference, parseTagged } from "../oci/reference.ts";
import { resolveImage } from "../store/images.ts";
import { baseDeps } from "./base-deps.ts";
import type { BuildDeps } from "./deps.ts";

/**
 * The image that an argument names: `oci:DIR[:TAG|@DIGEST]`, `archive:FILE[:TAG]`, `docker://NAME`, or a bare name,
 * which is the local store's if it is there, else the registry's. The caller closes it.
 */
export async function openImageArgument(text: string, deps: BuildDeps): Promise<ImageSource> {
  const { store } = deps;
  if (text.startsWith("oci:")) {
    const spec = parseImageSpec(text, "oci");
    return layoutSource(text, spec, folderFiles(spec.path), store);
  }
  if (text.startsWith("archive:")) return archiveSource(text, parseImageSpec(text, "archive"), { blobs: store });
  const reference = parseTagged(text.replace(/^docker:\/\//, ""));
  const stored = text.startsWith("docker://") ? undefined : await resolveImage(store, formatReference(reference));
  if (stored !== undefined) return storeSource(text, formatReference(reference), stored, store);
  if (deps.offline)
    throw new OciasmError("OFFLINE", `${text} is not in the local store`, { hint: "leave --offline out" });
  return registrySource(text, reference, baseDeps(deps));
}
