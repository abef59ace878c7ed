/** One option of an INI file; `lines` are its value, each with the offset of its first character. */
export interface IniOption {
  readonly section: string;
  readonly key: string;
  readonly lines: readonly IniLine[];
  readonly offset: number;
}

export interface IniLine {
  readonly text: string;
  readonly offset: number;
}

export interface IniProblem {
  readonly message: string;
  readonly offset: number;
  readonly length: number;
}

interface OpenOption extends IniOption {
  readonly lines: IniLine[];
  readonly indent: number;
}

/**
 * Reads what Python's RawConfigParser reads: `[section]`, `key = value` or `key: value`, lines that are indented more
 * than their key go on with its value; a line that starts with `#` or `;` is a comment. Keys keep their case.
 */
export function readIni(text: string): {
  readonly options: readonly IniOption[];
  readonly problems: readonly IniProblem[];
} {
  const options: OpenOption[] = [];
  const problems: IniProblem[] = [];
  let section: string | undefined;
  let open: OpenOption | undefined;
  for (const { line, offset } of lines(text)) {
    const content = line.trim();
    if (/^[#;]/.test(content)) continue;
    const indent = line.length - line.trimStart().length;
    const at = offset + indent;
    if (content === "") open?.lines.push({ text: "", offset });
    else if (open !== undefined && indent > open.indent) open.lines.push({ text: content, offset: at });
    else if (content.startsWith("[")) {
      section = /^\[(.+)\]/.exec(content)?.[1];
      open = undefined;
      if (section === undefined)
        problems.push({ message: "a section is written [name]", offset: at, length: content.length });
    } else {
      open = openOption(section, content, indent, at);
      if (open !== undefined) options.push(open);
      else
        problems.push({
          message: section === undefined ? "an option before the first section" : "expected `key = value`",
          offset: at,
          length: content.length,
        });
    }
  }
  return { options, problems };
}

function openOption(
  section: string | undefined,
  content: string,
  indent: number,
  offset: number,
): OpenOption | undefined {
  const match = /^([^=:]+?)\s*[=:]\s*/.exec(content);
  const [whole = "", key] = match ?? [];
  if (section === undefined || key === undefined) return undefined;
  const value = content.slice(whole.length);
  return { section, key, indent, offset, lines: [{ text: value, offset: offset + whole.length }] };
}

function* lines(text: string): Generator<{ readonly line: string; readonly offset: number }> {
  const start = text.startsWith("\uFEFF") ? 1 : 0;
  for (const match of text.slice(start).matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    yield { line: match[1] ?? "", offset: start + match.index };
    if (match[2] === "") return;
  }
}
