import { join } from "node:path";
import { OciasmError } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import { repositoriesOf } from "./build-names.ts";
import { words } from "./inputs.ts";

/** What a workflow says of where its image goes. */
export interface RouteRequest {
  readonly tags: readonly string[];
  readonly push: boolean;
  readonly pushByDigest: boolean;
  /** It goes to an engine or to files, so that the local store has no image of it. */
  readonly hasOutputs: boolean;
  /** Of these, those that the configuration names: they hold beside the one that a check needs. */
  readonly configured: readonly string[];
  /** It is looked at before it gets its tags. */
  readonly isChecked: boolean;
  /** For what is needed during this step only. */
  readonly folder: string;
}

export interface Route {
  /** Flags of `build`. */
  readonly words: readonly string[];
  /** Repositories that get the image under its digest alone. */
  readonly untagged: readonly string[];
  /** Tags that it gets once it was looked at. */
  readonly held: readonly string[];
  /** The image argument by which it is found again. */
  image(digest: Digest): string;
}

/**
 * A tag names what passed its checks: until then the image is pushed, but goes by its digest alone. Throws USAGE for
 * a push to nowhere.
 */
export function routeOf({ tags, push, pushByDigest, isChecked, folder, ...outputs }: RouteRequest): Route {
  const named = words("tag", tags);
  if (tags.length === 0 && (push || pushByDigest)) {
    throw new OciasmError("USAGE", "an image without a name can't be pushed", {
      hint: "give it one with the input tags",
    });
  }
  if (pushByDigest || (push && isChecked)) {
    const untagged = repositoriesOf(tags);
    const byDigest = untagged.map((name) => `--output=type=registry,push-by-digest=true,name=${name}`);
    return {
      words: pushByDigest ? byDigest : [...named, ...byDigest],
      untagged,
      held: pushByDigest ? [] : tags,
      image: (digest) => `docker://${untagged[0]}@${digest}`,
    };
  }
  if (push) return { words: [...named, "--push"], untagged: [], held: [], image: () => `docker://${tags[0]}` };
  const [name] = tags;
  if (!isChecked || (name !== undefined && !outputs.hasOutputs)) {
    return { words: named, untagged: [], held: [], image: () => name ?? "" };
  }
  const layout = join(folder, "image");
  return {
    words: [...named, ...words("output", [...outputs.configured, `type=oci,dest=${layout},tar=false`])],
    untagged: [],
    held: [],
    image: (digest) => `oci:${layout}@${digest}`,
  };
}
