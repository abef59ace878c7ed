import type { Base } from "../../base/base.ts";
import { openImageBase } from "../../base/image-base.ts";
import type { ImageSource } from "../../base/image-source.ts";
import { layoutSource } from "../../base/layout-source.ts";
import { folderFiles } from "../../base/oci-layout.ts";
import { scratchProvider } from "../../base/scratch.ts";
import type { Platform } from "../../oci/platform.ts";
import { baseDeps } from "../base-deps.ts";
import type { BuildDeps } from "../deps.ts";
import { codecOf } from "../prepare-step.ts";

/** An OCI layout in a folder whose files a build system may have laid out as links. */
export function givenImage(folder: string, { store }: Pick<BuildDeps, "store">): ImageSource {
  return layoutSource(folder, { path: folder }, folderFiles(folder, "followed"), store);
}

/** What the image starts from; nothing where no folder is given. The caller closes it. */
export async function openGivenBase(
  source: ImageSource | undefined,
  platform: Platform,
  deps: BuildDeps,
): Promise<Base> {
  const request = { platform, system: [], codec: await codecOf({}), offline: true };
  if (source === undefined) return scratchProvider.open("scratch", request, baseDeps(deps));
  return openImageBase(source, request, baseDeps(deps));
}
