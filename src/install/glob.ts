/**
 * A pattern over slash-separated paths: `**` stands for any text, `*` for any text within one part, `?` for one
 * character of a part. No other character is special.
 */
export function globRegExp(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*|\*|\?)/).map((part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    return part.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "su");
}

/** Whether one of the patterns covers the whole of `text`. */
export function globMatcher(patterns: readonly string[]): (text: string) => boolean {
  const expressions = patterns.map(globRegExp);
  return (text) => expressions.some((expression) => expression.test(text));
}
