import { OciasmError } from "../errors.ts";
import { type Stanza, stanzas } from "./control.ts";

/** One binary package of an archive's Packages file. Relationship fields are kept as text: most are never read. */
export interface BinaryPackage {
  readonly name: string;
  readonly version: string;
  /** `all` or an architecture. */
  readonly architecture: string;
  /** Name of the source package (`Source:` without its version). */
  readonly source: string;
  /** Path below the archive's URL. */
  readonly filename: string;
  readonly sha256: string;
  /** Bytes of the .deb. */
  readonly size: number;
  readonly relations: Readonly<Partial<Record<RelationField, string>>>;
  readonly multiArch?: string;
  /** How much a system wants it: 0 for essential, then by `Priority:` from required (1) down (policy 2.5). */
  readonly rank: number;
  /** Which of the archives of a resolution listed it. */
  readonly archive: number;
}

const RELATION_FIELDS = ["pre-depends", "depends", "provides", "conflicts", "breaks"] as const;
const FIELDS: ReadonlySet<string> = new Set([
  "package",
  "version",
  "architecture",
  "source",
  "filename",
  "sha256",
  "size",
  "multi-arch",
  "priority",
  "essential",
  ...RELATION_FIELDS,
]);

const PRIORITIES = ["required", "important", "standard", "optional", "extra"];

export type RelationField = (typeof RELATION_FIELDS)[number];

/** Reads a Packages file. Throws ARCHIVE_INVALID for a paragraph without name, version, path, size or SHA256. */
export function parsePackages(text: string, archive: number): BinaryPackage[] {
  const packages: BinaryPackage[] = [];
  for (const stanza of stanzas(text, FIELDS)) packages.push(readPackage(detached(stanza), archive));
  return packages;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Parts of a text keep the whole of it alive: of a paragraph only the fields shall stay. */
function detached(stanza: Stanza): Stanza {
  const text = decoder.decode(encoder.encode([...stanza.values()].join("")));
  const copy = new Map<string, string>();
  let at = 0;
  for (const [name, { length }] of stanza) {
    copy.set(name, text.slice(at, at + length));
    at += length;
  }
  return copy;
}

function readPackage(stanza: Stanza, archive: number): BinaryPackage {
  const name = required(stanza, "package", /^[a-z0-9][a-z0-9+.-]+$/);
  const relations: Partial<Record<RelationField, string>> = {};
  for (const field of RELATION_FIELDS) {
    const text = stanza.get(field);
    if (text !== undefined) relations[field] = text;
  }
  const multiArch = stanza.get("multi-arch");
  return {
    name,
    version: required(stanza, "version", /^[A-Za-z0-9.+~:-]+$/),
    architecture: required(stanza, "architecture", /^[a-z0-9-]+$/),
    source: (stanza.get("source") ?? name).replace(/\s*\(.*$/, ""),
    filename: poolPath(required(stanza, "filename", /^[^\s?#%\\]+$/)),
    sha256: required(stanza, "sha256", /^[0-9a-f]{64}$/),
    size: Number(required(stanza, "size", /^\d{1,12}$/)),
    relations,
    ...(multiArch === undefined ? {} : { multiArch }),
    rank: rankOf(stanza),
    archive,
  };
}

function rankOf(stanza: Stanza): number {
  if (stanza.get("essential") === "yes") return 0;
  const at = PRIORITIES.indexOf(stanza.get("priority") ?? "optional");
  return 1 + (at < 0 ? PRIORITIES.length : at);
}

function required(stanza: Stanza, field: string, form: RegExp): string {
  const value = stanza.get(field) ?? "";
  if (form.test(value)) return value;
  const what = stanza.get("package") ?? "a package";
  throw new OciasmError("ARCHIVE_INVALID", `package list: ${what} has no valid ${field}: ${JSON.stringify(value)}`);
}

function poolPath(path: string): string {
  const parts = path.replace(/^(?:\.\/)+/, "").split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..")) {
    throw new OciasmError("ARCHIVE_INVALID", `package list: ${JSON.stringify(path)} is no path below an archive`);
  }
  return parts.join("/");
}
