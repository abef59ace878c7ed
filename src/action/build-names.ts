import type { BuildConfig } from "../build/config.ts";
import { parseOutputSpec } from "../destination/output-spec.ts";
import { OciasmError } from "../errors.ts";
import { formatReference, parseReference } from "../oci/reference.ts";
import { type DefaultNames, defaultNames } from "./default-names.ts";
import { type Environment, listInput } from "./inputs.ts";

/** The workflow's names, else the configuration's, else the repository's own. */
export async function buildNames(environment: Environment, config: BuildConfig): Promise<DefaultNames> {
  const tags = listInput(environment, "tags", true);
  if (tags.length > 0) return { tags, cacheFrom: [] };
  const configured = config.tags ?? [];
  return configured.length > 0 ? { tags: configured, cacheFrom: [] } : defaultNames(environment);
}

/** Names of images to take layers from: the workflow's, as they are or as buildx writes them, else the configuration's. Throws USAGE for its other kinds. */
export function cacheInputs(environment: Environment, { cacheFrom = [] }: BuildConfig): readonly string[] {
  const given = listInput(environment, "cache-from", false);
  if (given.length === 0) return cacheFrom;
  return given.map((text) => {
    if (!text.includes("type=")) return text;
    const { type, ref } = parseOutputSpec(text);
    if (type === "registry" && ref !== undefined) return ref;
    throw new OciasmError("USAGE", `input cache-from takes no \`${text}\``, {
      hint: "name an image; layers come from registries, so that no other cache is needed",
    });
  });
}

/** Each repository once, without tags. */
export function repositoriesOf(tags: readonly string[]): readonly string[] {
  return [...new Set(tags.map(repositoryOf))];
}

export function repositoryOf(tag: string): string {
  const { registry, repository } = parseReference(tag);
  return formatReference({ registry, repository });
}
