import type { Occurrence } from "../merge.ts";
import type { Evidence } from "./finding.ts";

/** Whose business a file is: decides what can be done about it. "system" are Debian packages that we laid out. */
export type Origin = "base" | "system" | "package" | "project";

// Where Dockerfiles put a project, besides the working directory.
const PROJECT = /^(app|src|code|workspace|srv|opt\/app|usr\/src\/app)\//;

/** By the layer's kind where it is ours, else by the owner and the place. */
export function originOf({ layer, file }: Occurrence, evidence: Evidence, owner: string | undefined): Origin {
  const { kind = "base", ours = false } = evidence.layers[layer]?.layer ?? {};
  if (kind === "project") return "project";
  if (kind === "package" || kind === "bucket" || kind === "environment") return "package";
  if (kind !== "other") return ours ? "system" : "base";
  if (owner !== undefined) return owner === "python" ? "package" : "base";
  if (/\/(site|dist)-packages\//.test(file.path)) return "package";
  const { workdir } = evidence;
  return PROJECT.test(file.path) || (workdir !== "" && file.path.startsWith(`${workdir}/`)) ? "project" : "base";
}

/** Finds parts that belong together: of one origin. */
export function byOrigin(
  occurrences: Iterable<Occurrence>,
  evidence: Evidence,
): ReadonlyMap<Origin, readonly Occurrence[]> {
  const found = new Map<Origin, Occurrence[]>();
  for (const occurrence of occurrences) {
    const origin = originOf(occurrence, evidence, evidence.owners.of.get(occurrence)?.ecosystem);
    const list = found.get(origin) ?? [];
    found.set(origin, list);
    list.push(occurrence);
  }
  return found;
}
