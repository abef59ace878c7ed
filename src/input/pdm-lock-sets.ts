import type { InputPackage } from "./input.ts";
import { allOf, anyOf, type Condition, conditionText, memberOf } from "./marker-algebra.ts";
import type { PdmProject } from "./pdm-lock-project.ts";
import type { PdmRow } from "./pdm-lock-row.ts";

/** Packages under PEP 751 markers: strategy `inherit_metadata` gives each row its groups and its whole marker. */
export function pdmSetPackages(rows: readonly PdmRow[], project: PdmProject | undefined): readonly InputPackage[] {
  const conditions = new Map<string, Condition[]>();
  for (const row of rows) {
    const groups = anyOf(row.groups.map((group) => inGroup(group, project)));
    // A row without groups is always wanted.
    const wanted = allOf([row.groups.length === 0 ? true : groups, row.condition]);
    conditions.set(row.key, [...(conditions.get(row.key) ?? []), wanted]);
  }
  const packages = new Map<string, InputPackage>();
  for (const row of rows) {
    const condition = anyOf(conditions.get(row.key) ?? []);
    if (packages.has(row.key) || condition === false) continue;
    const marker = conditionText(condition);
    packages.set(row.key, marker === undefined ? row.package : { ...row.package, marker });
  }
  return [...packages.values()];
}

/** The lock calls extras groups too: only pyproject.toml tells them apart. */
function inGroup(group: string, project: PdmProject | undefined): Condition {
  if (project?.extras.has(group) === true) return memberOf(group, "extras");
  const asGroup = memberOf(group, "dependency_groups");
  return project === undefined && group !== "default" ? anyOf([asGroup, memberOf(group, "extras")]) : asGroup;
}
