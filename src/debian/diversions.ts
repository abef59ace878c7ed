import { type ValuedLine, valuedLines } from "./shell-values.ts";
import { isPlainPath, type ReadCall, understoodCalls, unquoted } from "./shell-words.ts";

/** A file that other packages may not lie at: theirs goes to `to` (dpkg-divert(1)). Absolute paths, as in the script. */
export interface Diversion {
  readonly from: string;
  readonly to: string;
  /** Its own file stays at `from`. */
  readonly package: string;
}

/** The maintainer scripts of one package. */
export interface PackageScripts {
  readonly package: string;
  readonly preinst: string;
  readonly postinst: string;
}

const MAX_SCRIPT = 1024 * 1024;
const MAX_CONDITION = 500;

/**
 * The files that a package diverts, as far as a first installation comes to `dpkg-divert --rename` in plain words: below
 * no other condition than the script's first argument, in no function, and not taken back. Others are passed over.
 */
export function parseDiversions(scripts: PackageScripts): readonly Diversion[] {
  return readCalls(scripts).flatMap(({ read }) => read ?? []);
}

/** The lines of the scripts, continued ones as one, whose calls of dpkg-divert are all understood. */
export function divertingLines(scripts: PackageScripts): ReadonlySet<string> {
  return understoodCalls(readCalls(scripts));
}

interface Call extends ReadCall {
  readonly read: Diversion | undefined;
}

function readCalls(scripts: PackageScripts): readonly Call[] {
  const calls = [
    ...plainCalls(scripts.preinst, "install", scripts.package),
    ...plainCalls(scripts.postinst, "configure", scripts.package),
  ];
  const takenBack = new Set(calls.flatMap(({ removes }) => removes ?? []));
  return calls
    .filter(({ removes }) => removes === undefined)
    .map(({ line, read }) => ({ line, read: read === undefined || takenBack.has(read.from) ? undefined : read }));
}

interface PlainCall extends Call {
  /** The file whose diversion it ends. */
  readonly removes?: string;
}

function plainCalls(script: string, action: string, name: string): readonly PlainCall[] {
  if (script.length > MAX_SCRIPT || !script.includes("dpkg-divert")) return [];
  const blocks: Block[] = [];
  return valuedLines(script).flatMap((valued): PlainCall[] => {
    const { line, text } = valued;
    if (walkBlocks(blocks, valued, action) || !text.includes("dpkg-divert")) return [];
    const words = text.split(/\s+/).filter((word) => word !== "");
    if (words.includes("--remove")) return [{ line, read: undefined, removes: unquoted(words.at(-1) ?? "") }];
    const isRun = blocks.every(({ runs }) => runs);
    return [{ line, read: isRun ? readCall(words, name) : undefined }];
  });
}

/** What surrounds a line: whether a first installation runs it is known, or it is not. */
interface Block {
  readonly kind: "if" | "case" | "function" | "loop";
  runs: boolean;
}

/** Follows the blocks that a line opens, turns and ends; false for a line that does none of it. */
function walkBlocks(blocks: Block[], { line, text }: ValuedLine, action: string): boolean {
  const top = blocks.at(-1);
  const open = (kind: Block["kind"], runs: boolean): boolean => blocks.push({ kind, runs }) > 0;
  if (/^if\s/.test(line)) return /\bfi;?$/.test(line) ? false : open("if", isFirst(text, action));
  if (/^case\s.*\sin$/.test(line)) return open("case", false);
  if (/^(?:for|while|until|select)\s/.test(line)) return /\bdone\b/.test(line) ? false : open("loop", false);
  if (/^(?:function\s+)?[\w-]+\s*\(\)\s*\{?$/.test(line)) return open("function", false);
  if (/^(?:fi|esac|done|\})\b|^\}/.test(line)) return blocks.pop() !== undefined;
  if (top?.kind === "case") {
    const label = /^\(?([^()\s][^()]*)\)$/.exec(line)?.[1];
    if (label !== undefined) top.runs = label.split("|").some((one) => unquoted(one.trim()) === action);
    if (line.endsWith(";;")) top.runs = false;
    return label !== undefined || line === ";;";
  }
  if (/^(?:else|elif)\b/.test(line) && top !== undefined) top.runs = false;
  return /^(?:else|elif|then|do|\{)\b/.test(line);
}

/** `if [ "$1" = install ] || [ "$1" = upgrade ]; then` */
function isFirst(condition: string, action: string): boolean {
  if (condition.length > MAX_CONDITION) return false;
  const tests = condition.replace(/^if\s+/, "").replace(/;?\s*(?:then)?$/, "");
  const words = tests.split(/\s*\|\|\s*/).map((one) => /^(?:\[|test)\s+"?\$\{?1\}?"?\s+=\s+(\S+)(?:\s+\])?$/.exec(one));
  return words.every((one) => one !== null) && words.some((one) => unquoted(one?.[1] ?? "") === action);
}

function readCall([program, ...words]: readonly string[], name: string): Diversion | undefined {
  if (program !== "dpkg-divert") return undefined;
  let owner = name;
  let to: string | undefined;
  let renames = false;
  const files: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = unquoted(words[at] ?? "");
    if (word === "--package") owner = unquoted(words[++at] ?? "");
    else if (word === "--divert") to = unquoted(words[++at] ?? "");
    else if (word === "--rename") renames = true;
    else if (/^(?:>|1>|2>)/.test(word)) continue;
    else if (!["--add", "--quiet"].includes(word)) files.push(word);
  }
  const [from, ...more] = files;
  const target = to ?? `${from}.distrib`;
  if (!renames || owner !== name || more.length > 0 || !isPlainPath(from) || !isPlainPath(target)) return undefined;
  return { from, to: target, package: name };
}
