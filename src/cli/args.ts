import { parseArgs } from "node:util";
import { nearest } from "../build/nearest.ts";
import { OciasmError } from "../errors.ts";
import type { Arguments } from "./arguments.ts";
import type { Flag } from "./flags.ts";
import { VERBS, type Verb } from "./verbs.ts";

/** Throws USAGE, with the nearest word that exists. */
export function parseCommandLine(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): { readonly verb: Verb; readonly args: Arguments } {
  const { verb, rest } = findVerb(argv);
  const flags = verb.groups.flatMap((group) => group.flags);
  const { values, positionals } = parseFlags(verb, flags, rest);
  checkWords(verb, positionals);
  const merged = new Map<string, string | true | readonly string[]>();
  for (const flag of flags) {
    const fromOutside = verb.isHermetic === true ? undefined : environment[twinName(flag)];
    const value = given(flag, values[flag.name]) ?? twin(flag, fromOutside);
    if (value !== undefined) merged.set(flag.name, checkChoice(flag, value));
  }
  return { verb, args: { words: positionals, flags: merged } };
}

/** `--cache-dir` is OCIASM_CACHE_DIR in the environment. */
export function twinName(flag: Flag): string {
  return `OCIASM_${flag.name.toUpperCase().replaceAll("-", "_")}`;
}

function findVerb(argv: readonly string[]): { verb: Verb; rest: readonly string[] } {
  for (const verb of VERBS) {
    const words = verb.name.split(" ");
    if (words.every((word, index) => argv[index] === word)) return { verb, rest: argv.slice(words.length) };
  }
  const first = argv[0] ?? "";
  const names = VERBS.map((verb) => verb.name);
  const sameStart = names.filter((name) => name.startsWith(`${first} `));
  const guess = sameStart[0] ?? nearest(first, names);
  throw new OciasmError("USAGE", `there is no verb \`${first}\``, {
    hint: guess === undefined ? "run `ociasm help`" : `try \`ociasm ${guess}\``,
  });
}

function parseFlags(
  verb: Verb,
  flags: readonly Flag[],
  argv: readonly string[],
): { values: Readonly<Record<string, unknown>>; positionals: readonly string[] } {
  const options = Object.fromEntries(
    flags.map((flag) => [
      flag.name,
      {
        type: flag.takes === "nothing" ? ("boolean" as const) : ("string" as const),
        multiple: flag.takes === "list",
        ...(flag.short === undefined ? {} : { short: flag.short }),
      },
    ]),
  );
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw usageError(verb, flags, error);
  }
}

function usageError(verb: Verb, flags: readonly Flag[], error: unknown): OciasmError {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /Unknown option '(-[^']*)'/.exec(message)?.[1];
  if (unknown === undefined) {
    return new OciasmError("USAGE", message.split(". ")[0]?.replace(/^Option/, "flag") ?? message, {
      hint: `\`ociasm help ${verb.name}\` lists the flags`,
    });
  }
  const name = unknown.replace(/^-+/, "");
  const guess = nearest(
    name,
    flags.map((flag) => flag.name),
  );
  return new OciasmError("USAGE", `\`ociasm ${verb.name}\` has no flag ${unknown}`, {
    hint: guess === undefined ? `\`ociasm help ${verb.name}\` lists the flags` : `did you mean --${guess}?`,
  });
}

function checkWords(verb: Verb, words: readonly string[]): void {
  const [least, most] = verb.words;
  if (words.length >= least && words.length <= most) return;
  const what = words.length < least ? "needs more words" : `takes no \`${words[most] ?? ""}\``;
  throw new OciasmError("USAGE", `\`ociasm ${verb.name}\` ${what}`, { hint: `usage: ociasm ${verb.usage}` });
}

function given(flag: Flag, value: unknown): string | true | readonly string[] | undefined {
  if (value === undefined || value === false) return undefined;
  if (flag.takes === "nothing") return true;
  if (flag.takes === "value") return String(value);
  const values = (Array.isArray(value) ? value : [value]).map(String);
  return flag.commas === true ? values.flatMap((text) => text.split(",").filter((part) => part !== "")) : values;
}

function twin(flag: Flag, text: string | undefined): string | true | readonly string[] | undefined {
  if (text === undefined || text === "") return undefined;
  if (flag.takes === "nothing") return /^(1|true|yes|on)$/i.test(text) ? true : undefined;
  if (flag.takes === "value") return text;
  return text.split(flag.commas === true ? /[,\s]+/ : /\s+/).filter((part) => part !== "");
}

function checkChoice<T extends string | true | readonly string[]>(flag: Flag, value: T): T {
  if (flag.choices === undefined || typeof value !== "string" || flag.choices.includes(value)) return value;
  throw new OciasmError("USAGE", `--${flag.name} takes ${flag.choices.join(", ")}, not \`${value}\``);
}
