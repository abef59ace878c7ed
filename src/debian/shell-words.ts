/** A word of a shell without the quotes around it. */
export function unquoted(word: string): string {
  return /^(["']).*\1$/s.test(word) ? word.slice(1, -1) : word;
}

/** Whether it is an absolute path in plain words, with no step up. */
export function isPlainPath(word: string | undefined): word is string {
  return word !== undefined && /^(?:\/[\w.+:@~-]+)+$/.test(word) && !/\/\.\.?(?:\/|$)/.test(word);
}
