import { shellWords } from "../../input/shell-words.ts";

/** The simple commands of a text for `sh -c`, as words; undefined where it needs a shell: pipes, substitutions, loops. */
export function simpleCommands(text: string): readonly (readonly string[])[] | undefined {
  const commands: (readonly string[])[] = [];
  for (const part of splitCommands(text) ?? [undefined]) {
    const words = part === undefined ? undefined : shellWords(part)?.map((word) => word.text);
    if (words === undefined || KEYWORDS.has(words[0] ?? "")) return undefined;
    if (words.length > 0) commands.push(words);
  }
  return commands;
}

const KEYWORDS: ReadonlySet<string> = new Set(["if", "for", "while", "case", "until", "function", "!"]);

/** What has a meaning to the shell; the first alternative that matches holds. */
const TOKENS: readonly (readonly [kind: "keep" | "blank" | "end", pattern: RegExp])[] = [
  ["blank", /\\\r?\n/y],
  ["keep", /\\[\s\S]/y],
  ["keep", /'[^']*'/y],
  ["keep", /"(?:[^"\\`$]|\$(?=["\s])|\\[\s\S])*"/y],
  ["blank", /(?<=^|\s)#[^\n]*/y],
  // An idiom for comments between lines that go on.
  ["blank", /`#[^`]*`/y],
  ["blank", /\|\|\s*(?:true|:)(?=\s*(?:$|[;\n]|&&))/y],
  ["blank", /(?:[12]|&)?>\s*(?:\/dev\/null|&[12])/y],
  ["end", /&&|[;\n]/y],
  ["keep", /(?:(?![12]>)[^\\'"`$|<>(){};&\n#])+|#/y],
];

function splitCommands(text: string): readonly string[] | undefined {
  const parts = [""];
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(text, at);
    if (token === undefined) return undefined;
    if (token.kind === "end") parts.push("");
    else parts.push(`${parts.pop()}${token.kind === "keep" ? token.text : " "}`);
    at += token.text.length;
  }
  return parts;
}

function tokenAt(
  text: string,
  at: number,
): { readonly kind: "keep" | "blank" | "end"; readonly text: string } | undefined {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) return { kind, text: match[0] };
  }
  return undefined;
}
