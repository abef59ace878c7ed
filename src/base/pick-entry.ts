import { OciasmError } from "../errors.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { formatReference, parseTagged } from "../oci/reference.ts";
import type { ImageSpec } from "./image-spec.ts";

const REF_NAME = "org.opencontainers.image.ref.name";
const CONTAINERD_NAME = "io.containerd.image.name";

/**
 * The entries of an index.json that a spec means: one, or the platforms of one image when the layout lists them flat.
 * Throws IMAGE_NOT_FOUND that names the tags there are.
 */
export function pickEntries(entries: readonly Descriptor[], spec: ImageSpec, title: string): readonly Descriptor[] {
  const { tag, digest } = spec;
  const found = entries.filter(
    (entry) =>
      (digest === undefined || entry.digest === digest) &&
      (tag === undefined || names(entry).includes(fullTag(tag)) || names(entry).includes(tag)),
  );
  const different = new Set(
    found.map((entry) => entry.annotations?.[REF_NAME] ?? entry.annotations?.[CONTAINERD_NAME]),
  );
  const [first] = found;
  if (first === undefined) throw missing(entries, title);
  const digests = new Set(found.map((entry) => entry.digest));
  if (digests.size === 1) return [first];
  if (different.size === 1 && found.every((entry) => entry.platform !== undefined)) return found;
  throw new OciasmError("IMAGE_NOT_FOUND", `${title} holds several images`, {
    hint: `name one of ${listNames(entries)}`,
  });
}

function names(entry: Descriptor): readonly string[] {
  const { annotations } = entry;
  return [annotations?.[REF_NAME], annotations?.[CONTAINERD_NAME]].flatMap((name) =>
    name === undefined ? [] : [name],
  );
}

/** "app:1" may be meant where "docker.io/library/app:1" is written. */
function fullTag(tag: string): string {
  try {
    return tag.includes(":") ? formatReference(parseTagged(tag)) : tag;
  } catch {
    return tag;
  }
}

function missing(entries: readonly Descriptor[], title: string): OciasmError {
  return new OciasmError("IMAGE_NOT_FOUND", `${title} is not there`, {
    hint: entries.length === 0 ? "it holds no image at all" : `name one of ${listNames(entries)}`,
  });
}

function listNames(entries: readonly Descriptor[]): string {
  return [...new Set(entries.map((entry) => entry.annotations?.[REF_NAME] ?? entry.digest))]
    .sort()
    .slice(0, 30)
    .join(", ");
}
