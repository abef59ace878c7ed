import { normalizeExtra, normalizeName } from "../python/name.ts";
import { byName } from "./by-name.ts";
import { type PoetryDependency, readPoetryDependency } from "./poetry-dependency.ts";
import { poetryRequiresPython } from "./poetry-python.ts";
import type { PyprojectReader } from "./pyproject-reader.ts";
import type { Asked, NamedIndex, PackageSource } from "./request.ts";
import type { TomlNode } from "./toml-node.ts";

/** What `[tool.poetry]` asks for. */
export interface PoetryProject {
  readonly name?: string;
  readonly requiresPython?: string;
  readonly requirements: readonly Asked[];
  readonly extras: Readonly<Record<string, readonly Asked[]>>;
  readonly groups: Readonly<Record<string, readonly Asked[]>>;
  /** Groups that are taken only when asked for. */
  readonly optionalGroups: readonly string[];
  readonly sources: readonly PackageSource[];
  readonly indexes: readonly NamedIndex[];
}

export function readPoetryProject(poetry: TomlNode, reader: PyprojectReader): PoetryProject {
  const name = poetry.at("name")?.string();
  const main = readTable(poetry.at("dependencies"), reader);
  const python = readPython(poetry.at("dependencies", "python"));
  const groups = readGroups(poetry, reader);
  const all = [...main, ...[...groups.values()].flatMap(({ dependencies }) => dependencies)];
  return {
    ...(name === undefined ? {} : { name: normalizeName(name) }),
    ...(python === undefined || python === "" ? {} : { requiresPython: python }),
    requirements: main.filter(({ optional }) => !optional).map(({ asked }) => asked),
    extras: readPoetryExtras(poetry.at("extras"), main, reader.warnings),
    groups: byName(expandGroups(groups)),
    optionalGroups: [...groups].filter(([, { optional }]) => optional).map(([group]) => group),
    sources: all.flatMap(({ source }) => source ?? []),
    indexes: readPoetrySources(poetry.at("source")),
  };
}

function readPython(node: TomlNode | undefined): string | undefined {
  const text = node?.string();
  const found = text === undefined ? undefined : poetryRequiresPython(text);
  if (text !== undefined && found === undefined) node?.problem(`${JSON.stringify(text)} is no set of Python versions`);
  return found;
}

function readTable(table: TomlNode | undefined, reader: PyprojectReader): readonly PoetryDependency[] {
  const entries = table?.entries() ?? [];
  return entries
    .filter(([name]) => name !== "python")
    .flatMap(([name, node]) => readPoetryDependency(name, node, reader));
}

/** An extra names optional dependencies, which stand among the others. */
function readPoetryExtras(
  table: TomlNode | undefined,
  main: readonly PoetryDependency[],
  warnings: string[],
): Readonly<Record<string, readonly Asked[]>> {
  const extras = (table?.entries() ?? []).map(([extra, node]) => {
    const named = node.strings().flatMap((each) => {
      const name = normalizeName(each.string() ?? "");
      const found = main.filter(({ asked }) => asked.requirement.name === name);
      if (found.length === 0)
        warnings.push(`the extra ${extra} names ${name}, which is no dependency: Poetry looks away`);
      return found.map(({ asked }) => asked);
    });
    return [normalizeExtra(extra), named] as const;
  });
  return byName(extras);
}

interface PoetryGroup {
  readonly dependencies: readonly PoetryDependency[];
  readonly optional: boolean;
  readonly includes: readonly TomlNode[];
}

function readGroups(poetry: TomlNode, reader: PyprojectReader): Groups {
  const groups = new Map<string, PoetryGroup>();
  for (const [name, node] of poetry.at("group")?.entries() ?? []) {
    const normalised = normalizeExtra(name);
    if (groups.has(normalised)) node.problem(`the group ${name} is there already under another spelling`);
    groups.set(normalised, {
      dependencies: readTable(node.at("dependencies"), reader),
      optional: node.at("optional")?.boolean() === true,
      includes: node.at("include-groups")?.strings() ?? [],
    });
  }
  const old = poetry.at("dev-dependencies");
  if (old === undefined) return groups;
  const dev = groups.get("dev") ?? { dependencies: [], optional: false, includes: [] };
  return groups.set("dev", { ...dev, dependencies: [...dev.dependencies, ...readTable(old, reader)] });
}

/** Groups whose includes grow beyond this are a mistake or an attack. */
const MAX_EXPANDED = 100_000;

type Groups = ReadonlyMap<string, PoetryGroup>;

function expandGroups(groups: Groups): ReadonlyMap<string, readonly Asked[]> {
  const expanded = new Map<string, readonly Asked[]>();
  for (const name of groups.keys()) expandGroup(name, groups, expanded, []);
  return expanded;
}

function expandGroup(
  name: string,
  groups: Groups,
  expanded: Map<string, readonly Asked[]>,
  path: readonly string[],
): readonly Asked[] {
  const known = expanded.get(name);
  if (known !== undefined) return known;
  const stack = [...path, name];
  const all: Asked[] = (groups.get(name)?.dependencies ?? []).map(({ asked }) => asked);
  for (const node of groups.get(name)?.includes ?? []) {
    const include = normalizeExtra(node.string() ?? "");
    if (!groups.has(include)) node.problem(`the group ${name} includes ${include}, which is not there`);
    else if (!stack.includes(include)) all.push(...expandGroup(include, groups, expanded, stack));
    else node.problem(`groups include each other in a circle: ${[...stack, include].join(" → ")}`);
    if (all.length <= MAX_EXPANDED) continue;
    node.problem(`the group ${name} comes to more than ${MAX_EXPANDED} requirements`);
    all.splice(0);
    break;
  }
  expanded.set(name, all);
  return all;
}

/**
 * `[[tool.poetry.source]]`. The first primary source takes the place of the default repository, unless that is listed
 * too, under its own name and without a URL.
 */
function readPoetrySources(node: TomlNode | undefined): readonly NamedIndex[] {
  const sources = (node?.items() ?? []).map((item) => ({
    name: item.at("name")?.string() ?? "",
    url: item.at("url")?.string(),
    priority: item.at("priority")?.string() ?? "primary",
  }));
  const keepsDefault = sources.some(({ name }) => name.toLowerCase() === "pypi");
  const main = keepsDefault ? undefined : sources.find(({ priority }) => /^(?:primary|default)$/.test(priority));
  return sources.flatMap((source) => {
    const { name, url, priority } = source;
    if (url === undefined) return [];
    return [{ name, url, explicit: priority === "explicit", default: source === main }];
  });
}
