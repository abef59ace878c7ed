import { normalizeExtra, normalizeName } from "../python/name.ts";
import type { LockEdge } from "./graph.ts";
import { readRowVersion } from "./row-version.ts";
import type { TomlTable } from "./toml.ts";
import type { CheckMarker } from "./uv-lock-markers.ts";
import type { UvPackage } from "./uv-lock-package.ts";
import { readSource } from "./uv-lock-source.ts";

/** More versions than these of one name no resolution gives. */
const MAX_VERSIONS = 64;

/** Finds what a dependency points at. */
export interface UvTargets {
  /** Places of the packages of a name, in the lock's order; no more than a resolution gives. */
  named(name: string): readonly number[];
  /** The only one with this name, and with the version and source that the dependency gives where there are several. */
  one(table: TomlTable, name: string): number | undefined;
}

export function uvTargets(packages: readonly UvPackage[]): UvTargets {
  const places = new Map<string, number[]>();
  packages.forEach((item, index) => {
    const known = places.get(item.package.name);
    if (known === undefined) places.set(item.package.name, [index]);
    else known.push(index);
  });
  for (const [name, all] of places) checkVersions(name, all, packages);
  const named = (name: string): readonly number[] => (places.get(name) ?? []).slice(0, MAX_VERSIONS);
  return { named, one: (table, name) => findOne(table, name, named(name), packages) };
}

function checkVersions(name: string, places: readonly number[], packages: readonly UvPackage[]): void {
  const seen = new Set<string>();
  for (const item of places.map((place) => packages[place]).filter((each) => each !== undefined)) {
    const key = `${item.package.version} ${item.source.key}`;
    if (seen.has(key)) item.table.problem(`${name} ${item.package.version ?? ""} stands here twice`, "name");
    seen.add(key);
  }
  if (places.length <= MAX_VERSIONS) return;
  packages[places[0] ?? 0]?.table.problem(`more than ${MAX_VERSIONS} versions of ${name}`, "name");
}

function findOne(
  table: TomlTable,
  name: string,
  places: readonly number[],
  packages: readonly UvPackage[],
): number | undefined {
  const version = readRowVersion(table);
  const source = table.has("source") ? readSource(table) : undefined;
  const fitting = places.filter((place) => {
    const item = packages[place];
    return (
      (version === undefined || item?.package.version === version) &&
      (source === undefined || item?.source.key === source.key)
    );
  });
  const [first] = fitting;
  if (fitting.length === 1) return first;
  const hint = "lock again: `uv lock`";
  if (fitting.length > 1) table.problem(`${name} may be any of ${fitting.length} packages of this lock`, "name", hint);
  else table.problem(`${name}${version === undefined ? "" : ` ${version}`} is not in this lock`, "name", hint);
  return undefined;
}

/** The dependencies that stand as an array of tables at `key`. */
export function readEdges(table: TomlTable, key: string, targets: UvTargets, check: CheckMarker): readonly LockEdge[] {
  return table.tables(key).flatMap((item) => {
    item.demand("name");
    const name = item.string("name");
    const to = name === undefined ? undefined : targets.one(item, normalizeName(name));
    const marker = item.string("marker");
    if (marker !== undefined) check(item, "marker", marker);
    const extras = readExtras(item);
    return to === undefined ? [] : [{ to, extras, ...(marker === undefined ? {} : { marker }) }];
  });
}

/** `extra` of a dependency, `extras` of a requirement. */
export function readExtras(table: TomlTable): readonly string[] {
  const key = table.has("extra") ? "extra" : "extras";
  return table.has(key) ? table.strings(key).map(normalizeExtra) : [];
}

/** `[package.optional-dependencies]` and the like: lists by name, plus empty ones for names that are only declared. */
export function readEdgeLists(
  table: TomlTable | undefined,
  declared: readonly string[],
  readList: (lists: TomlTable, key: string) => readonly LockEdge[],
): Readonly<Record<string, readonly LockEdge[]>> {
  const lists = Object.create(null) as Record<string, readonly LockEdge[]>;
  for (const name of declared) lists[normalizeExtra(name)] = [];
  for (const key of table?.keys() ?? []) {
    const name = normalizeExtra(key);
    lists[name] = [...(lists[name] ?? []), ...(table === undefined ? [] : readList(table, key))];
  }
  return lists;
}
