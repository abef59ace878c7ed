import { strip } from "./whitespace.ts";

/** One line of entry_points.txt: `name = module:attribute [extras]`. */
export interface EntryPoint {
  /** "console_scripts", "gui_scripts" or any other. */
  readonly group: string;
  /** Case kept. */
  readonly name: string;
  readonly module: string;
  /** Dotted; absent where the module itself is meant, which scripts never do. */
  readonly attribute?: string;
  /** From 1. */
  readonly line: number;
}

export interface EntryPointProblem {
  readonly line: number;
  readonly message: string;
}

export interface EntryPoints {
  readonly entryPoints: readonly EntryPoint[];
  /** Lines that were passed over. */
  readonly problems: readonly EntryPointProblem[];
}

const MAX_LENGTH = 1 << 22;
const SCRIPT_GROUPS = ["console_scripts", "gui_scripts"];
const DOTTED = /^[\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*$/u;

/**
 * Reads entry_points.txt: an INI file where names keep their case, only `=` divides, and lines that start with `#` or `;`
 * are comments. Extras in brackets are passed over (they say nothing at run time). Of two lines with one group and name
 * the first counts.
 */
export function parseEntryPoints(text: string): EntryPoints {
  if (text.length > MAX_LENGTH) return { entryPoints: [], problems: [{ line: 1, message: "too large" }] };
  const found = new Map<string, EntryPoint>();
  const problems: EntryPointProblem[] = [];
  let group: string | undefined;
  for (const [index, raw] of (text.startsWith("\ufeff") ? text.slice(1) : text).split(/\r\n|\r|\n/).entries()) {
    const content = strip(raw);
    if (content === "" || content.startsWith("#") || content.startsWith(";")) continue;
    if (content.startsWith("[") && content.endsWith("]")) {
      group = strip(content.slice(1, -1));
      continue;
    }
    const entry = readEntry(content, group, index + 1);
    const key = typeof entry === "string" ? "" : `${entry.group}\0${entry.name}`;
    if (typeof entry === "string") problems.push({ line: index + 1, message: entry });
    else if (found.has(key))
      problems.push({ line: index + 1, message: `${entry.name} stands twice in [${entry.group}]` });
    else found.set(key, entry);
  }
  return { entryPoints: [...found.values()], problems };
}

/** The entry, or what is wrong with it. */
function readEntry(content: string, group: string | undefined, line: number): EntryPoint | string {
  if (group === undefined || group === "") return "a line before the first [group]";
  const divider = content.indexOf("=");
  const name = strip(content.slice(0, Math.max(0, divider)));
  if (divider === -1 || name === "") return `not of the form "name = module:attribute": ${content.slice(0, 100)}`;
  const [reference, attribute] = splitReference(content.slice(divider + 1));
  if (!DOTTED.test(reference)) return `${name} names no module: ${reference.slice(0, 100)}`;
  if (attribute === undefined) {
    if (SCRIPT_GROUPS.includes(group)) return `${name} names no function: ${reference.slice(0, 100)}`;
    return { group, name, module: reference, line };
  }
  if (!DOTTED.test(attribute)) return `${name} names no function: ${attribute.slice(0, 100)}`;
  return { group, name, module: reference, attribute, line };
}

/** `module : attribute [extras]` to its first two. */
function splitReference(text: string): readonly [module: string, attribute: string | undefined] {
  const value = strip(text);
  const bracket = value.endsWith("]") ? value.indexOf("[") : -1;
  const reference = bracket === -1 ? value : value.slice(0, bracket);
  const colon = reference.indexOf(":");
  if (colon === -1) return [strip(reference), undefined];
  return [strip(reference.slice(0, colon)), strip(reference.slice(colon + 1))];
}
