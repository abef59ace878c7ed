import { formatMarker, parseMarker } from "../python/marker.ts";
import { normalizeExtra } from "../python/name.ts";
import { parseRequirement } from "../python/requirement.ts";
import type { SpecifierSet } from "../python/specifier.ts";
import { isUrl, looksLikePath } from "./direct.ts";

/** What stands before the options of a line: a PEP 508 requirement, or pip's bare URL or path. */
export interface RequirementText {
  /** Absent for a bare URL or path. */
  readonly name?: string;
  readonly extras: readonly string[];
  readonly specifiers?: SpecifierSet;
  /** URL or path as written. */
  readonly target?: string;
  readonly marker?: string;
}

export interface RequirementProblem {
  readonly message: string;
  readonly offset: number;
  readonly length: number;
}

/** Reads pip's argument of a requirement line; offsets count from the start of `text`. */
export function readRequirementText(text: string): RequirementText | RequirementProblem {
  const { body, markerAt } = splitMarker(text);
  // `name @ target` is PEP 508 even where the target is a path; a bare target never has ` @ `.
  const named = /^[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\])?\s*@/.test(text);
  if (!named && (isUrl(body) || looksLikePath(withoutExtras(body).target))) return readBare(text, body, markerAt);
  const parsed = parseRequirement(text);
  if (!parsed.ok) return { message: parsed.message, offset: parsed.offset, length: parsed.length };
  const { name, extras, specifiers, url, marker } = parsed.value;
  return {
    name,
    extras,
    ...(url === undefined ? { specifiers } : { target: url }),
    ...(marker === undefined ? {} : { marker: formatMarker(marker) }),
  };
}

function readBare(text: string, body: string, markerAt: number): RequirementText | RequirementProblem {
  const { target, extras } = withoutExtras(body);
  if (markerAt === -1) return { extras, target };
  const marker = parseMarker(text.slice(markerAt));
  if (!marker.ok) return { message: marker.message, offset: markerAt + marker.offset, length: marker.length };
  return { extras, target, marker: formatMarker(marker.value) };
}

/** Behind a URL, which may hold semicolons, a marker needs a space before or after its semicolon. */
function splitMarker(text: string): { readonly body: string; readonly markerAt: number } {
  const at = isUrl(text) ? text.search(/\s;|;\s/) : text.indexOf(";");
  if (at === -1) return { body: text.trim(), markerAt: -1 };
  return { body: text.slice(0, at).trim(), markerAt: text.indexOf(";", at) + 1 };
}

function withoutExtras(body: string): { readonly target: string; readonly extras: readonly string[] } {
  const match = /^([^#]*?)\[([\w.,\s-]*)\]$/.exec(body);
  if (match === null) return { target: body, extras: [] };
  const extras = (match[2] ?? "").split(",").map((extra) => extra.trim());
  return { target: (match[1] ?? "").trim(), extras: extras.filter((extra) => extra !== "").map(normalizeExtra) };
}
