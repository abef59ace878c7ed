import type { Marker } from "../python/marker.ts";
import { normalizeExtra } from "../python/name.ts";
import type { InputPackage } from "./input.ts";
import {
  allOf,
  anyOf,
  type Condition,
  conditionText,
  memberOf,
  not,
  readCondition,
  rewrite,
} from "./marker-algebra.ts";
import type { PoetryPackage } from "./poetry-lock-package.ts";
import type { TomlTable } from "./toml.ts";

/** The package under a PEP 751 marker: in one of its groups whose own marker holds (lock-version 2.1). */
export function poetrySetPackage({ table, package: entry }: PoetryPackage): InputPackage | undefined {
  table.demand("groups");
  const condition = setCondition(table);
  if (condition === false) return undefined;
  const marker = conditionText(condition);
  return marker === undefined ? entry : { ...entry, marker };
}

export function groupsOf(table: TomlTable): readonly string[] {
  return table.strings("groups").map(normalizeExtra);
}

function setCondition(table: TomlTable): Condition {
  const groups = groupsOf(table);
  const details = table.has("markers") && !table.isString("markers") ? table.table("markers") : undefined;
  if (details === undefined) {
    const inGroups = anyOf(groups.map((group) => memberOf(group, "dependency_groups")));
    return allOf([inGroups, readMarker(table, "markers")]);
  }
  const keys = new Map(details.keys().map((key) => [normalizeExtra(key), key]));
  return anyOf(
    groups.map((group) => {
      const key = keys.get(group);
      return allOf([memberOf(group, "dependency_groups"), key === undefined ? true : readMarker(details, key)]);
    }),
  );
}

function readMarker(table: TomlTable, key: string): Condition {
  const text = table.string(key);
  const condition = readCondition(text);
  if (condition.ok) return typeof condition.value === "boolean" ? condition.value : askExtras(condition.value);
  table.problem(`${JSON.stringify(text)} is no marker: ${condition.message}`, key);
  return true;
}

/** `extra == "x"` means the project's own extra: `"x" in extras` in the words of PEP 751. */
function askExtras(marker: Marker): Condition {
  return rewrite(marker, (comparison) => {
    const { left, operator, right } = comparison;
    const [variable, value] = left.type === "variable" ? [left, right] : [right, left];
    if (variable.type !== "variable" || variable.name !== "extra" || value.type !== "value") return comparison;
    const member = memberOf(normalizeExtra(value.text), "extras");
    if (operator === "==") return member;
    return operator === "!=" ? not(member) : comparison;
  });
}
