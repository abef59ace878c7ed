import { normalizeExtra, normalizeName } from "../python/name.ts";
import { parseSpecifierSet, type SpecifierSet, specifierContains } from "../python/specifier.ts";
import type { Version } from "../python/version.ts";
import { allOf, anyOf, type Condition, readCondition } from "./marker-algebra.ts";
import { poetryConstraint } from "./poetry-constraint.ts";
import { poetryPython } from "./poetry-python.ts";
import type { TomlTable } from "./toml.ts";

/** A dependency as Poetry writes it in a lock or in pyproject.toml. */
export interface PoetryDependency {
  /** Normalised. */
  readonly name: string;
  readonly extras: readonly string[];
  readonly optional: boolean;
  readonly condition: Condition;
  /** Whether a locked version is meant; true where nothing is said of versions. */
  allows(version: Version): boolean;
  /** Type of the locked source that is meant, where the dependency is no name with versions. */
  readonly source?: "url" | "git" | "path";
  /** Name of an index of pyproject.toml. */
  readonly index?: string;
}

/** All dependencies of a table name → constraint, table, or several of either; `python` is none. */
export function readPoetryDependencies(table: TomlTable): readonly PoetryDependency[] {
  return table.keys().flatMap((key) => {
    const name = normalizeName(key);
    if (name === "python") return [];
    if (table.isArray(key)) {
      return table.items(key).map((item) => {
        return typeof item === "string" ? fromConstraint(name, item, table, key) : fromTable(name, item);
      });
    }
    if (table.isString(key)) return [fromConstraint(name, table.string(key) ?? "", table, key)];
    const details = table.table(key);
    return details === undefined ? [] : [fromTable(name, details)];
  });
}

function fromConstraint(name: string, text: string, table: TomlTable, key: string): PoetryDependency {
  return { name, extras: [], optional: false, condition: true, allows: allowing(text, table, key) };
}

function fromTable(name: string, table: TomlTable): PoetryDependency {
  const source = table.has("git") ? "git" : table.has("url") ? "url" : isPath(table) ? "path" : undefined;
  const index = table.string("source");
  return {
    name,
    extras: table.strings("extras").map(normalizeExtra),
    optional: table.boolean("optional") ?? false,
    condition: allOf([markersOf(table), pythonOf(table), platformOf(table)]),
    allows: allowing(table.string("version") ?? "*", table, "version"),
    ...(source === undefined ? {} : { source }),
    ...(index === undefined ? {} : { index }),
  };
}

function isPath(table: TomlTable): boolean {
  return table.has("path") || table.has("file");
}

function allowing(text: string, table: TomlTable, key: string): PoetryDependency["allows"] {
  const alternatives = poetryConstraint(text);
  if (alternatives === undefined) {
    table.problem(`${JSON.stringify(text)} is no version constraint of Poetry`, key);
    return () => true;
  }
  const sets = alternatives
    .map(({ specifiers }) => parseSpecifierSet(specifiers))
    .filter((set): set is SpecifierSet => set !== undefined);
  return (version) => sets.some((set) => specifierContains(set, version));
}

function markersOf(table: TomlTable): Condition {
  const text = table.string("markers");
  const condition = readCondition(text);
  if (condition.ok) return condition.value;
  table.problem(`${JSON.stringify(text)} is no marker: ${condition.message}`, "markers");
  return true;
}

function pythonOf(table: TomlTable): Condition {
  const text = table.string("python");
  if (text === undefined) return true;
  const condition = pythonCondition(text);
  if (condition === undefined) table.problem(`${JSON.stringify(text)} is no version constraint of Poetry`, "python");
  return condition ?? true;
}

/** The Pythons of a constraint; undefined where Poetry would not read it. */
export function pythonCondition(text: string): Condition | undefined {
  const marker = poetryPython(text);
  if (marker === undefined) return undefined;
  const condition = readCondition(marker);
  return condition.ok ? condition.value : undefined;
}

/** `platform = "linux || darwin"`: sys_platform, alternatives by `||`, all of them by commas. */
function platformOf(table: TomlTable): Condition {
  const text = table.string("platform");
  if (text === undefined || text.trim() === "*") return true;
  return anyOf(text.split(/\|\|?/).map((one) => allOf(one.split(",").map(platformIs))));
}

function platformIs(text: string): Condition {
  const [, operator = "", name = ""] = /^\s*(!=|==?)?\s*(.*?)\s*$/s.exec(text) ?? [];
  return {
    type: "compare",
    left: { type: "variable", name: "sys_platform" },
    operator: operator === "!=" ? "!=" : "==",
    right: { type: "value", text: name },
  };
}
