import { buildMetadata } from "../build/report-result.ts";
import { type BuildResult, fetchedBytes } from "../build/result.ts";

/** What later steps get of a build. Add an output: a line here, and its description in action.yml. */
export function buildOutputs(result: BuildResult): Readonly<Record<string, string>> {
  const { ref, digest, tags, images, bytes } = result;
  const { uploaded, mounted, existing } = bytes;
  const [only, ...others] = images;
  return {
    digest,
    // The config's digest is what engines call the id of an image.
    imageid: only?.config !== null && only !== undefined && others.length === 0 ? only.config : digest,
    metadata: JSON.stringify(buildMetadata(result)),
    ref,
    tags: tags.join("\n"),
    platforms: images.map(({ platform }) => platform).join(","),
    manifests: JSON.stringify(Object.fromEntries(images.map((image) => [image.platform, image.digest]))),
    size: String(images.reduce((sum, { size }) => sum + size, 0)),
    "pushed-bytes": String(uploaded),
    "mounted-bytes": String(mounted),
    "skipped-bytes": String(existing),
    "fetched-bytes": String(fetchedBytes(bytes)),
  };
}

/** Outputs that are files of the step. */
export const FILE_OUTPUTS: readonly string[] = ["report", "digest-file"];

/** What later steps get of a merge. */
export interface Merged {
  readonly ref: string;
  readonly digest: string;
  readonly tags: readonly string[];
  readonly images: readonly { readonly platform: string; readonly digest: string }[];
}

export function mergeOutputs({ ref, digest, tags, images }: Merged): Readonly<Record<string, string>> {
  return {
    digest,
    ref,
    tags: tags.join("\n"),
    platforms: images.map(({ platform }) => platform).join(","),
    manifests: JSON.stringify(Object.fromEntries(images.map((image) => [image.platform, image.digest]))),
  };
}
