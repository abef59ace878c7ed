/** Python's `\s` for text, as a character class for regular expressions: JavaScript's differs by five characters. */
export const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";

const SPACE_CHARACTER = new RegExp(SPACE);

/** Python's `str.strip()`. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text, start)) start += 1;
  while (end > start && isSpace(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  const isVisible = code > 0x20 && code < 0x7f;
  return !isVisible && SPACE_CHARACTER.test(text.charAt(at));
}
