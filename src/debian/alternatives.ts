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
 * The alternatives that a script installs, as far as they stand there as plain words (update-alternatives(1)).
 * A call with a variable or a substitution in it is passed over: no script is run.
 */
export function parseAlternatives(script: string): Alternative[] {
  if (script.length > MAX_SCRIPT) return [];
  const lines = script.replaceAll(/\\\r?\n/g, " ").split("\n");
  return lines.flatMap((line) => {
    const at = line.indexOf("update-alternatives");
    if (at < 0 || line.trimStart().startsWith("#")) return [];
    const call = line.slice(at).split(/[;&|]/)[0] ?? "";
    const words = call
      .split(/\s+/)
      .filter((word) => word !== "")
      .map(unquoted);
    const alternative = readCall(words);
    return alternative === undefined ? [] : [alternative];
  });
}

function readCall(words: readonly string[]): Alternative | undefined {
  const install = words.indexOf("--install");
  const [link, name, path, priority] = words.slice(install + 1);
  if (install < 0 || !isPath(link) || !isName(name) || !isPath(path)) return undefined;
  if (priority === undefined || !/^-?\d{1,9}$/.test(priority)) return undefined;
  const slaves: Alternative["slaves"][number][] = [];
  words.forEach((word, at) => {
    const [slaveLink, slaveName, slavePath] = words.slice(at + 1, at + 4);
    if (word === "--slave" && isPath(slaveLink) && isName(slaveName) && isPath(slavePath)) {
      slaves.push({ link: slaveLink, name: slaveName, path: slavePath });
    }
  });
  return { link, name, path, priority: Number(priority), slaves };
}

function unquoted(word: string): string {
  return /^(["']).*\1$/s.test(word) ? word.slice(1, -1) : word;
}

function isPath(word: string | undefined): word is string {
  return word !== undefined && /^(?:\/[\w.+:@~-]+)+$/.test(word) && !/\/\.\.?(?:\/|$)/.test(word);
}

function isName(word: string | undefined): word is string {
  return word !== undefined && /^[\w.+-]+$/.test(word) && !/^\.\.?$/.test(word);
}
