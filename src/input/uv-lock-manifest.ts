import { normalizeName } from "../python/name.ts";
import type { LockEdge, LockRoot } from "./graph.ts";
import type { TomlTable } from "./toml.ts";
import { readEdgeLists, readExtras, type UvTargets } from "./uv-lock-edges.ts";
import type { CheckMarker } from "./uv-lock-markers.ts";
import type { UvPackage } from "./uv-lock-package.ts";

/**
 * What the lock holds for no project: the requirements of a script, the groups of a workspace whose root is no project.
 * Undefined where there is nothing of the kind. Its default groups are not known here.
 */
export function readManifestRoot(
  manifest: TomlTable | undefined,
  packages: readonly UvPackage[],
  targets: UvTargets,
  check: CheckMarker,
): Omit<LockRoot, "defaultGroups"> | undefined {
  if (manifest === undefined) return undefined;
  const read = (table: TomlTable, key: string): readonly LockEdge[] =>
    table.tables(key).flatMap((item) => readRequirement(item, packages, targets, check));
  const groupTable = manifest.table("dependency-groups");
  if (groupTable === undefined && !manifest.has("requirements")) return undefined;
  const extras = Object.create(null) as LockRoot["extras"];
  return { path: ".", edges: read(manifest, "requirements"), extras, groups: readEdgeLists(groupTable, [], read) };
}

/** A requirement names no version: of several the one counts whose forks hold. */
function readRequirement(
  table: TomlTable,
  packages: readonly UvPackage[],
  targets: UvTargets,
  check: CheckMarker,
): readonly LockEdge[] {
  table.demand("name");
  const name = table.string("name");
  if (name === undefined) return [];
  const marker = table.string("marker");
  if (marker !== undefined) check(table, "marker", marker);
  const extras = readExtras(table);
  const places = targets.named(normalizeName(name));
  if (places.length === 0) table.problem(`${name} is not in this lock`, "name", "lock again: `uv lock`");
  return places.map((to) => {
    const forks = places.length === 1 ? [] : (packages[to]?.forks ?? []);
    const both = [marker ?? "", forks.join(") or (")].filter((text) => text !== "");
    if (both.length === 0) return { to, extras };
    const whole = both.map((text) => `((${text}))`).join(" and ");
    // Two more parentheses may be two too many.
    check(table, "marker", whole);
    return { to, extras, marker: whole };
  });
}
