/** One part of a pattern between slashes: literal characters, `?`, `*` and classes. */
type Token =
  | { readonly kind: "literal"; readonly character: string }
  | { readonly kind: "any" }
  | { readonly kind: "star" }
  | { readonly kind: "class"; readonly negated: boolean; readonly matches: (character: string) => boolean }
  | { readonly kind: "never" };

export type Glob = readonly (readonly Token[] | "**")[];

/** Compiles a gitignore pattern's body: no leading `!`, no leading or trailing slash. */
export function compileGlob(pattern: string): Glob {
  return pattern.split("/").map((segment) => (segment === "**" ? "**" : compileSegment(segment)));
}

/** The parts of the glob that hold no wildcard, from its start. */
export function literalPrefix(glob: Glob): readonly string[] {
  const prefix: string[] = [];
  for (const segment of glob) {
    if (segment === "**" || segment.some((token) => token.kind !== "literal")) break;
    prefix.push(segment.map((token) => (token.kind === "literal" ? token.character : "")).join(""));
  }
  return prefix;
}

/** Whether the glob covers the whole path; time grows with the product of both lengths, never faster. */
export function matchGlob(glob: Glob, path: readonly string[]): boolean {
  // reachable[i]: the first part of the glob so far covers exactly path[0..i).
  let reachable: boolean[] = [true, ...path.map(() => false)];
  glob.forEach((segment, index) => {
    const next = path.map(() => false);
    next.unshift(false);
    if (segment === "**") {
      const last = index === glob.length - 1;
      let open = false;
      for (let at = 0; at <= path.length; at++) {
        // A trailing `/**` is everything below, so it needs at least one part; elsewhere `**` may be nothing.
        next[at] = open || (!last && reachable[at] === true);
        open ||= reachable[at] === true;
      }
    } else {
      for (let at = 0; at < path.length; at++) {
        if (reachable[at] === true) next[at + 1] = matchSegment(segment, path[at] ?? "");
      }
    }
    reachable = next;
  });
  return reachable[path.length] === true;
}

function matchSegment(tokens: readonly Token[], name: string): boolean {
  const characters = Array.from(name);
  let token = 0;
  let at = 0;
  let starToken = -1;
  let starAt = 0;
  while (at < characters.length) {
    const current = tokens[token];
    if (current?.kind === "star") {
      starToken = token++;
      starAt = at;
    } else if (current !== undefined && matchCharacter(current, characters[at] ?? "")) {
      token++;
      at++;
    } else if (starToken !== -1) {
      token = starToken + 1;
      at = ++starAt;
    } else return false;
  }
  while (tokens[token]?.kind === "star") token++;
  return token === tokens.length;
}

function matchCharacter(token: Token, character: string): boolean {
  switch (token.kind) {
    case "literal":
      return token.character === character;
    case "any":
      return true;
    case "class":
      return token.matches(character) !== token.negated;
    default:
      return false;
  }
}

function compileSegment(segment: string): readonly Token[] {
  const characters = Array.from(segment);
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "*") {
      if (tokens.at(-1)?.kind !== "star") tokens.push({ kind: "star" });
    } else if (character === "?") tokens.push({ kind: "any" });
    else if (character === "\\") {
      at += 1;
      const escaped = characters[at];
      tokens.push(escaped === undefined ? { kind: "never" } : { kind: "literal", character: escaped });
    } else if (character === "[") {
      const compiled = compileClass(characters, at + 1);
      tokens.push(compiled.token);
      at = compiled.end;
    } else tokens.push({ kind: "literal", character });
  }
  return tokens;
}

const POSIX: ReadonlyMap<string, RegExp> = new Map([
  ["alnum", /^[A-Za-z0-9]$/],
  ["alpha", /^[A-Za-z]$/],
  ["blank", /^[ \t]$/],
  ["cntrl", /^[\x00-\x1f\x7f]$/],
  ["digit", /^[0-9]$/],
  ["graph", /^[!-~]$/],
  ["lower", /^[a-z]$/],
  ["print", /^[ -~]$/],
  ["punct", /^[!-/:-@[-`{-~]$/],
  ["space", /^[ \t\r\n\v\f]$/],
  ["upper", /^[A-Z]$/],
  ["xdigit", /^[0-9A-Fa-f]$/],
]);

/** `start` is behind the opening bracket; `end` is at the closing one. An unclosed class matches nothing, as in git. */
function compileClass(characters: readonly string[], start: number): { readonly token: Token; readonly end: number } {
  let at = start;
  const negated = characters[at] === "!" || characters[at] === "^";
  if (negated) at += 1;
  const tests: ((character: string) => boolean)[] = [];
  for (let first = true; ; first = false) {
    const character = characters[at];
    if (character === undefined) return { token: { kind: "never" }, end: characters.length };
    if (character === "]" && !first) break;
    if (character === "[" && characters[at + 1] === ":") {
      const close = characters.indexOf("]", at + 2);
      if (close === -1) return { token: { kind: "never" }, end: characters.length };
      if (characters[close - 1] === ":") {
        const known = POSIX.get(characters.slice(at + 2, close - 1).join(""));
        if (known === undefined) return { token: { kind: "never" }, end: close };
        tests.push((candidate) => known.test(candidate));
        at = close + 1;
        continue;
      }
    }
    const low = readClassCharacter(characters, at);
    at = low.end;
    const bound = characters[at + 1];
    if (characters[at] === "-" && bound !== undefined && bound !== "]") {
      const high = readClassCharacter(characters, at + 1);
      tests.push((candidate) => candidate >= low.character && candidate <= high.character);
      at = high.end;
    } else tests.push((candidate) => candidate === low.character);
  }
  return { token: { kind: "class", negated, matches: (candidate) => tests.some((test) => test(candidate)) }, end: at };
}

function readClassCharacter(
  characters: readonly string[],
  at: number,
): { readonly character: string; readonly end: number } {
  const escaped = characters[at] === "\\" && at + 1 < characters.length;
  return { character: characters[escaped ? at + 1 : at] ?? "", end: at + (escaped ? 2 : 1) };
}
