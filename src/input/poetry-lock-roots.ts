import { normalizeExtra, normalizeName } from "../python/name.ts";
import { parseRequirement } from "../python/requirement.ts";
import { specifierContains } from "../python/specifier.ts";
import { type PoetryDependency, readPoetryDependencies } from "./poetry-lock-dependency.ts";
import type { TomlTable } from "./toml.ts";

/** What the project itself asks for. Keys are normalised. */
export interface PoetryRoots {
  readonly name?: string;
  readonly main: readonly PoetryDependency[];
  readonly extras: ReadonlyMap<string, readonly PoetryDependency[]>;
  readonly groups: ReadonlyMap<string, readonly PoetryDependency[]>;
}

/** The dependencies of a pyproject.toml as Poetry reads them: `[project]`, `[tool.poetry]`, `[dependency-groups]`. */
export function readPoetryRoots(root: TomlTable): PoetryRoots {
  const project = tableAt(root, "project");
  const poetry = tableAt(tableAt(root, "tool"), "poetry");
  const dependencies = tableAt(poetry, "dependencies");
  const own = dependencies === undefined ? [] : readPoetryDependencies(dependencies);
  const standard = project?.has("dependencies") === true || project?.has("optional-dependencies") === true;
  const name = project?.string("name") ?? poetry?.string("name");
  return {
    ...(name === undefined ? {} : { name: normalizeName(name) }),
    ...(standard && project !== undefined ? standardRoots(project, own) : legacyRoots(poetry, own)),
    groups: readGroups(root, poetry),
  };
}

function tableAt(table: TomlTable | undefined, key: string): TomlTable | undefined {
  return table?.has(key) === true ? table.table(key) : undefined;
}

/** Beside `[project]` Poetry's own table counts only for what is declared dynamic. */
function standardRoots(project: TomlTable, own: readonly PoetryDependency[]): Pick<PoetryRoots, "main" | "extras"> {
  const dynamic = project.strings("dynamic");
  const listed = project.has("dependencies") ? readList(project, "dependencies") : [];
  const main = [
    ...listed,
    ...(dynamic.includes("dependencies") || listed.length === 0 ? own.filter(({ optional }) => !optional) : []),
  ];
  const table = tableAt(project, "optional-dependencies");
  const keys = table?.keys() ?? [];
  const extras = new Map(keys.map((key) => [normalizeExtra(key), table === undefined ? [] : readList(table, key)]));
  return { main, extras };
}

function legacyRoots(
  poetry: TomlTable | undefined,
  own: readonly PoetryDependency[],
): Pick<PoetryRoots, "main" | "extras"> {
  const table = tableAt(poetry, "extras");
  const extras = new Map<string, readonly PoetryDependency[]>();
  for (const key of table?.keys() ?? []) {
    // Poetry takes the name alone: versions and markers stand at the dependency.
    const names = (table?.strings(key) ?? []).map((text) => normalizeName(/^\s*[\w.-]+/.exec(text)?.[0] ?? text));
    extras.set(
      normalizeExtra(key),
      own.filter(({ name }) => names.includes(name)),
    );
  }
  return { main: own.filter(({ optional }) => !optional), extras };
}

function readGroups(root: TomlTable, poetry: TomlTable | undefined): PoetryRoots["groups"] {
  const found = new Map<string, { readonly own: PoetryDependency[]; readonly includes: string[] }>();
  const group = (key: string) => {
    const name = normalizeExtra(key);
    const known = found.get(name) ?? { own: [], includes: [] };
    found.set(name, known);
    return known;
  };
  const standard = tableAt(root, "dependency-groups");
  for (const key of standard?.keys() ?? []) {
    const { own, includes } = group(key);
    for (const item of standard?.items(key) ?? []) {
      if (typeof item !== "string") includes.push(normalizeExtra(item.string("include-group") ?? ""));
    }
    if (standard !== undefined) own.push(...readList(standard, key));
  }
  const groups = tableAt(poetry, "group");
  for (const key of groups?.keys() ?? []) {
    const { own, includes } = group(key);
    const details = groups?.table(key);
    // The same dependencies as in [dependency-groups] only say more of where they come from.
    const dependencies = own.length > 0 ? undefined : tableAt(details, "dependencies");
    if (dependencies !== undefined) own.push(...readPoetryDependencies(dependencies));
    includes.push(...(details?.strings("include-groups") ?? []).map(normalizeExtra));
  }
  const older = tableAt(poetry, "dev-dependencies");
  if (older !== undefined) group("dev").own.push(...readPoetryDependencies(older));
  const expand = (name: string, seen: Set<string>): readonly PoetryDependency[] => {
    const { own = [], includes = [] } = seen.has(name) ? {} : (found.get(name) ?? {});
    seen.add(name);
    return [...own, ...includes.flatMap((other) => expand(other, seen))];
  };
  return new Map([...found.keys()].map((name) => [name, expand(name, new Set())]));
}

/** The PEP 508 texts of an array; tables in it (`include-group`) are passed over. */
function readList(table: TomlTable, key: string): readonly PoetryDependency[] {
  return table.items(key).flatMap((item) => {
    if (typeof item !== "string") return [];
    const requirement = parseRequirement(item);
    if (!requirement.ok) {
      table.problem(`${JSON.stringify(item)} is no requirement: ${requirement.message}`, key);
      return [];
    }
    const { name, extras, marker, specifiers, url } = requirement.value;
    const source = url === undefined ? undefined : /^git\+/i.test(url) ? "git" : isFile(url) ? "path" : "url";
    return [
      {
        name,
        extras,
        optional: false,
        condition: marker ?? true,
        allows: (version) => specifierContains(specifiers, version),
        ...(source === undefined ? {} : { source }),
      } satisfies PoetryDependency,
    ];
  });
}

function isFile(url: string): boolean {
  return /^(?:file:|\.|\/)/i.test(url);
}
