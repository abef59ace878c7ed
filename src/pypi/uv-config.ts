import { parse } from "smol-toml";
import { type Environment, isTrue, words } from "./pip-config.ts";

/** uv's index settings, from one source. */
export interface UvIndexes {
  /** Asked before the default one, in this order. */
  readonly extra: readonly NamedIndex[];
  /** Asked only for packages whose source names them. */
  readonly explicit: readonly NamedIndex[];
  readonly main: NamedIndex | undefined;
  readonly findLinks: readonly string[];
  readonly noIndex: boolean;
}

interface NamedIndex {
  readonly url: string;
  readonly name?: string;
}

/** UV_DEFAULT_INDEX, UV_INDEX and their older names (uv, reference/environment). */
export function uvEnvironment(environment: Environment): UvIndexes {
  const main = environment["UV_DEFAULT_INDEX"] || environment["UV_INDEX_URL"];
  return {
    explicit: [],
    extra: [...words(environment["UV_INDEX"]), ...words(environment["UV_EXTRA_INDEX_URL"])].map(named),
    main: main === undefined || main === "" ? undefined : named(main),
    findLinks: (environment["UV_FIND_LINKS"] ?? "").split(/[\s,]+/).filter((word) => word !== ""),
    noIndex: isTrue(environment["UV_NO_INDEX"]),
  };
}

type Table = Readonly<Record<string, unknown>>;

/**
 * `uv.toml`, or `[tool.uv]` of a pyproject.toml. A file that is no TOML says nothing here: whoever owns the file reports it.
 */
export function uvFile(text: string, kind: "uv.toml" | "pyproject.toml"): UvIndexes {
  const table = kind === "uv.toml" ? tableOf(tryParse(text)) : tableOf(tableOf(tableOf(tryParse(text))["tool"])["uv"]);
  const all = (Array.isArray(table["index"]) ? table["index"] : []).map(tableOf);
  const listed = all.filter((index) => index["explicit"] !== true);
  const [main] = listed.filter((index) => index["default"] === true).flatMap(indexOf);
  const plain = table["index-url"];
  return {
    explicit: all.filter((index) => index["explicit"] === true).flatMap(indexOf),
    extra: [
      ...listed.filter((index) => index["default"] !== true).flatMap(indexOf),
      ...strings(table["extra-index-url"]).map(named),
    ],
    main: main ?? (typeof plain === "string" ? { url: plain } : undefined),
    findLinks: strings(table["find-links"]),
    noIndex: table["no-index"] === true,
  };
}

function named(text: string): NamedIndex {
  const parts = /^([A-Za-z0-9][\w.-]*)=(.+)$/.exec(text);
  return parts?.[1] === undefined || parts[2] === undefined ? { url: text } : { name: parts[1], url: parts[2] };
}

function indexOf(index: Table): readonly NamedIndex[] {
  const { url, name } = index;
  if (typeof url !== "string") return [];
  return [typeof name === "string" ? { url, name } : { url }];
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function tryParse(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function tableOf(value: unknown): Table {
  return typeof value === "object" && value !== null ? (value as Table) : {};
}
