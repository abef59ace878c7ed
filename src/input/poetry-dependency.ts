import { type Marker, parseMarker } from "../python/marker.ts";
import { isValidName, normalizeExtra, normalizeName } from "../python/name.ts";
import { parseSpecifierSet } from "../python/specifier.ts";
import { absoluteUrl } from "./asked.ts";
import { poetryConstraint } from "./poetry-constraint.ts";
import { poetryPython } from "./poetry-python.ts";
import type { PyprojectReader } from "./pyproject-reader.ts";
import type { Asked, PackageSource } from "./request.ts";
import type { TomlNode } from "./toml-node.ts";
import { readMarker } from "./uv-sources.ts";

/** One dependency of a Poetry table. */
export interface PoetryDependency {
  readonly asked: Asked;
  /** Asked for by an extra only. */
  readonly optional: boolean;
  /** Where it comes from, if that is said. */
  readonly source?: PackageSource;
}

/** `name = "^1.0"`, `name = {version = …}` or a list of those, each with a marker of its own (poetry, dependency-specification). */
export function readPoetryDependency(
  name: string,
  node: TomlNode,
  reader: PyprojectReader,
): readonly PoetryDependency[] {
  if (!isValidName(name)) {
    node.problem(`${JSON.stringify(name)} is no name of a package`);
    return [];
  }
  const nodes = node.kind === "array" ? node.items() : [node];
  return nodes.map((each) => readOne(normalizeName(name), each, reader)).filter((found) => found !== undefined);
}

function readOne(name: string, node: TomlNode, reader: PyprojectReader): PoetryDependency | undefined {
  if (node.kind !== "string" && node.kind !== "table") {
    node.problem(`${node.name} must be a constraint or a table`);
    return undefined;
  }
  const versions = readVersions(node.kind === "string" ? node : node.at("version"));
  const marker = readMarkers(node);
  if (versions === undefined || marker === "wrong") return undefined;
  const extras = (node.at("extras")?.strings() ?? []).map((each) => normalizeExtra(each.string() ?? ""));
  const url = readUrl(node, reader.file);
  if (node.at("allow-prereleases")?.boolean() === true) {
    reader.warnings.push(
      `allow-prereleases of ${name} is not heeded: name a pre-release in its version, or say --prerelease allow`,
    );
  }
  const { specifiers, anyOf } = versions;
  const source = url === undefined ? readSource(name, node) : undefined;
  return {
    asked: {
      requirement: {
        name,
        extras: [...new Set(extras)].sort(),
        specifiers: url === undefined ? specifiers : { specifiers: [] },
        ...(url === undefined ? {} : { url }),
        ...(marker === undefined ? {} : { marker }),
      },
      ...(anyOf === undefined || url !== undefined ? {} : { anyOf }),
      text: node.kind === "string" ? `${name} = ${JSON.stringify(node.string())}` : `${name} = {…}`,
      location: node.location(),
      sha256: [],
    },
    optional: node.at("optional")?.boolean() === true,
    ...(source === undefined ? {} : { source }),
  };
}

type Versions = {
  readonly specifiers: Asked["requirement"]["specifiers"];
  readonly anyOf?: NonNullable<Asked["anyOf"]>;
};

function readVersions(node: TomlNode | undefined): Versions | undefined {
  const text = node?.string();
  if (node === undefined) return { specifiers: { specifiers: [] } };
  if (text === undefined) return undefined;
  const sets = poetryConstraint(text)?.map(({ specifiers }) => parseSpecifierSet(specifiers) ?? { specifiers: [] });
  const [only] = sets ?? [];
  if (sets === undefined || only === undefined) {
    node.problem(
      `${JSON.stringify(text)} is no version constraint`,
      'write for example "^1.2", "~1.2", ">=1.2,<2" or "*"',
    );
    return undefined;
  }
  return sets.length === 1 ? { specifiers: only } : { specifiers: { specifiers: [] }, anyOf: sets };
}

/** `markers`, `python` and `platform` must all hold. */
function readMarkers(node: TomlNode): Marker | undefined | "wrong" {
  const markers = node.at("markers");
  const python = node.at("python");
  const platform = node.at("platform");
  const texts = [
    markers === undefined ? "" : readMarker(markers),
    python === undefined ? "" : translated(python, poetryPython, "no set of Python versions"),
    platform === undefined ? "" : translated(platform, platformMarker, "no platform"),
  ];
  if (texts.includes(undefined)) return "wrong";
  const parts = texts.filter((text) => text !== undefined && text !== "").map((text) => `(${text})`);
  if (parts.length === 0) return undefined;
  const parsed = parseMarker(parts.join(" and "));
  return parsed.ok ? parsed.value : "wrong";
}

function translated(
  node: TomlNode,
  translate: (text: string) => string | undefined,
  wrong: string,
): string | undefined {
  const text = node.string();
  const found = text === undefined ? undefined : translate(text);
  if (text !== undefined && found === undefined) node.problem(`${JSON.stringify(text)} is ${wrong}`);
  return found;
}

/** `linux`, `!=win32`, `linux || darwin` are about `sys_platform`. */
function platformMarker(text: string): string | undefined {
  const alternatives = text
    .split(/\|\|?/)
    .map((one) => one.split(",").map((word) => /^\s*(==?|!=)?\s*([A-Za-z0-9_]+)\s*$/.exec(word)));
  if (alternatives.flat().includes(null)) return undefined;
  return alternatives
    .map((all) =>
      all.map((match) => `sys_platform ${match?.[1] === "!=" ? "!=" : "=="} "${match?.[2] ?? ""}"`).join(" and "),
    )
    .join(" or ");
}

/** Poetry's `git`, `url`, `path` and `file` as one URL. */
function readUrl(node: TomlNode, file: string): string | undefined {
  const git = node.at("git")?.string();
  if (git !== undefined) {
    const rev = (node.at("rev") ?? node.at("tag") ?? node.at("branch"))?.string();
    return `git+${git}${rev === undefined ? "" : `@${rev}`}`;
  }
  const url = node.at("url")?.string();
  if (url !== undefined) return url;
  const path = (node.at("path") ?? node.at("file"))?.string();
  return path === undefined ? undefined : absoluteUrl(path, file);
}

function readSource(name: string, node: TomlNode): PackageSource | undefined {
  const index = node.at("source")?.string();
  if (index === undefined) return undefined;
  const marker = node.at("markers")?.string();
  return {
    name,
    from: { kind: "index", index },
    ...(marker === undefined ? {} : { marker }),
    location: node.location(),
  };
}
