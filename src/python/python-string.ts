const SIMPLE: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

const ESCAPE =
  /\\(?:([\\'"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([xuUN])|([\s\S]?))/g;

/**
 * The value of a one-line Python string literal, given what stands between its quotes: packaging reads marker values
 * so, although PEP 508 knows no escapes. Undefined for a line break, NUL, a broken escape and `\N{…}`.
 */
export function unescapePythonString(inner: string): string | undefined {
  if (/[\n\r\0]/.test(inner)) return undefined;
  if (!inner.includes("\\")) return inner;
  let broken = false;
  const value = inner.replace(ESCAPE, (all: string, ...groups: (string | undefined)[]) => {
    const [simple, octal, hex2, hex4, hex8, unfinished, other] = groups;
    if (simple !== undefined) return SIMPLE[simple] ?? all;
    const code = octal === undefined ? Number.parseInt(hex2 ?? hex4 ?? hex8 ?? "", 16) : Number.parseInt(octal, 8);
    if (unfinished !== undefined || other === "" || code > 0x10_ff_ff) broken = true;
    if (broken || Number.isNaN(code)) return all;
    return String.fromCodePoint(code);
  });
  return broken ? undefined : value;
}
