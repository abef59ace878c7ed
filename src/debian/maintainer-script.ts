import { understoodLines } from "./alternatives.ts";

/** Words of a shell that decide and say, and tools whose work an image of ours has no use for or has already. */
const HARMLESS: ReadonlySet<string> = new Set([
  ..."! ( ) { } [ [[ : . ;; break case command continue do done elif else esac eval exit export fi for if in".split(
    " ",
  ),
  ..."local read readonly return set shift test then trap true false type umask unset wait while until getopts".split(
    " ",
  ),
  // Say or look.
  ..."awk basename cat cd cmp cut diff dirname echo expr find getent grep egrep fgrep head id ls md5sum mountpoint printf pidof".split(
    " ",
  ),
  ..."readlink sed seq sha256sum sleep sort stat tail tr uname uniq wc which xargs print".split(" "),
  // Take away what an older version left.
  ..."rm rmdir dpkg-maintscript-helper".split(" "),
  // The package database and its questions.
  ..."dpkg dpkg-query dpkg-trigger deb-systemd-helper deb-systemd-invoke ldconfig ucfr".split(" "),
  // Services: an image starts one program.
  ..."systemctl invoke-rc.d update-rc.d start-stop-daemon service kill update-initramfs update-grub systemd-detect-virt".split(
    " ",
  ),
  // Bytecode has layers of its own; menus, manuals and catalogues serve desktops.
  ..."py3compile py3clean pypy3compile pycompile update-menus mandb update-info-dir install-info".split(" "),
  ..."update-desktop-database update-mime update-mime-database update-icon-caches gtk-update-icon-cache restorecon".split(
    " ",
  ),
]);

const MAX_SCRIPT = 1024 * 1024;
const MAX_LINES = 5;

/**
 * Lines of a maintainer script that may make something which an image without them lacks: every command that is not
 * known to leave nothing behind, at most five. `done` are lines whose work is done here, as `divertingLines`; those of
 * alternatives are known. A static look (policy 6): no script is run.
 */
export function unknownLines(script: string, done: ReadonlySet<string> = new Set()): readonly string[] {
  if (script === "") return [];
  if (!/^#! ?\/(?:usr\/)?bin\/(?:env )?(?:ba|da)?sh\b/.test(script))
    return [`not a shell script: ${firstLine(script)}`];
  if (script.length > MAX_SCRIPT) return [`a script of ${script.length} characters`];
  const lines = withoutTexts(script.replaceAll(/\\\r?\n/g, " "));
  const functions = new Set(lines.flatMap((line) => /^(?:function\s+)?([\w-]+)\s*\(\)/.exec(line)?.[1] ?? []));
  const known = (word: string): boolean => HARMLESS.has(word) || functions.has(word) || word.startsWith("db_");
  const understood = new Set([...understoodLines(script), ...done]);
  const unknown = lines.filter(
    (line) =>
      writes(line) ||
      commandsOf(line).some((words) => !known(words[0] ?? ":") && !isHarmless(words, understood.has(line))),
  );
  return [...new Set(unknown)].slice(0, MAX_LINES).map((line) => line.replaceAll(/\s+/g, " ").slice(0, 120));
}

/** Lines without comments, the texts of here-documents and what stands between them. */
function withoutTexts(script: string): string[] {
  const kept: string[] = [];
  let end: string | undefined;
  for (const line of script.split("\n").map((one) => one.trim())) {
    if (end !== undefined) {
      if (line === end) end = undefined;
      continue;
    }
    if (line === "" || line.startsWith("#")) continue;
    end = /<<-?\s*["'\\]?(\w+)/.exec(line)?.[1];
    kept.push(line);
  }
  return kept;
}

const REDIRECTION = /(?:\d|&)?>>?\|?\s*(&?[^\s;|&<>()]+)/g;

/** Whether a line sends text into a file. */
function writes(line: string): boolean {
  return [...plainText(line).matchAll(REDIRECTION)].some(([, to = ""]) => !/^(?:&|\/dev\/)/.test(to));
}

/** The simple commands of a line, each as words from its command on. */
function commandsOf(line: string): readonly (readonly string[])[] {
  return plainText(line)
    .replaceAll(REDIRECTION, " ")
    .replace(/^[^\s()|]+(?:\s*\|\s*[^\s()|]+)*\)(?=\s|$)/, "")
    .split(/\|\||&&|[;|&]/)
    .map((part) => simpleCommand(part.trim().split(/\s+/)))
    .filter((words) => words.length > 0);
}

/** Without comment, quoted texts and what is substituted. */
function plainText(line: string): string {
  return line
    .replaceAll(/\\["'`]/g, "_")
    .replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'/g, "_")
    .replaceAll(/\$\([^()]*\)|`[^`]*`|\$\{[^{}]*\}/g, "_")
    .replace(/(?:^|\s)#.*$/, "");
}

const LEADERS: ReadonlySet<string> = new Set(["if", "then", "else", "elif", "do", "while", "until", "!", "{", "("]);

function simpleCommand(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word, at) => {
    // The head of a function, `NAME=value`, `command NAME`.
    const head = /\(\)$/.test(word) || word === "()" || words[at + 1] === "()";
    const calls = word === "command" && words[at + 1] !== "-v";
    return word !== "" && !head && !calls && !/^(?:\w+=|<)/.test(word) && !LEADERS.has(word);
  });
  return start < 0 || ["for", "case"].includes(words[start] ?? "") ? [] : words.slice(start);
}

/** Of these tools only some calls make something, and those of update-alternatives and dpkg-divert are done where they are understood. */
function isHarmless([first = "", ...words]: readonly string[], isUnderstood: boolean): boolean {
  const option = words.find((word) => word.startsWith("--") && word !== "--quiet") ?? "";
  if (first === "update-alternatives") return option !== "--install" || isUnderstood;
  if (first === "dpkg-divert")
    return isUnderstood || words.some((word) => /^--(?:remove|list\w*|truename)$/.test(word));
  if (first === "dpkg-statoverride") return option === "--list";
  // Bytecode once more.
  return words.some((word) => word.endsWith("/py_compile.py"));
}

function firstLine(text: string): string {
  return text.slice(0, 80).split("\n")[0] ?? "";
}
