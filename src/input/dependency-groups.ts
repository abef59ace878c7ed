import { isValidName, normalizeExtra } from "../python/name.ts";
import { askedOf } from "./asked.ts";
import { byName } from "./by-name.ts";
import type { Asked } from "./request.ts";
import type { TomlNode } from "./toml-node.ts";

type GroupItem = Asked | { readonly include: string; readonly node: TomlNode };

/** Groups that include each other twice over grow without end. */
const MAX_EXPANDED = 100_000;

/**
 * `[dependency-groups]` with its includes expanded in place (PEP 735). Every group is checked, as uv does, also one
 * that nobody asks for.
 */
export function readDependencyGroups(
  table: TomlNode | undefined,
  file: string,
): Readonly<Record<string, readonly Asked[]>> {
  const groups = new Map<string, readonly GroupItem[]>();
  for (const [name, node] of table?.entries() ?? []) {
    const normalised = normalizeExtra(name);
    if (!isValidName(name)) node.problem(`${JSON.stringify(name)} is no name of a dependency group`);
    else if (groups.has(normalised)) node.problem(`the group ${name} is there already under another spelling`);
    else groups.set(normalised, readItems(node, file));
  }
  const expanded = new Map<string, readonly Asked[]>();
  for (const name of groups.keys()) expand(name, { groups, expanded, path: [] });
  return byName(expanded);
}

function readItems(node: TomlNode, file: string): readonly GroupItem[] {
  const items: GroupItem[] = [];
  for (const item of node.items()) {
    const included = item.kind === "table" ? readInclude(item) : undefined;
    const asked = item.kind === "string" ? askedOf(item, file) : undefined;
    if (included !== undefined) items.push(included);
    else if (asked !== undefined) items.push(asked);
    else if (item.kind !== "string" && item.kind !== "table") {
      item.problem(`${item.name} must be a requirement or {include-group = "NAME"}`);
    }
  }
  return items;
}

function readInclude(node: TomlNode): GroupItem | undefined {
  const name = node.at("include-group");
  const others = node.entries().filter(([key]) => key !== "include-group");
  if (name === undefined || others.length > 0) {
    node.problem(`${node.name} must be {include-group = "NAME"} and nothing else`);
    return undefined;
  }
  const text = name.string();
  return text === undefined ? undefined : { include: normalizeExtra(text), node: name };
}

interface Expansion {
  readonly groups: ReadonlyMap<string, readonly GroupItem[]>;
  readonly expanded: Map<string, readonly Asked[]>;
  readonly path: readonly string[];
}

function expand(name: string, expansion: Expansion): readonly Asked[] {
  const { groups, expanded, path } = expansion;
  const known = expanded.get(name);
  if (known !== undefined) return known;
  const all: Asked[] = [];
  for (const item of groups.get(name) ?? []) {
    if (!("include" in item)) all.push(item);
    else all.push(...included(item, name, { groups, expanded, path: [...path, name] }));
    if (all.length <= MAX_EXPANDED) continue;
    if ("include" in item) item.node.problem(`the group ${name} comes to more than ${MAX_EXPANDED} requirements`);
    all.splice(0);
    break;
  }
  expanded.set(name, all);
  return all;
}

function included({ include, node }: Exclude<GroupItem, Asked>, from: string, expansion: Expansion): readonly Asked[] {
  const { groups, path } = expansion;
  if (!groups.has(include)) {
    const listed = [...groups.keys()].join(", ");
    node.problem(`the group ${from} includes ${node.string() ?? include}, which is not there`, `there are ${listed}`);
    return [];
  }
  const at = path.indexOf(include);
  if (at === -1) return expand(include, expansion);
  node.problem(`groups include each other in a circle: ${[...path.slice(at), include].join(" → ")}`);
  return [];
}
