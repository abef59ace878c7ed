import type { LockInput } from "../input/input.ts";
import type { RequirementsInput } from "../input/request.ts";
import { formatSpecifierSet, specifierContains } from "../python/specifier.ts";

/** What the project asks for without a marker and the lock does not have, one sentence each. */
export function unmetRequirements(project: RequirementsInput, lock: LockInput): readonly string[] {
  const packages =
    lock.selection.by === "graph" ? lock.selection.graph.nodes.map((node) => node.package) : lock.packages;
  const replaced = new Set([...project.overrides.map(({ requirement }) => requirement.name), ...project.excludes]);
  return project.requirements.flatMap(({ requirement, text, anyOf = [] }) => {
    const { name, specifiers, url, marker } = requirement;
    if (marker !== undefined || url !== undefined || name === project.project || replaced.has(name)) return [];
    const versions = packages.filter((item) => item.name === name).map((item) => item.version);
    if (versions.length === 0) return [`${text} is asked for, and ${name} is not in it`];
    const meets = versions.some((version) => {
      if (version === undefined) return true;
      const exact = { prereleases: true };
      return (
        specifierContains(specifiers, version, exact) &&
        (anyOf.length === 0 || anyOf.some((set) => specifierContains(set, version, exact)))
      );
    });
    if (meets) return [];
    return [`${name}${formatSpecifierSet(specifiers)} is asked for, and it has ${versions.join(" and ")}`];
  });
}
