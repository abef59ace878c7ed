import { normalizeExtra, normalizeName } from "../python/name.ts";
import { parseRequirement, type Requirement } from "../python/requirement.ts";
import type { IndexOptions, InputContext } from "./input.ts";
import { lockOptions } from "./lock-options.ts";
import { readToml, type TomlTable } from "./toml.ts";

/** What the pyproject.toml beside a pdm.lock says. Keys are normalised. */
export interface PdmProject {
  readonly name?: string;
  readonly dependencies: readonly Requirement[];
  readonly extras: ReadonlyMap<string, readonly Requirement[]>;
  readonly groups: ReadonlyMap<string, readonly Requirement[]>;
  readonly options: IndexOptions;
}

/** Undefined when there is no pyproject.toml. Throws INPUT_INVALID for one that can't be read. */
export function readPdmProject(context: InputContext): PdmProject | undefined {
  const found = context.readInclude("pyproject.toml", context.file);
  if (found === undefined) return undefined;
  const { root, problems } = readToml(found.path, found.text);
  const project = tableAt(root, "project");
  const pdm = tableAt(tableAt(root, "tool"), "pdm");
  const name = project?.string("name");
  const optional = tableAt(project, "optional-dependencies");
  const read: PdmProject = {
    ...(name === undefined ? {} : { name: normalizeName(name) }),
    dependencies: project?.has("dependencies") === true ? requirements(project, "dependencies") : [],
    extras: new Map(
      (optional?.keys() ?? []).map((key) => [
        normalizeExtra(key),
        optional === undefined ? [] : requirements(optional, key),
      ]),
    ),
    groups: readGroups(tableAt(root, "dependency-groups"), tableAt(pdm, "dev-dependencies")),
    options: readSources(pdm, context),
  };
  problems.check();
  return read;
}

function tableAt(table: TomlTable | undefined, key: string): TomlTable | undefined {
  return table?.has(key) === true ? table.table(key) : undefined;
}

/** Tables in the array (`include-group`) are passed over. */
function requirements(table: TomlTable, key: string): readonly Requirement[] {
  return table.items(key).flatMap((item) => {
    if (typeof item !== "string") return [];
    const text = item.replace(/^\s*-e\s+/, "");
    const read = parseRequirement(text);
    if (read.ok) return [read.value];
    const egg = /[#&]egg=([\w.-]+)/.exec(text)?.[1];
    if (egg !== undefined) return [{ name: normalizeName(egg), extras: [], specifiers: { specifiers: [] }, url: text }];
    table.problem(`${JSON.stringify(item)} is no requirement: ${read.message}`, key);
    return [];
  });
}

function readGroups(standard: TomlTable | undefined, older: TomlTable | undefined): PdmProject["groups"] {
  const own = new Map<string, readonly Requirement[]>();
  const includes = new Map<string, readonly string[]>();
  for (const table of [standard, older]) {
    for (const key of table?.keys() ?? []) {
      if (table === undefined) continue;
      const name = normalizeExtra(key);
      own.set(name, [...(own.get(name) ?? []), ...requirements(table, key)]);
      const included = table.items(key).flatMap((item) => (typeof item === "string" ? [] : [item]));
      includes.set(
        name,
        included.map((item) => normalizeExtra(item.string("include-group") ?? "")),
      );
    }
  }
  const expand = (name: string, seen: Set<string>): readonly Requirement[] => {
    if (seen.has(name)) return [];
    seen.add(name);
    return [...(own.get(name) ?? []), ...(includes.get(name) ?? []).flatMap((other) => expand(other, seen))];
  };
  return new Map([...own.keys()].map((name) => [name, expand(name, new Set())]));
}

/** `[[tool.pdm.source]]`: the one called pypi takes the place of the default index. */
function readSources(pdm: TomlTable | undefined, context: InputContext): IndexOptions {
  const sources = pdm?.has("source") === true ? pdm.tables("source") : [];
  const extraIndexUrls: string[] = [];
  const findLinks: string[] = [];
  let indexUrl: string | undefined;
  for (const source of sources) {
    const url = fillIn(source.string("url") ?? "", context.environment);
    if (url === "") continue;
    if (source.string("type") === "find_links") findLinks.push(url);
    else if (source.string("name") === "pypi") indexUrl = url;
    else extraIndexUrls.push(url);
  }
  return lockOptions({ extraIndexUrls, findLinks, ...(indexUrl === undefined ? {} : { indexUrl }) });
}

/** `${NAME}`; an unset variable stays as it is written. */
function fillIn(text: string, environment: InputContext["environment"]): string {
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => environment[name] ?? whole);
}
