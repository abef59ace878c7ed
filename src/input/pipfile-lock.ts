import { OciasmError } from "../errors.ts";
import { normalizeExtra } from "../python/name.ts";
import type { IndexOptions, InputContext, InputFormat, InputPackage, LockInput } from "./input.ts";
import { readJson } from "./json.ts";
import { locator } from "./locate.ts";
import { lockOptions } from "./lock-options.ts";
import { allOf, anyOf, type Condition, conditionText, memberOf, not } from "./marker-algebra.ts";
import { type PipfileContext, type PipfilePackage, readPipfilePackage } from "./pipfile-lock-package.ts";
import { collectProblems } from "./problems.ts";
import { type TomlTable, tableView } from "./toml.ts";

/** Pipenv's lock, pipfile-spec 6: categories of pinned packages with hashes and without file names. */
export const pipfileLock: InputFormat = {
  name: "Pipfile.lock",
  matches: (baseName) => baseName === "Pipfile.lock",
  parse: (text, context) => {
    const locate = locator(context.file, text);
    const { value, find } = readJson(text, locate);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new OciasmError("INPUT_INVALID", "Pipfile.lock must be an object", { location: locate(0) });
    }
    const problems = collectProblems();
    const root = tableView(value as Readonly<Record<string, unknown>>, { locate, find, problems });
    const warnings: string[] = [];
    root.demand("_meta");
    const meta = root.has("_meta") ? root.table("_meta") : undefined;
    if (meta !== undefined) checkSpec(meta);
    // Another version may mean anything: its packages are not looked at.
    problems.check();
    const sources = readSources(meta, context);
    const categories = categoriesOf(root);
    const packages = readPackages(root, categories, {
      file: context.file,
      sources: new Map(sources.map(({ name, url }) => [name, url])),
    });
    const input: LockInput = {
      format: "Pipfile.lock",
      file: context.file,
      packages,
      selection: { by: "sets" },
      options: optionsOf(sources),
      ...pythonOf(meta, warnings),
      environments: [],
      defaultGroups: ["default"],
      extras: [],
      groups: categories.flatMap(namesOf).filter((name) => name !== "default"),
      warnings,
    };
    problems.check();
    return input;
  },
};

function checkSpec(meta: TomlTable): void {
  const spec = meta.has("pipfile-spec") ? meta.integer("pipfile-spec") : 6;
  if (spec === undefined || spec === 6) return;
  meta.problem(
    `pipfile-spec ${spec} is not known here, only 6 is`,
    "pipfile-spec",
    "write the lock again: `pipenv lock`",
  );
}

/** `default` wins over `develop`, and both over categories of the user's own, as `pipenv install` has it. */
function categoriesOf(root: TomlTable): readonly string[] {
  const first = ["default", "develop"];
  const others = root.keys().filter((key) => key !== "_meta" && !first.includes(key));
  return [...first, ...others].filter((key) => root.has(key));
}

/** The names by which a category is asked for: `develop` has three. */
function namesOf(category: string): readonly string[] {
  return category === "develop" ? ["develop", "dev", "dev-packages"] : [normalizeExtra(category)];
}

function isAsked(category: string): Condition {
  return anyOf(namesOf(category).map((name) => memberOf(name, "dependency_groups")));
}

interface Row extends PipfilePackage {
  readonly category: string;
}

function readPackages(
  root: TomlTable,
  categories: readonly string[],
  context: PipfileContext,
): readonly InputPackage[] {
  const byName = new Map<string, Row[]>();
  for (const category of categories) {
    const table = root.table(category);
    for (const key of table?.keys() ?? []) {
      const read = table === undefined ? undefined : readPipfilePackage(table, key, context);
      if (read === undefined) continue;
      const { name } = read.package;
      byName.set(name, [...(byName.get(name) ?? []), { ...read, category }]);
    }
  }
  return [...byName.values()].flatMap(mergeRows);
}

/** Rows that say the same become one; a later one that differs yields where an earlier category is asked for. */
function mergeRows(rows: readonly Row[]): readonly InputPackage[] {
  const merged = new Map<string, { readonly package: InputPackage; readonly conditions: Condition[] }>();
  rows.forEach((row, at) => {
    const key = identity(row.package);
    const earlier = rows.slice(0, at).filter((other) => identity(other.package) !== key);
    const condition = allOf([
      isAsked(row.category),
      row.condition,
      ...earlier.map(({ category }) => not(isAsked(category))),
    ]);
    const known = merged.get(key) ?? { package: row.package, conditions: [] };
    known.conditions.push(condition);
    merged.set(key, known);
  });
  return [...merged.values()].flatMap(({ package: entry, conditions }) => {
    const condition = anyOf(conditions);
    if (condition === false) return [];
    const marker = conditionText(condition);
    return [marker === undefined ? entry : { ...entry, marker }];
  });
}

function identity({ version, sha256, index, direct, blocked }: InputPackage): string {
  return JSON.stringify([version, sha256, index, direct, blocked]);
}

interface Source {
  readonly name: string;
  readonly url: string;
  readonly verified: boolean;
}

function readSources(meta: TomlTable | undefined, context: InputContext): readonly Source[] {
  const sources = meta?.has("sources") === true ? meta.tables("sources") : [];
  return sources.flatMap((source) => {
    const url = fillIn(source.string("url") ?? "", context.environment);
    if (url === "") return [];
    const verified = !source.has("verify_ssl") || source.boolean("verify_ssl") !== false;
    return [{ name: source.string("name") ?? url, url, verified }];
  });
}

/** pipenv reads `${NAME}` and `$NAME`; an unset variable stays as it is written. */
function fillIn(url: string, environment: InputContext["environment"]): string {
  return url.replace(/\$(?:\{(\w+)\}|([A-Za-z_]\w*))/g, (whole, braced?: string, bare?: string) => {
    return environment[braced ?? bare ?? ""] ?? whole;
  });
}

function optionsOf(sources: readonly Source[]): IndexOptions {
  const [first, ...others] = sources.map(({ url }) => url);
  const hosts = sources
    .filter(({ verified }) => !verified)
    .map(({ url }) => /^[^/]+\/\/(?:[^@/]*@)?([^/?#]+)/.exec(url)?.[1]);
  return lockOptions({
    ...(first === undefined ? {} : { indexUrl: first }),
    extraIndexUrls: others,
    trustedHosts: hosts.filter((host) => host !== undefined),
  });
}

function pythonOf(meta: TomlTable | undefined, warnings: string[]): Pick<LockInput, "requiresPython"> {
  const requires = meta?.has("requires") === true ? meta.table("requires") : undefined;
  const full = requires?.string("python_full_version");
  const key = full === undefined ? "python_version" : "python_full_version";
  const text = requires?.string(key);
  if (text === undefined || text === "*") return {};
  const parts = /^(\d{1,4})(?:\.(\d{1,4}))?(?:\.\d{1,4})?$/.exec(text);
  if (parts === null) {
    requires?.problem(`${JSON.stringify(text)} is no version of Python`, key);
    return {};
  }
  const minor = parts[2] === undefined ? parts[1] : `${parts[1]}.${parts[2]}`;
  if (full !== undefined) warnings.push(`the lock asks for Python ${full}: here any ${minor}.x will do`);
  return { requiresPython: `==${minor}.*` };
}
