import { OciasmError } from "../errors.ts";
import { compareDebianVersions } from "./version.ts";

export type VersionRelation = "<<" | "<=" | "=" | ">=" | ">>";

/** One package of a relationship field: `name:qualifier (relation version) [architectures]`. */
export interface Dependency {
  readonly name: string;
  /** `any`, `native` or an architecture. */
  readonly qualifier?: string;
  readonly relation?: VersionRelation;
  readonly version?: string;
  /** Architectures on which it counts; with `!` in front those on which it does not. */
  readonly architectures?: readonly string[];
}

const MAX_FIELD = 1024 * 1024;
const ENTRY =
  /^([a-z0-9][a-z0-9+.-]*)(?::([a-z0-9-]+))?\s*(?:\(\s*(<<|<=|=|>=|>>|<|>)\s*([A-Za-z0-9.+~:-]+)\s*\))?\s*(?:\[([^\][]*)\])?\s*((?:<[^<>]*>\s*)*)$/i;

/**
 * Reads a relationship field such as Depends (deb-control(5), policy 7.1): every element must hold, and of an
 * element's alternatives one. Throws ARCHIVE_INVALID for anything else.
 */
export function parseDependencies(text: string): Dependency[][] {
  if (text.length > MAX_FIELD) {
    throw new OciasmError("ARCHIVE_INVALID", `a dependency field of ${text.length} characters`);
  }
  return text
    .split(",")
    .map((group) => group.trim())
    .filter((group) => group !== "")
    .map((group) => group.split("|").map((entry) => parseEntry(entry.trim())));
}

function parseEntry(text: string): Dependency {
  const match = ENTRY.exec(text);
  const name = match?.[1];
  if (match === null || name === undefined) {
    throw new OciasmError("ARCHIVE_INVALID", `not a dependency: ${JSON.stringify(text.slice(0, 100))}`);
  }
  const [, , qualifier, relation, version, architectures] = match;
  return {
    name,
    ...(qualifier === undefined ? {} : { qualifier }),
    ...(relation === undefined || version === undefined ? {} : { relation: modern(relation), version }),
    ...(architectures === undefined ? {} : { architectures: architectures.split(/\s+/).filter((word) => word !== "") }),
  };
}

/** dpkg still reads the single signs of old packages as "or equal". */
function modern(relation: string): VersionRelation {
  if (relation === "<") return "<=";
  if (relation === ">") return ">=";
  return relation as VersionRelation;
}

/** Whether the element counts on this architecture at all (policy 7.1, `[amd64]` and `[!amd64]`). */
export function appliesTo(dependency: Dependency, architecture: string): boolean {
  const list = dependency.architectures;
  if (list === undefined || list.length === 0) return true;
  const negated = list.some((word) => word.startsWith("!"));
  const named = list.some((word) => matchesArchitecture(word.replace(/^!/, ""), architecture));
  return named !== negated;
}

/** Debian's wildcards as far as Linux needs them: `any`, `linux-any`, `any-amd64`. */
function matchesArchitecture(word: string, architecture: string): boolean {
  return word === architecture || word === "any" || word === "linux-any" || word === `any-${architecture}`;
}

export function satisfiesVersion(version: string, dependency: Dependency): boolean {
  if (dependency.relation === undefined || dependency.version === undefined) return true;
  const order = compareDebianVersions(version, dependency.version);
  switch (dependency.relation) {
    case "<<":
      return order < 0;
    case "<=":
      return order <= 0;
    case "=":
      return order === 0;
    case ">=":
      return order >= 0;
    case ">>":
      return order > 0;
  }
}

/** As Debian writes it, for messages. */
export function showDependency(dependency: Dependency): string {
  const version = dependency.relation === undefined ? "" : ` (${dependency.relation} ${dependency.version})`;
  return dependency.name + (dependency.qualifier === undefined ? "" : `:${dependency.qualifier}`) + version;
}
