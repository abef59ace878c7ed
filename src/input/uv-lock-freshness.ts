import * as posix from "node:path/posix";
import { normalizeExtra, normalizeName } from "../python/name.ts";
import { formatSpecifierSet, parseSpecifierSet, specifierKey } from "../python/specifier.ts";
import { locator } from "./locate.ts";
import type { RequirementsInput } from "./request.ts";
import { parseToml } from "./toml.ts";

type Plain = Readonly<Record<string, unknown>>;

/**
 * Why a uv.lock does not suit the project in `folder` (relative to the lock's) any more: `[package.metadata]
 * requires-dist` against what the project asks for, markers aside. Undefined when it does, or when the lock says nothing.
 */
export function uvLockStale(
  lock: { readonly file: string; readonly text: string },
  folder: string,
  project: RequirementsInput,
): string | undefined {
  const data = parseToml(lock.text, locator(lock.file, lock.text), "bigint");
  const own = tables(data["package"]).find((item) => folderOf(item) === posix.normalize(folder === "" ? "." : folder));
  const metadata = own === undefined ? undefined : table(own["metadata"]);
  if (metadata === undefined) return undefined;
  const required = tables(metadata["requires-dist"]);
  // The root of a workspace may give the sources of its members.
  const elsewhere = required.filter(isFromElsewhere).map((item) => normalizeName(text(item["name"])));
  const sources = new Set([...project.sources.map((source) => source.name), ...elsewhere]);
  const locked = new Set(required.map((item) => lockedKey(item, sources)));
  const asked = new Map(
    [project.requirements, ...Object.values(project.extras)]
      .flat()
      .map((one) => [askedKey(one.requirement, sources), one.text] as const),
  );
  const added = [...asked].find(([key]) => !locked.has(key));
  if (added !== undefined) return `${added[1]} is asked for now`;
  const removed = [...locked].find((key) => !asked.has(key));
  return removed === undefined ? undefined : `${removed} is no longer asked for`;
}

/** Where something else than an index provides a package, only its name and extras are compared. */
function askedKey(
  { name, extras, specifiers, url }: RequirementsInput["requirements"][number]["requirement"],
  sources: ReadonlySet<string>,
): string {
  const text = formatSpecifierSet(specifiers);
  return keyOf(name, extras, url === undefined && !sources.has(name) ? text : "");
}

function lockedKey(item: Plain, sources: ReadonlySet<string>): string {
  const name = normalizeName(text(item["name"]));
  const extras = (Array.isArray(item["extras"]) ? item["extras"] : []).map((extra) => normalizeExtra(text(extra)));
  return keyOf(name, extras, sources.has(name) ? "" : text(item["specifier"]));
}

function isFromElsewhere(item: Plain): boolean {
  return ["git", "url", "path", "directory", "editable", "virtual"].some((key) => item[key] !== undefined);
}

function keyOf(name: string, extras: readonly string[], specifiers: string): string {
  const bracketed = extras.length === 0 ? "" : `[${[...extras].sort().join(",")}]`;
  const set = parseSpecifierSet(specifiers);
  const clauses = set === undefined ? specifiers : set.specifiers.map(specifierKey).sort().join(",");
  return `${name}${bracketed}${clauses}`;
}

function folderOf(item: Plain): string | undefined {
  const source = table(item["source"]) ?? {};
  const path = source["editable"] ?? source["virtual"] ?? source["directory"];
  return typeof path === "string" ? posix.normalize(path) : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function table(value: unknown): Plain | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Plain) : undefined;
}

function tables(value: unknown): readonly Plain[] {
  return Array.isArray(value) ? value.map(table).filter((one) => one !== undefined) : [];
}
