import { normalizeExtra, normalizeName } from "../python/name.ts";
import { parseSpecifierSet } from "../python/specifier.ts";
import { parseVersion } from "../python/version.ts";
import { askedOf } from "./asked.ts";
import { byName } from "./by-name.ts";
import { isUrl } from "./direct.ts";
import type { PyprojectReader } from "./pyproject-reader.ts";
import type { Asked, NamedIndex, PackageSource, RequirementsInput } from "./request.ts";
import type { TomlNode } from "./toml-node.ts";

type PdmSettings = Pick<
  RequirementsInput,
  "groups" | "overrides" | "excludes" | "sources" | "indexes" | "resolution"
> & {
  readonly findLinks: readonly string[];
};

/** `[tool.pdm]` as far as it asks for packages or steers a resolution (pdm, reference/pep621). */
export function readPdmSettings(pdm: TomlNode, reader: PyprojectReader): PdmSettings {
  const resolution = pdm.at("resolution");
  const prereleases = resolution?.at("allow-prereleases")?.boolean();
  const groups = (pdm.at("dev-dependencies")?.entries() ?? []).map(
    ([name, node]) => [normalizeExtra(name), node.strings().flatMap((each) => readLine(each, reader))] as const,
  );
  return {
    groups: byName(groups),
    overrides: (resolution?.at("overrides")?.entries() ?? []).flatMap(([name, node]) => readOverride(name, node)),
    excludes: (resolution?.at("excludes")?.strings() ?? []).map((node) => normalizeName(node.string() ?? "")),
    ...readSources(pdm.at("source"), reader),
    resolution: prereleases === undefined ? {} : { prerelease: prereleases ? "allow" : "disallow" },
  };
}

/** A development group may hold `-e` lines, which name folders. */
function readLine(node: TomlNode, reader: PyprojectReader): readonly Asked[] {
  const editable = /^\s*-e\s+(.*)$/s.exec(node.string() ?? "")?.[1];
  if (editable === undefined) return [askedOf(node, reader.file)].filter((asked) => asked !== undefined);
  const egg = /#(?:.*&)?egg=([A-Za-z0-9._-]+)/.exec(editable)?.[1];
  reader.warnings.push(`${egg ?? editable} is editable, and an image is not: it is left out`);
  return [];
}

/** An exact version, a specifier set or a URL. */
function readOverride(name: string, node: TomlNode): readonly Asked[] {
  const text = node.string();
  if (text === undefined) return [];
  const specifiers = parseSpecifierSet(parseVersion(text) === undefined ? text : `==${text.trim()}`);
  const url = isUrl(text) ? { url: text } : {};
  if (specifiers === undefined && !isUrl(text)) {
    node.problem(`${JSON.stringify(text)} is no version, specifier set or URL`);
    return [];
  }
  const set = isUrl(text) || specifiers === undefined ? { specifiers: [] } : specifiers;
  const requirement = { name: normalizeName(name), extras: [], specifiers: set, ...url };
  return [{ requirement, text: `${name} = ${JSON.stringify(text)}`, location: node.location(), sha256: [] }];
}

function readSources(
  node: TomlNode | undefined,
  { context }: PyprojectReader,
): {
  readonly indexes: readonly NamedIndex[];
  readonly sources: readonly PackageSource[];
  readonly findLinks: readonly string[];
} {
  const indexes: NamedIndex[] = [];
  const sources: PackageSource[] = [];
  const findLinks: string[] = [];
  for (const item of node?.items() ?? []) {
    const name = item.at("name")?.string() ?? "";
    const url = item.at("url")?.string();
    if (url === undefined) continue;
    const filled = expand(url, context.environment);
    if (item.at("type")?.string() === "find_links") findLinks.push(filled);
    // pdm calls the default repository so, and one of that name takes its place.
    else indexes.push({ name, url: filled, explicit: false, default: name === "pypi" });
    for (const each of item.at("include_packages")?.strings() ?? []) {
      const only = each.string() ?? "";
      if (/[*?[]/.test(only)) continue;
      sources.push({ name: normalizeName(only), from: { kind: "index", index: name }, location: each.location() });
    }
  }
  return { indexes, sources, findLinks };
}

/** pdm fills `${NAME}` in URLs of sources from the environment. */
function expand(url: string, environment: Readonly<Record<string, string | undefined>>): string {
  return url.replace(/\$\{(\w+)\}/g, (all, name: string) =>
    Object.hasOwn(environment, name) ? (environment[name] ?? all) : all,
  );
}
