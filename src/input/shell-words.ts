/** A word of a command line, quotes and escapes resolved, with its place in the text. */
export interface ShellWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Splits like Python's `shlex.split` in POSIX mode without comments; undefined when a quote or escape is left open. */
export function shellWords(text: string): readonly ShellWord[] | undefined {
  const words: ShellWord[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && isSpace(text.charAt(at))) at++;
    if (at >= text.length) return words;
    const word = readWord(text, at);
    if (word === undefined) return undefined;
    words.push(word);
    at = word.end;
  }
}

function readWord(text: string, start: number): ShellWord | undefined {
  let value = "";
  let at = start;
  while (at < text.length && !isSpace(text.charAt(at))) {
    const piece = readPiece(text, at);
    if (piece === undefined) return undefined;
    value += piece.value;
    at = piece.end;
  }
  return { text: value, start, end: at };
}

function readPiece(text: string, at: number): { readonly value: string; readonly end: number } | undefined {
  const character = text.charAt(at);
  if (character === "'") {
    const end = text.indexOf("'", at + 1);
    return end === -1 ? undefined : { value: text.slice(at + 1, end), end: end + 1 };
  }
  if (character === '"') return readDoubleQuoted(text, at + 1);
  if (character !== "\\") return { value: character, end: at + 1 };
  return at + 1 < text.length ? { value: text.charAt(at + 1), end: at + 2 } : undefined;
}

function readDoubleQuoted(text: string, start: number): { readonly value: string; readonly end: number } | undefined {
  let value = "";
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return { value, end: at + 1 };
    const next = text.charAt(at + 1);
    if (character === "\\" && (next === '"' || next === "\\")) {
      value += next;
      at++;
    } else value += character;
  }
  return undefined;
}

function isSpace(character: string): boolean {
  return character === " " || character === "\t" || character === "\r" || character === "\n";
}
