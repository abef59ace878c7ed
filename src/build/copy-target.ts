import { parseImageSpec } from "../base/image-spec.ts";
import { ociArchive } from "../destination/archive.ts";
import type { Destination, Publication } from "../destination/destination.ts";
import { openDestination } from "../destination/destinations.ts";
import { ociLayout } from "../destination/oci-layout.ts";
import { registryDestination } from "../destination/registry.ts";
import { OciasmError } from "../errors.ts";
import { formatReference, parseReference, parseTagged } from "../oci/reference.ts";

/** Where a copy goes, and what it is called there. */
export interface CopyTarget {
  readonly destination: Destination;
  readonly names: Pick<Publication, "tags" | "refNames">;
}

/**
 * The target that an image argument names: `oci:DIR[:TAG]`, `archive:FILE[:TAG]`, else a registry's. A folder or a tar
 * without a tag takes over the name that the source has. Throws USAGE.
 */
export function copyTarget(text: string, sourceName: string | undefined): CopyTarget {
  const scheme = /^(oci|archive):/.exec(text)?.[1];
  if (scheme === undefined) {
    const name = formatReference(parseTagged(text.replace(/^docker:\/\//, "")));
    return { destination: registryDestination(), names: { tags: [name] } };
  }
  const { path, tag, digest } = parseImageSpec(text, scheme);
  if (digest !== undefined) {
    throw new OciasmError("USAGE", `${text}: a target has no digest, its content decides`, {
      hint: `write ${scheme}:PATH or ${scheme}:PATH:TAG`,
    });
  }
  const destination = scheme === "oci" ? ociLayout(path) : ociArchive(path);
  return { destination, names: tag === undefined ? { tags: tagsOf(sourceName) } : localNames(tag) };
}

/** The target of an output spec such as `type=oci,dest=PATH`; `tags`, or the source's own name, are its names. */
export function outputTarget(
  spec: string,
  tags: readonly string[] | undefined,
  sourceName: string | undefined,
): CopyTarget {
  return { destination: openDestination(spec), names: { tags: tags ?? tagsOf(sourceName) } };
}

/** A name with a tag; one by digest alone is no name to give to others. */
function tagsOf(name: string | undefined): readonly string[] {
  return name === undefined || parseReference(name).tag === undefined ? [] : [name];
}

/** "1" means something in its folder only; "team/app:1" is a name everywhere. */
function localNames(tag: string): CopyTarget["names"] {
  return /[:/]/.test(tag) ? { tags: [formatReference(parseTagged(tag))] } : { tags: [], refNames: [tag] };
}
