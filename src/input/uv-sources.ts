import * as posix from "node:path/posix";
import { parseMarker } from "../python/marker.ts";
import { isValidName, normalizeExtra, normalizeName } from "../python/name.ts";
import type { PackageSource } from "./request.ts";
import type { TomlNode } from "./toml-node.ts";

const KINDS = ["index", "url", "path", "git", "workspace"] as const;

/** `[tool.uv.sources]`: a table or a list of tables for each package (uv, concepts/projects/dependencies). */
export function readUvSources(table: TomlNode | undefined, file: string): readonly PackageSource[] {
  return (table?.entries() ?? []).flatMap(([name, node]) => {
    if (!isValidName(name)) node.problem(`${JSON.stringify(name)} is no name of a package`);
    const nodes = node.kind === "array" ? node.items() : [node];
    return nodes.map((each) => readSource(normalizeName(name), each, file)).filter((source) => source !== undefined);
  });
}

function readSource(name: string, node: TomlNode, file: string): PackageSource | undefined {
  if (node.kind !== "table") {
    node.problem(`${node.name} must be a table that names an index, url, path, git or workspace`);
    return undefined;
  }
  const kinds = KINDS.filter((kind) => node.at(kind) !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    node.problem(
      kind === undefined ? `${node.name} names no source` : `${node.name} names ${kinds.join(" and ")} at once`,
    );
    return undefined;
  }
  const from = placeOf(kind, node, file);
  if (from === undefined) return undefined;
  const marker = readMarker(node.at("marker"));
  const extra = node.at("extra")?.string();
  const group = node.at("group")?.string();
  return {
    name,
    from,
    ...(marker === undefined ? {} : { marker }),
    ...(extra === undefined ? {} : { extra: normalizeExtra(extra) }),
    ...(group === undefined ? {} : { group: normalizeExtra(group) }),
    location: node.location(),
  };
}

function placeOf(kind: (typeof KINDS)[number], node: TomlNode, file: string): PackageSource["from"] | undefined {
  const value = node.at(kind);
  if (kind === "workspace") return value?.boolean() === undefined ? undefined : { kind };
  const text = value?.string();
  if (text === undefined) return undefined;
  switch (kind) {
    case "index":
      return { kind, index: text };
    case "url":
      return { kind, url: text };
    case "path":
      return {
        kind,
        path: posix.resolve(posix.dirname(file), text),
        editable: node.at("editable")?.boolean() === true,
      };
    case "git": {
      const rev = (node.at("rev") ?? node.at("tag") ?? node.at("branch"))?.string();
      const subdirectory = node.at("subdirectory")?.string();
      return {
        kind,
        url: text,
        ...(rev === undefined ? {} : { rev }),
        ...(subdirectory === undefined ? {} : { subdirectory }),
      };
    }
  }
}

/** The marker as written; a problem is noted for what is none. */
export function readMarker(node: TomlNode | undefined): string | undefined {
  // uv reads markers over several lines; one character for another keeps the place of a fault.
  const text = node?.string()?.replace(/[\r\n\f\v]/g, " ");
  if (text === undefined) return undefined;
  const parsed = parseMarker(text);
  if (parsed.ok) return text.trim();
  node?.problem(`${JSON.stringify(text)} is no marker: ${parsed.message}`, undefined, parsed);
  return undefined;
}
