import { normalizeExtra, normalizeName } from "../python/name.ts";
import type { ConflictItem } from "./graph.ts";
import type { TomlTable } from "./toml.ts";

/** `conflicts`: sets of extras, groups and whole projects of which at most one may be active. */
export function readConflicts(root: TomlTable): readonly (readonly ConflictItem[])[] {
  if (!root.has("conflicts")) return [];
  return root.tableLists("conflicts").map((set) => set.flatMap(readItem));
}

function readItem(table: TomlTable): readonly ConflictItem[] {
  table.demand("package");
  const name = table.string("package");
  const extra = table.string("extra");
  const group = table.string("group");
  if (extra !== undefined && group !== undefined) table.problem("extra and group exclude each other", "group");
  if (name === undefined) return [];
  return [
    {
      package: normalizeName(name),
      ...(extra === undefined ? {} : { extra: normalizeExtra(extra) }),
      ...(group === undefined ? {} : { group: normalizeExtra(group) }),
    },
  ];
}
