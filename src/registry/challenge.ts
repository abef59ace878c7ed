/** One offer of a WWW-Authenticate header (RFC 9110, section 11.6.1). Scheme and parameter names in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const MAX_HEADER = 16 * 1024;

/** Reads every challenge of the header, in order; what can't be read ends the list. */
export function parseChallenges(header: string): readonly Challenge[] {
  const text = header.slice(0, MAX_HEADER);
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const token = (): string => {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text)?.[0] ?? "";
    at += match.length;
    return match;
  };
  const skip = (characters: string): void => {
    while (at < text.length && characters.includes(text.charAt(at))) at++;
  };
  for (;;) {
    skip(" \t,");
    const name = token();
    if (name === "") return found;
    skip(" \t");
    const current = found.at(-1);
    if (text[at] !== "=" || current === undefined) {
      found.push({ scheme: name.toLowerCase(), parameters: new Map() });
      continue;
    }
    at++;
    skip(" \t");
    const value = text[at] === '"' ? quoted(text, at) : undefined;
    const plain = value === undefined ? token() : value.text;
    at = value?.end ?? at;
    // The padding of a token68, which stands where parameters might.
    if (plain === "") skip("=");
    current.parameters.set(name.toLowerCase(), plain);
  }
}

function quoted(text: string, start: number): { readonly text: string; readonly end: number } {
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return { text: value, end: at + 1 };
    if (character === "\\") at++;
    value += text.charAt(at);
  }
  return { text: value, end: text.length };
}

/** The challenge to answer: Bearer before Basic; undefined when the server offers neither. */
export function bestChallenge(header: string | undefined): Challenge | undefined {
  const all = parseChallenges(header ?? "");
  return all.find((one) => one.scheme === "bearer") ?? all.find((one) => one.scheme === "basic");
}
