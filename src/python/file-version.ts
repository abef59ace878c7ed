import { parseSdistName } from "./sdist-name.ts";
import { parseVersion, type Version } from "./version.ts";
import { MAX_WHEEL_NAME, parseWheelName } from "./wheel-name.ts";

/** What the names of wheels and of source distributions have in common. */
export interface FileVersion {
  readonly name: string;
  readonly version: Version;
}

/**
 * Project and version of thousands of file names that share most of their parts: each part is read once, and equal
 * spellings have one version between them. Undefined for what is no name of a wheel or source distribution.
 */
export function createFileVersions(): (filename: string) => FileVersion | undefined {
  const names = new Map<string, string | undefined>();
  const heads = new Map<string, FileVersion | undefined>();
  const nameOf = (text: string): string | undefined => {
    if (!names.has(text)) names.set(text, fileVersion(parseWheelName(`${text}-1-py3-none-any.whl`))?.name);
    return names.get(text);
  };
  const readHead = (head: string): FileVersion | undefined => {
    const dash = head.indexOf("-");
    const name = nameOf(head.slice(0, dash));
    const version = parseVersion(head.slice(dash + 1));
    return name === undefined || version === undefined ? undefined : { name, version };
  };
  const ofHead = (head: string): FileVersion | undefined => {
    const known = heads.get(head);
    if (known !== undefined || heads.has(head)) return known;
    const read = readHead(head);
    heads.set(head, read);
    return read;
  };
  // Files of one version mostly stand together.
  let lastHead = "";
  let last: FileVersion | undefined;
  const ofWheel = (filename: string): FileVersion | undefined => {
    const dash = filename.indexOf("-", filename.indexOf("-") + 1);
    if (dash < 0 || filename.length > MAX_WHEEL_NAME || !areTags(filename.slice(dash + 1))) return undefined;
    if (dash === lastHead.length && filename.startsWith(lastHead)) return last;
    lastHead = filename.slice(0, dash);
    last = ofHead(lastHead);
    return last;
  };
  const ofSdist = (filename: string): FileVersion | undefined => {
    const head = filename.endsWith(TAR) ? filename.slice(0, -TAR.length) : "";
    const isPlain = head.indexOf("-") > 0 && head.indexOf("-") === head.lastIndexOf("-");
    return (isPlain ? ofHead(head) : undefined) ?? fileVersion(parseSdistName(filename));
  };
  return (filename) => (filename.endsWith(".whl") ? ofWheel(filename) : ofSdist(filename));
}

const TAR = ".tar.gz";
const MAX_KNOWN = 10_000;
/** What follows the version: most projects use the same few hundred. */
const knownTags = new Map<string, boolean>();

function areTags(text: string): boolean {
  const known = knownTags.get(text);
  if (known !== undefined) return known;
  // Not the text itself, which may be a part of a page of megabytes.
  const wheel = `x-1-${text}`;
  const { ok } = parseWheelName(wheel);
  if (knownTags.size < MAX_KNOWN) knownTags.set(wheel.slice("x-1-".length), ok);
  return ok;
}

function fileVersion(
  parsed: ReturnType<typeof parseWheelName> | ReturnType<typeof parseSdistName>,
): FileVersion | undefined {
  return parsed.ok ? { name: parsed.value.name, version: parsed.value.version } : undefined;
}
