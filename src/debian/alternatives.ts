import { valuedLines } from "./shell-values.ts";
import { isPlainPath, type ReadCall, understoodCalls, unquoted } from "./shell-words.ts";

/** One `update-alternatives --install` of a maintainer script. Absolute paths. */
export interface Alternative {
  readonly link: string;
  readonly name: string;
  readonly path: string;
  readonly priority: number;
  readonly slaves: readonly { readonly link: string; readonly name: string; readonly path: string }[];
}

const MAX_SCRIPT = 1024 * 1024;

/**
 * The alternatives that a script installs, as far as they stand there in plain words, in variables that are set to plain
 * words and in loops over such (update-alternatives(1)). Others are passed over: no script is run.
 */
export function parseAlternatives(script: string): readonly Alternative[] {
  return readCalls(script).flatMap(({ read }) => read ?? []);
}

/** The lines of a script, continued ones as one, whose calls are all understood. */
export function understoodLines(script: string): ReadonlySet<string> {
  return understoodCalls(readCalls(script));
}

interface Call extends ReadCall {
  readonly read: Alternative | undefined;
}

function readCalls(script: string): readonly Call[] {
  if (script.length > MAX_SCRIPT || !script.includes("update-alternatives")) return [];
  return valuedLines(script).flatMap(({ line, text }) => {
    const at = text.indexOf("update-alternatives");
    if (at < 0 || !text.includes("--install")) return [];
    const call = text.slice(at).split(/[;&|]/)[0] ?? "";
    const words = call
      .split(/\s+/)
      .filter((word) => word !== "")
      .map(unquoted);
    return [{ line, read: readCall(words) }];
  });
}

function readCall(words: readonly string[]): Alternative | undefined {
  const install = words.indexOf("--install");
  const [link, name, path, priority] = words.slice(install + 1);
  if (install < 0 || !isPlainPath(link) || !isName(name) || !isPlainPath(path)) return undefined;
  if (priority === undefined || !/^-?\d{1,9}$/.test(priority)) return undefined;
  const slaves: Alternative["slaves"][number][] = [];
  words.forEach((word, at) => {
    const [slaveLink, slaveName, slavePath] = words.slice(at + 1, at + 4);
    if (word === "--slave" && isPlainPath(slaveLink) && isName(slaveName) && isPlainPath(slavePath)) {
      slaves.push({ link: slaveLink, name: slaveName, path: slavePath });
    }
  });
  return { link, name, path, priority: Number(priority), slaves };
}

function isName(word: string | undefined): word is string {
  return word !== undefined && /^[\w.+-]+$/.test(word) && !/^\.\.?$/.test(word);
}
