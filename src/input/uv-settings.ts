import { normalizeExtra, normalizeName } from "../python/name.ts";
import { absoluteUrl, askedList } from "./asked.ts";
import { byName } from "./by-name.ts";
import type { IndexOptions } from "./input.ts";
import { NO_OPTIONS } from "./new-request.ts";
import type { PyprojectReader } from "./pyproject-reader.ts";
import type { Asked, NamedIndex, RequirementsInput, ResolutionOptions } from "./request.ts";
import type { TomlNode } from "./toml-node.ts";
import { readMarker, readUvSources } from "./uv-sources.ts";

type UvSettings = Pick<
  RequirementsInput,
  "constraints" | "overrides" | "excludes" | "sources" | "indexes" | "options" | "resolution"
> &
  Pick<Partial<RequirementsInput>, "environments">;

/** `[tool.uv]` as far as it steers a resolution (uv, reference/settings). */
export function readUvSettings(uv: TomlNode, { file, warnings }: PyprojectReader): UvSettings {
  const environments = uv.at("environments");
  return {
    constraints: askedList(uv.at("constraint-dependencies"), file),
    overrides: readOverrides(uv.at("override-dependencies"), file, warnings),
    excludes: (uv.at("exclude-dependencies")?.strings() ?? []).map((node) => normalizeName(node.string() ?? "")),
    sources: readUvSources(uv.at("sources"), file),
    ...readIndexes(uv, file, warnings),
    resolution: readResolution(uv, warnings),
    ...(environments === undefined ? {} : { environments: readEnvironments(environments) }),
  };
}

/** The groups that are taken unless somebody says otherwise: "all", a list, or `dev`. */
export function uvDefaultGroups(uv: TomlNode, groups: readonly string[]): readonly string[] {
  const node = uv.at("default-groups");
  if (node === undefined) return groups.filter((name) => name === "dev");
  if (node.kind === "string") {
    if (node.string() !== "all") node.problem('default-groups must be a list of groups or "all"');
    return groups;
  }
  const named = node.strings().map((each) => [normalizeExtra(each.string() ?? ""), each] as const);
  for (const [name, each] of named) {
    if (!groups.includes(name))
      each.problem(`there is no group ${name}`, groups.length === 0 ? undefined : `there are ${groups.join(", ")}`);
  }
  return named.map(([name]) => name);
}

function readOverrides(node: TomlNode | undefined, file: string, warnings: string[]): readonly Asked[] {
  const scoped = (node?.items() ?? []).filter((item) => item.kind === "table");
  if (scoped.length === 0) return askedList(node, file);
  warnings.push("overrides for the dependencies of one package are not heeded ([tool.uv] override-dependencies)");
  const plain = node?.items().filter((item) => item.kind !== "table") ?? [];
  return plain.flatMap((item) => askedList(asList(item), file));
}

function asList(item: TomlNode): TomlNode {
  return { ...item, strings: () => (item.string() === undefined ? [] : [item]) };
}

/** A list of markers, or a single one. */
function readEnvironments(node: TomlNode): readonly string[] {
  const nodes = node.kind === "string" ? [node] : node.strings();
  return nodes.map(readMarker).filter((marker) => marker !== undefined);
}

function readIndexes(
  uv: TomlNode,
  file: string,
  warnings: string[],
): { readonly indexes: readonly NamedIndex[]; readonly options: IndexOptions } {
  const indexes: NamedIndex[] = [];
  const findLinks = strings(uv.at("find-links")).map((link) => absoluteUrl(link, file));
  for (const node of uv.at("index")?.items() ?? []) {
    const url = node.at("url")?.string();
    if (url === undefined) {
      if (node.at("url") === undefined) node.problem(`${node.name} lacks url`);
      continue;
    }
    const name = node.at("name")?.string() ?? url;
    if (indexes.some((other) => other.name === name)) node.problem(`there are two indexes called ${name}`);
    const index = {
      name,
      url: absoluteUrl(url, file),
      explicit: node.at("explicit")?.boolean() === true,
      default: node.at("default")?.boolean() === true,
    };
    if (node.at("format")?.string() !== "flat") indexes.push(index);
    else if (!index.explicit) findLinks.push(index.url);
    else warnings.push(`the index ${name} is a flat list of files, and is not asked`);
  }
  const indexUrl = uv.at("index-url")?.string();
  const options = {
    ...NO_OPTIONS,
    ...(indexUrl === undefined ? {} : { indexUrl: absoluteUrl(indexUrl, file) }),
    extraIndexUrls: strings(uv.at("extra-index-url")).map((url) => absoluteUrl(url, file)),
    findLinks,
    noIndex: uv.at("no-index")?.boolean() === true,
  };
  return { indexes, options };
}

function strings(node: TomlNode | undefined): readonly string[] {
  return (node?.strings() ?? []).map((each) => each.string() ?? "");
}

const RESOLUTIONS = ["highest", "lowest", "lowest-direct"] as const;
const PRERELEASES = ["if-necessary", "allow", "disallow", "explicit", "if-necessary-or-explicit"] as const;

function readResolution(uv: TomlNode, warnings: string[]): Partial<ResolutionOptions> {
  const resolution = oneOf(uv.at("resolution"), RESOLUTIONS);
  const prerelease = oneOf(uv.at("prerelease"), PRERELEASES);
  const excludeNewer = readDate(uv.at("exclude-newer"), warnings);
  const perPackage = (uv.at("exclude-newer-package")?.entries() ?? []).flatMap(([name, node]) => {
    const date = readDate(node, warnings);
    return date === undefined ? [] : [[normalizeName(name), date] as const];
  });
  return {
    ...(resolution === undefined ? {} : { resolution }),
    ...(prerelease === undefined
      ? {}
      : { prerelease: prerelease === "if-necessary-or-explicit" ? "if-necessary" : prerelease }),
    ...(excludeNewer === undefined ? {} : { excludeNewer }),
    ...(perPackage.length === 0 ? {} : { excludeNewerPackage: byName(perPackage) }),
  };
}

function oneOf<T extends string>(node: TomlNode | undefined, words: readonly T[]): T | undefined {
  const text = node?.string();
  const found = words.find((word) => word === text);
  if (text !== undefined && found === undefined)
    node?.problem(`${JSON.stringify(text)} is none of ${words.join(", ")}`);
  return found;
}

const INSTANT = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:?\d\d)$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const SPAN = /^\s*(?:[+-]?P|\d+\s*[a-z])/i;

/** RFC 3339. A day is meant with its end, in UTC; a span of time has no meaning without a clock. */
function readDate(node: TomlNode | undefined, warnings: string[]): string | undefined {
  if (node === undefined || node.kind === "boolean") return undefined;
  const text = node.kind === "date" ? node.dateText() : node.string();
  if (text === undefined) return undefined;
  if (INSTANT.test(text) && !Number.isNaN(Date.parse(text))) return text;
  if (DAY.test(text) && !Number.isNaN(Date.parse(text))) {
    return new Date(Date.parse(text) + 86_400_000).toISOString().replace(".000", "");
  }
  if (SPAN.test(text)) {
    warnings.push(
      `${node.name} = ${JSON.stringify(text)} counts from today and is not heeded: give --exclude-newer a date, so that the same inputs give the same image`,
    );
  } else node.problem(`${JSON.stringify(text)} is no date`, 'write for example "2026-01-31" or "2026-01-31T12:00:00Z"');
  return undefined;
}
