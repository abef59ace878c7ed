/** The name that is compared everywhere: lower case, and one dash for each run of `-`, `_` and `.` (PEP 503). */
export function normalizeName(text: string): string {
  return text.toLowerCase().replace(/[-_.]+/g, "-");
}

/** Extras and dependency groups are normalised like names (PEP 685, PEP 735). */
export function normalizeExtra(text: string): string {
  return normalizeName(text);
}

/** ASCII letters, digits, `-_.`; a letter or digit at both ends (core metadata, Name). */
export function isValidName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i.test(text);
}

/** Whether `text` is valid and as `normalizeName` would write it. */
export function isNormalizedName(text: string): boolean {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text);
}
