import { isOciasmError } from "../../errors.ts";
import type { Metadata } from "../../python/metadata.ts";
import { normalizeName } from "../../python/name.ts";
import { parseRequirement, type Requirement } from "../../python/requirement.ts";
import { allowsPython } from "../../python/requires-python.ts";
import { comparePublic, formatVersion, parseVersion, type Version } from "../../python/version.ts";
import type { Catalog } from "../catalog.ts";
import type { DistributionFile } from "../lock.ts";
import { needsPython } from "../offer/offer.ts";

/** What a wheel's metadata says, or why it can't be used: a predicate. */
export type ReleaseNeeds =
  | { readonly kind: "known"; readonly metadata: Metadata; readonly requirements: readonly Requirement[] }
  | { readonly kind: "unavailable"; readonly reason: string };

/** Reads the metadata of the very wheel that would be installed. Metadata that is wrong makes a version unavailable. */
export async function releaseNeeds(
  name: string,
  version: Version,
  wheel: DistributionFile,
  catalog: Catalog,
  pythonVersion: string,
): Promise<ReleaseNeeds> {
  const unavailable = (reason: string): ReleaseNeeds => ({ kind: "unavailable", reason });
  const metadata = await readable(catalog, wheel, `${name} ${formatVersion(version)}`);
  if (typeof metadata === "string") return unavailable(metadata);
  const own = parseVersion(metadata.version);
  if (normalizeName(metadata.name) !== name || own === undefined || comparePublic(own, version) !== 0) {
    return unavailable(`has a wheel whose metadata is of ${metadata.name} ${metadata.version}`);
  }
  const { requiresPython } = metadata;
  if (requiresPython !== undefined && !allowsPython(requiresPython, pythonVersion)) {
    return unavailable(needsPython(requiresPython));
  }
  const requirements: Requirement[] = [];
  for (const line of metadata.requiresDist) {
    const requirement = parseRequirement(line);
    if (!requirement.ok) return unavailable(`asks for ${JSON.stringify(line)}, which can't be read`);
    requirements.push(requirement.value);
  }
  return { kind: "known", metadata, requirements };
}

/** The message as a predicate. */
function buildReason(message: string, label: string): string {
  return message.startsWith(`${label} `) ? message.slice(label.length + 1) : `can't be built: ${message}`;
}

async function readable(catalog: Catalog, wheel: DistributionFile, label: string): Promise<Metadata | string> {
  try {
    return await catalog.metadata(wheel);
  } catch (error) {
    if (isOciasmError(error) && error.code === "WHEEL_INVALID") return `has a wheel that is broken: ${error.message}`;
    if (isOciasmError(error) && error.code === "BUILD_FAILED") return buildReason(error.message, label);
    throw error;
  }
}
