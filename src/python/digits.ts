/** A whole number of any size in decimal, without leading zeros: versions hold dates and times beyond 2^53. */
export type Digits = string;

/** CPython converts no longer run of digits to a number; nor does anybody mean one. */
const MAX_DIGITS = 4300;

const LONG_RUN = new RegExp(`[0-9]{${MAX_DIGITS + 1}}`);

export function hasEndlessNumber(text: string): boolean {
  return text.length > MAX_DIGITS && LONG_RUN.test(text);
}

export function isDigits(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

/** Drops leading zeros. */
export function toDigits(text: string): Digits {
  return text.startsWith("0") ? text.replace(/^0+(?=[0-9])/, "") : text;
}

export function compareDigits(a: Digits, b: Digits): number {
  return a.length - b.length || compareText(a, b);
}

/** By code unit. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
