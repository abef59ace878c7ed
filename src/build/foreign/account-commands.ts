import { type CommandOutcome, done } from "./command-outcome.ts";
import type { NewAccount } from "./new-accounts.ts";

/** What an option says of an account; "idle" changes nothing that an image has. */
type Meaning = "id" | "group" | "home" | "shell" | "system" | "idle";

interface Program {
  readonly kind: NewAccount["kind"];
  /** Options that take a value, and those that don't: short ones have one letter. */
  readonly values: ReadonlyMap<string, Meaning>;
  readonly flags: ReadonlyMap<string, Meaning>;
}

const USER: Program = {
  kind: "user",
  values: options({
    id: ["u", "uid"],
    group: ["g", "gid", "ingroup"],
    home: ["d", "home", "home-dir"],
    shell: ["s", "shell"],
    idle: ["c", "comment", "gecos"],
  }),
  flags: options({
    system: ["r", "system"],
    idle: ["m", "M", "l", "U", "create-home", "no-create-home", "no-log-init", "user-group", "group", "quiet"],
  }),
};

const GROUP: Program = {
  kind: "group",
  values: options({ id: ["g", "gid"] }),
  flags: options({ system: ["r", "system"], idle: ["f", "force", "quiet"] }),
};

/** Of shadow (useradd(8), groupadd(8)), and Debian's adduser(8). */
const PROGRAMS: ReadonlyMap<string, Program> = new Map([
  ["useradd", USER],
  [
    "adduser",
    { ...USER, flags: new Map([...USER.flags, ...options({ idle: ["disabled-password", "disabled-login"] })]) },
  ],
  ["groupadd", GROUP],
  ["addgroup", GROUP],
]);

/** `useradd`, `adduser`, `groupadd` and `addgroup`, with options that amount to a line of /etc/passwd or /etc/group. */
export function accountCommand([name = "", ...words]: readonly string[]): CommandOutcome | undefined {
  const program = PROGRAMS.get(name.replace(/^\/usr\/sbin\//, ""));
  const read = program === undefined ? undefined : readOptions(words, program);
  const [account, ...others] = read?.names ?? [];
  if (program === undefined || read === undefined || account === undefined || others.length > 0) return undefined;
  const { said } = read;
  const id = said.get("id");
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(account) || (id !== undefined && !/^\d{1,9}$/.test(id))) return undefined;
  const paths = [said.get("home"), said.get("shell")];
  if (paths.some((path) => path !== undefined && !/^\/[^:\s]*$/.test(path))) return undefined;
  const [home, shell] = paths;
  const group = said.get("group");
  return done({
    newAccounts: [
      {
        kind: program.kind,
        name: account,
        isSystem: said.has("system"),
        ...(id === undefined ? {} : { id: Number(id) }),
        ...(group === undefined ? {} : { group }),
        ...(home === undefined ? {} : { home }),
        ...(shell === undefined ? {} : { shell }),
      },
    ],
  });
}

interface ReadOptions {
  readonly names: readonly string[];
  readonly said: ReadonlyMap<Meaning, string>;
}

/** Undefined where an option is not known. */
function readOptions(words: readonly string[], program: Program): ReadOptions | undefined {
  const names: string[] = [];
  const said = new Map<Meaning, string>();
  const queue = words.flatMap(shortOptions(program));
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const [, option, value] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (option === undefined) {
      names.push(word);
      continue;
    }
    const valued = program.values.get(option);
    const meaning = valued ?? program.flags.get(option);
    if (meaning === undefined) return undefined;
    said.set(meaning, valued === undefined ? "" : (value ?? queue.shift() ?? ""));
  }
  return { names, said };
}

/** `-ms /bin/sh` as `-m`, `-s`; `-u1000` as `-u`, `1000`. */
function shortOptions({ values }: Program): (word: string) => readonly string[] {
  return (word) => {
    if (!/^-[^-]./.test(word)) return [word];
    const at = [...word].findIndex((letter, position) => position > 0 && values.has(letter));
    const last = at < 0 ? word.length : at + 1;
    const letters = [...word.slice(1, last)].map((letter) => `-${letter}`);
    return last < word.length ? [...letters, word.slice(last)] : letters;
  };
}

function options(byMeaning: Partial<Record<Meaning, readonly string[]>>): ReadonlyMap<string, Meaning> {
  const pairs = Object.entries(byMeaning) as readonly (readonly [Meaning, readonly string[]])[];
  return new Map(pairs.flatMap(([meaning, names]) => names.map((name) => [name, meaning] as const)));
}
