/** A word of a shell without the quotes around it. */
export function unquoted(word: string): string {
  return /^(["']).*\1$/s.test(word) ? word.slice(1, -1) : word;
}

/** A call in a script; `read` is what it says, undefined where that is not understood. */
export interface ReadCall {
  readonly line: string;
  readonly read: unknown;
}

/** The lines whose calls are all understood. */
export function understoodCalls(calls: readonly ReadCall[]): ReadonlySet<string> {
  const dark = new Set(calls.flatMap(({ line, read }) => (read === undefined ? [line] : [])));
  return new Set(calls.map(({ line }) => line).filter((line) => !dark.has(line)));
}

/** Whether it is an absolute path in plain words, with no step up. */
export function isPlainPath(word: string | undefined): word is string {
  return word !== undefined && /^(?:\/[\w.+:@~-]+)+$/.test(word) && !/\/\.\.?(?:\/|$)/.test(word);
}
