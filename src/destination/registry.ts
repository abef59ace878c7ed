import { OciasmError } from "../errors.ts";
import { formatReference, parseReference, parseTagged } from "../oci/reference.ts";
import type { Destination, DestinationType, WriteDeps } from "./destination.ts";
import { booleanKey, checkKeys } from "./output-spec.ts";
import { openPush } from "./registry-push.ts";

/**
 * `type=registry`: pushes under the publication's tags, or under the names of `name=`, and with `push-by-digest=true`
 * under no tag at all. `type=image,push=true` is buildx's other word for it.
 */
export const registryType: DestinationType = {
  name: "registry",
  open: (spec) => {
    if (spec["type"] !== "registry" && spec["type"] !== "image") return undefined;
    checkKeys(spec, ["name", "push-by-digest", "name-canonical", "push"]);
    if (!booleanKey(spec, "push", spec["type"] === "registry")) {
      throw new OciasmError("USAGE", `output type=${spec["type"]} without push=true goes nowhere`, {
        hint: "leave -o out to keep the image in the local store",
      });
    }
    const names = spec["name"] === undefined ? undefined : spec["name"].split(",");
    if (!booleanKey(spec, "push-by-digest", false)) return registryDestination({ names });
    if (names?.every((name) => parseReference(name).tag === undefined))
      return registryDestination({ names, byDigest: true });
    throw new OciasmError("USAGE", "push-by-digest=true needs name=HOST/NAME without a tag", {
      hint: "write type=registry,push-by-digest=true,name=HOST/NAME",
    });
  },
};

/** Pushes to registries (see ./registry-push.ts). */
export function registryDestination(options: RegistryOptions = {}): Destination {
  const { names, byDigest = false } = options;
  const read = byDigest ? parseReference : parseTagged;
  names?.forEach(read);
  const targetsOf = (tags: readonly string[]) => (names ?? tags).map(read);
  const open = (tags: readonly string[], deps: WriteDeps) => openPush(targetsOf(tags), deps);
  return {
    title: "registry",
    ...(names === undefined ? {} : { names }),
    // Nothing goes by a digest that is yet to be found out.
    replaces: (tags) => (byDigest ? [] : targetsOf(tags).map(formatReference)),
    begin: open,
    write: async (publication, deps) => {
      const push = await open(publication.tags, deps);
      try {
        return await push.finish(publication);
      } finally {
        await push.close();
      }
    },
  };
}

export interface RegistryOptions {
  /** Instead of the publication's tags. */
  readonly names?: readonly string[] | undefined;
  /** The names are repositories, and nothing is tagged. */
  readonly byDigest?: boolean;
}
