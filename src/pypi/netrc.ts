export interface NetrcEntry {
  readonly login: string;
  readonly password: string;
}

export interface Netrc {
  readonly machines: ReadonlyMap<string, NetrcEntry>;
  readonly fallback: NetrcEntry | undefined;
}

/** Reads a netrc file as Python's `netrc` does; of two entries for a machine the last counts. Never throws. */
export function parseNetrc(text: string): Netrc {
  const machines = new Map<string, NetrcEntry>();
  let fallback: NetrcEntry | undefined;
  const tokens = tokensOf(text);
  for (let token = tokens.next(); token.done !== true; ) {
    const isDefault = token.value === "default";
    if (!isDefault && token.value !== "machine") {
      token = tokens.next();
      continue;
    }
    const name = isDefault ? "" : next(tokens).toLowerCase();
    const { entry, following } = readEntry(tokens);
    if (isDefault) fallback = entry;
    else machines.set(name, entry);
    token = following;
  }
  return { machines, fallback };
}

/** The entry for a host; ports are not part of a machine's name. */
export function netrcEntry(netrc: Netrc, hostname: string): NetrcEntry | undefined {
  return netrc.machines.get(hostname.toLowerCase().replace(/^\[|\]$/g, "")) ?? netrc.fallback;
}

type Tokens = Generator<string, void, undefined>;

function next(tokens: Tokens): string {
  const token = tokens.next();
  return token.done === true ? "" : token.value;
}

function readEntry(tokens: Tokens): { readonly entry: NetrcEntry; readonly following: IteratorResult<string, void> } {
  let login = "";
  let password = "";
  for (;;) {
    const token = tokens.next();
    if (token.done === true || token.value === "machine" || token.value === "default") {
      return { entry: { login, password }, following: token };
    }
    if (token.value === "login" || token.value === "user") login = next(tokens);
    else if (token.value === "password") password = next(tokens);
    else if (token.value === "account") next(tokens);
  }
}

/** Words, possibly quoted, with backslash escapes; comments; a macro ends at an empty line. */
function* tokensOf(text: string): Tokens {
  let inMacro = false;
  for (const line of text.replace(/^\ufeff/, "").split(/\r\n|[\n\r]/)) {
    if (inMacro) {
      inMacro = line.trim() !== "";
      continue;
    }
    for (const match of line.matchAll(/"((?:[^"\\]|\\.)*)"?|(\S+)/g)) {
      const word = (match[1] ?? match[2] ?? "").replace(/\\(.)/g, "$1");
      const quoted = match[1] !== undefined;
      // A password may start with a hash; a comment has its hash before a blank or at the line's start.
      if (!quoted && (word === "#" || (word.startsWith("#") && match.index === line.length - line.trimStart().length)))
        break;
      if (!quoted && word === "macdef") {
        inMacro = true;
        break;
      }
      yield word;
    }
  }
}
