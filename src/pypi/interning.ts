/** Gives one copy of equal short texts, which keeps nothing else alive. */
export type Interning = (text: string) => string;

/** Thousands of files say the same few things. */
const MAX_KEPT = 1000;

/** A part of a text keeps the whole of it in memory: what is taken from a page of megabytes is copied out. */
export function ownCopy(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}

export function createInterning(): Interning {
  const kept = new Map<string, string>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const copy = ownCopy(text);
    if (kept.size < MAX_KEPT) kept.set(copy, copy);
    return copy;
  };
}
