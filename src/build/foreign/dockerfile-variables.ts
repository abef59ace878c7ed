/** What ARG and ENV have said so far. */
export type Variables = ReadonlyMap<string, string>;

const REFERENCE = /\\([\s\S])|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-+?])([^{}]*))?\})/g;

/**
 * Fills in `$NAME`, `${NAME}`, `${NAME:-else}` and `${NAME:+instead}` (Dockerfile reference, "Environment replacement").
 * A name that is not set is nothing, unless `unset` says what stands for it.
 */
export function fillIn(text: string, variables: Variables, unset: (name: string) => string = () => ""): string {
  return text.replace(REFERENCE, (whole, escaped, bare, braced, operator, word) => {
    if (escaped !== undefined) return escaped === "$" ? "$" : whole;
    const name = String(bare ?? braced);
    const value = variables.get(name);
    const isSet = value !== undefined && (value !== "" || !String(operator ?? "").startsWith(":"));
    if (String(operator ?? "").endsWith("+")) return isSet ? String(word) : "";
    if (isSet) return value;
    return String(operator ?? "").endsWith("-") ? fillIn(String(word), variables, unset) : unset(name);
  });
}

/** `A=1 B="two words"`, or the old `A all the rest`. Values as written, quotes gone. */
export function readPairs(text: string): readonly (readonly [name: string, value: string])[] {
  const old = /^([A-Za-z_][\w.-]*)\s+([^=][\s\S]*)$/.exec(text);
  if (old !== null && !/^[A-Za-z_][\w.-]*\s*=/.test(text)) return [[old[1] ?? "", old[2] ?? ""]];
  return [...text.matchAll(PAIR)].map((match) => [unquoted(match[1] ?? ""), unquoted(match[2] ?? "")]);
}

const WORD = String.raw`(?:[^\s"'\\=]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+`;
const PAIR = new RegExp(`(${WORD})(?:=((?:${WORD}|=)*))?`, "g");

/** Quotes gone and escapes resolved, but for those of a dollar sign. */
export function unquoted(text: string): string {
  return text.replace(/'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([^$])/g, (_, single, double, escaped) => {
    if (single !== undefined) return String(single).replaceAll("$", "\\$");
    if (double !== undefined) return String(double).replace(/\\(["\\\n])/g, "$1");
    return escaped === "\n" ? "" : String(escaped);
  });
}
