import { digestOf, hexOf } from "../oci/digest.ts";
import { normalizeName } from "../python/name.ts";
import { readJson } from "./json.ts";
import { locator } from "./locate.ts";
import { PYTHON_COMPACT, PYTHON_DEFAULT, pythonJson } from "./python-json.ts";
import { parseToml } from "./toml.ts";

/** Whether a lock still suits its pyproject.toml or Pipfile; unknown where the lock has no hash of it that can be made here. */
export type Freshness = "fresh" | "stale" | "unknown";

interface NamedText {
  readonly file: string;
  readonly text: string;
}

type Plain = Readonly<Record<string, unknown>>;

/**
 * Compares `metadata.content-hash` of a poetry.lock with pyproject.toml (poetry's `Locker._get_content_hash`; before
 * 2.3 it left the dependency groups out). Throws INPUT_INVALID where either is no TOML.
 */
export function poetryFreshness(lock: NamedText, project: NamedText): Freshness {
  const locked = tableAt(tomlOf(lock), "metadata")["content-hash"];
  const data = tomlOf(project);
  return compare(locked, [poetryContent(data, true), poetryContent(data, false)]);
}

const LEGACY_KEYS = ["dependencies", "source", "extras", "dev-dependencies"];
const PROJECT_KEYS = ["requires-python", "dependencies", "optional-dependencies"];

function poetryContent(data: Plain, withGroups: boolean): string | undefined {
  const groups = withGroups ? tableAt(data, "dependency-groups") : {};
  const poetry = tableAt(tableAt(data, "tool"), "poetry");
  const project = pick(tableAt(data, "project"), PROJECT_KEYS, () => false);
  const isStandard = Object.keys(project).length > 0 || Object.keys(groups).length > 0;
  const own = pick(poetry, [...LEGACY_KEYS, "group"], (key) => !isStandard && LEGACY_KEYS.includes(key));
  if (!isStandard) return pythonJson(own, PYTHON_DEFAULT);
  return pythonJson(
    {
      ...(Object.keys(project).length > 0 ? { project } : {}),
      ...(Object.keys(groups).length > 0 ? { "dependency-groups": groups } : {}),
      tool: { poetry: own },
    },
    PYTHON_DEFAULT,
  );
}

/** The members with these keys; `null` stands for one that is missing and counts anyway. */
function pick(table: Plain, keys: readonly string[], counts: (key: string) => boolean): Plain {
  const found = keys.flatMap((key): [string, unknown][] => {
    const value = table[key];
    return value === undefined && !counts(key) ? [] : [[key, value ?? null]];
  });
  return Object.fromEntries(found);
}

/**
 * Compares `metadata.content_hash` of a pdm.lock with pyproject.toml (pdm's `PyProject.content_hash`). Unknown for the
 * root of a workspace, whose hash takes in the members. Throws INPUT_INVALID where either is no TOML.
 */
export function pdmFreshness(lock: NamedText, project: NamedText): Freshness {
  const locked = tableAt(tomlOf(lock), "metadata")["content_hash"];
  const data = tomlOf(project);
  const pdm = tableAt(tableAt(data, "tool"), "pdm");
  if (pdm["workspace"] !== undefined) return "unknown";
  const hash = typeof locked === "string" && locked.startsWith("sha256:") ? locked.slice("sha256:".length) : undefined;
  const metadata = tableAt(data, "project");
  const resolution = tableAt(pdm, "resolution");
  const content = {
    sources: pdm["source"] ?? [],
    dependencies: metadata["dependencies"] ?? [],
    "dev-dependencies": pdmGroups(data, pdm),
    "optional-dependencies": metadata["optional-dependencies"] ?? {},
    "requires-python": metadata["requires-python"] ?? "",
  };
  const texts = [
    pythonJson({ ...content, resolution }, PYTHON_DEFAULT),
    pythonJson({ ...content, overrides: resolution["overrides"] ?? {} }, PYTHON_DEFAULT),
  ];
  return compare(hash, texts);
}

function pdmGroups(data: Plain, pdm: Plain): Plain {
  const groups: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const table of [tableAt(data, "dependency-groups"), tableAt(pdm, "dev-dependencies")]) {
    for (const [key, value] of Object.entries(table)) {
      const name = normalizeName(key);
      const known = groups[name];
      groups[name] = Array.isArray(known) && Array.isArray(value) ? [...known, ...value] : value;
    }
  }
  return groups;
}

const PIPFILE_SECTIONS = ["source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv"];

/**
 * Compares `_meta.hash` of a Pipfile.lock with the Pipfile (plette's `Pipfile.get_hash`). Unknown for a Pipfile without
 * a source: pipenv takes one of its own then. Throws INPUT_INVALID where either can't be read.
 */
export function pipfileFreshness(lock: NamedText, pipfile: NamedText): Freshness {
  const { value } = readJson(lock.text, locator(lock.file, lock.text));
  const locked = tableAt(tableAt(isTable(value) ? value : {}, "_meta"), "hash")["sha256"];
  const data = tomlOf(pipfile);
  if (data["source"] === undefined) return "unknown";
  const categories = Object.entries(data).filter(
    ([key]) => !PIPFILE_SECTIONS.includes(key) && key !== "default" && key !== "develop",
  );
  const content = (names: (table: unknown) => unknown): string | undefined =>
    pythonJson(
      {
        _meta: { sources: data["source"], requires: data["requires"] ?? {} },
        default: names(data["packages"] ?? {}),
        develop: names(data["dev-packages"] ?? {}),
        ...Object.fromEntries(categories.map(([key, value]) => [key, names(value)])),
      },
      PYTHON_COMPACT,
    );
  return compare(locked, [content((table) => table), content(withNormalNames)]);
}

/** Later pipenv hashes package names as PEP 503 writes them. */
function withNormalNames(table: unknown): unknown {
  if (!isTable(table)) return table;
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [normalizeName(name), value]));
}

function tomlOf({ file, text }: NamedText): Plain {
  return parseToml(text, locator(file, text), "bigint");
}

function isTable(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tableAt(table: Plain, key: string): Plain {
  const value = Object.hasOwn(table, key) ? table[key] : undefined;
  return isTable(value) ? value : {};
}

function compare(locked: unknown, contents: readonly (string | undefined)[]): Freshness {
  if (typeof locked !== "string" || contents.includes(undefined)) return "unknown";
  const digests = contents.map((content) => hexOf(digestOf(new TextEncoder().encode(content))));
  return digests.includes(locked) ? "fresh" : "stale";
}
