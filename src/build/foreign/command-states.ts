import { accountCommand } from "./account-commands.ts";
import { type CommandOutcome, done, installed } from "./command-outcome.ts";
import { pipInstall } from "./pip-install.ts";
import { simpleCommands } from "./shell-text.ts";

/** Reads one simple command. */
type Reader = (words: readonly string[]) => CommandOutcome | undefined;

/** Each command of the text; one outcome for all of it where only a shell could tell them apart. */
export function commandOutcomes(text: string): readonly CommandOutcome[] {
  const commands = simpleCommands(text);
  return commands === undefined ? [refusalOf(text)] : commands.map(outcomeOf);
}

function outcomeOf(command: readonly string[]): CommandOutcome {
  const words = withoutPrefixes(command);
  for (const read of READERS) {
    const outcome = read(words);
    if (outcome !== undefined) return outcome;
  }
  return refusalOf(words.join(" "));
}

/** `sudo`, and variables for one command, change nothing of what is installed. */
function withoutPrefixes(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => word !== "sudo" && !/^[A-Za-z_]\w*=/.test(word));
  return at < 0 ? [] : words.slice(at);
}

const READERS: readonly Reader[] = [nothing, aptInstall, pipInstall, installsLock, accountCommand];

/** What leaves no trace that an image of ours would have. */
function nothing(words: readonly string[]): CommandOutcome | undefined {
  const text = words.join(" ");
  return words.length === 0 || NOTHING.some((pattern) => pattern.test(text)) ? done() : undefined;
}

const NOTHING: readonly RegExp[] = [
  /^(?:set|echo|true|:|printf|date|cd|pwd|ls|env)(?: |$)/,
  /^(?:apt|apt-get) (?:-\S+ )*(?:update|clean|autoclean|autoremove)\b/,
  /^rm (?:-\S+ )*(?:\/var\/(?:lib\/apt|cache|log|tmp)|\/tmp|\/root\/\.cache|~\/\.cache)\S*(?: \/(?:var|tmp)\S*)*$/,
  /^(?:python3? -m )?pip3? (?:cache purge|--version|check|config .*)$/,
  /^(?:python3?|pip3?|uv|ldconfig)(?: -V| --version)?$/,
  /^(?:python3? -m venv|uv venv|virtualenv) /,
];

function aptInstall([program, ...words]: readonly string[]): CommandOutcome | undefined {
  const plain = words.filter((word) => !word.startsWith("-"));
  if ((program !== "apt" && program !== "apt-get") || plain[0] !== "install") return undefined;
  const valued = new Set(words.flatMap((word, at) => (/^-[ot]$/.test(word) ? [words[at + 1]] : [])));
  const names = plain.slice(1).filter((word) => !valued.has(word));
  const files = names.filter((name) => /[/*]/.test(name));
  if (files.length > 0) {
    return {
      done: false,
      reason: `${files.join(" and ")} is no name of a package of the suite`,
      wayOut: "name the package under system",
    };
  }
  const pinned = names.filter((name) => name.includes("="));
  const notes = pinned.map((name) => `${name} is taken in the version that the suite has`);
  return done({ system: names.map((name) => name.replace(/[=:].*$/, "")) }, notes);
}

/** Tools whose lock is found in the context. */
function installsLock(words: readonly string[]): CommandOutcome | undefined {
  const text = words.join(" ");
  if (
    !/^(?:uv sync|uv export|poetry (?:install|export|config)|pdm (?:install|sync|export)|pipenv (?:install|sync|requirements))(?: |$)/.test(
      text,
    )
  )
    return undefined;
  const extras = optionValues(words, ["--extra", "--extras", "-E"]).flatMap((value) => value.split(/[\s,]+/));
  const groups = optionValues(words, ["--group", "--with"]).flatMap((value) => value.split(","));
  const noDev = words.some((word) => /^--(?:no-dev|without|only|prod|production|no-default-groups)(?:=|$)/.test(word));
  return installed({
    ...(extras.length === 0 ? {} : { extras }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(words.includes("--all-extras") ? { allExtras: true } : {}),
    ...(noDev ? { defaultGroups: false } : {}),
  });
}

/** Of `--name value` and `--name=value`. */
function optionValues(words: readonly string[], names: readonly string[]): readonly string[] {
  return words.flatMap((word, at) => {
    const equals = word.indexOf("=");
    if (equals > 0 && names.includes(word.slice(0, equals))) return [word.slice(equals + 1)];
    return names.includes(word) ? [words[at + 1] ?? ""] : [];
  });
}

/** The commonest first; the last one holds for whatever is left. */
const REFUSED: readonly (readonly [pattern: RegExp, reason: string, wayOut: string])[] = [
  [
    /\b(?:curl|wget|aria2c|gdown|huggingface-cli|hf download|pget)\b/,
    "it downloads when it is run, and nobody could check what comes",
    "download it beside the project, and copy it in with files.extra or weights",
  ],
  [
    /\bgit (?:clone|submodule|checkout|lfs)\b/,
    "it fetches sources when it is run",
    "clone beside the project and copy it in with files.extra, or ask for NAME @ git+URL@COMMIT among the requirements",
  ],
  [
    /\b(?:useradd|adduser|groupadd|addgroup|usermod)\b/,
    "it does more than one line of /etc/passwd or /etc/group says",
    "list them under accounts.users, and name the one that runs under user",
  ],
  [/^(?:chown|chgrp)\b/, "owners are said where files are", "say files.owner, or uid and gid under files.extra"],
  [
    /^chmod\b/,
    "modes are said where files are",
    "make the file executable in the project, or say mode under files.extra",
  ],
  [/^mkdir\b/, "it makes a folder", "have the folder in the project, or a volume there"],
  [
    /^(?:ln|cp|mv|install)\b/,
    "it moves files in the image",
    "say the place under files.extra, or have the link in the project",
  ],
  [/^sed\b/, "it changes files that were installed", "change them in the project, or ask for a fork of the package"],
  [
    /\b(?:apk add|yum|dnf|microdnf|zypper|add-apt-repository|apt-key)\b/,
    "only packages of a Debian or Ubuntu suite can be had without a run",
    "take a base image that has them, or name Debian's packages under system",
  ],
  [
    /\b(?:make|cmake|gcc|g\+\+|cargo|npm|yarn|pnpm|go build|setup\.py|ninja|\.\/configure)\b/,
    "it compiles",
    "build a wheel or a file before, and name it with find-links or files.extra",
  ],
];

function refusalOf(text: string): CommandOutcome {
  const found = REFUSED.find(([pattern]) => pattern.test(text));
  const reason = found?.[1] ?? "nothing is run while an image is made";
  const wayOut =
    found?.[2] ?? "run it before, and copy what it makes with files.extra; or take a base image that has it";
  return { done: false, reason, wayOut };
}
