import { OciasmError } from "../errors.ts";

/** The command line after parsing: flags by name, the environment's twins filled in. */
export interface Arguments {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string | true | readonly string[]>;
}

export function stringFlag(args: Arguments, name: string): string | undefined {
  const value = args.flags.get(name);
  return typeof value === "string" ? value : undefined;
}

export function listFlag(args: Arguments, name: string): readonly string[] | undefined {
  const value = args.flags.get(name);
  return Array.isArray(value) ? value : undefined;
}

export function booleanFlag(args: Arguments, name: string): boolean {
  return args.flags.get(name) === true;
}

/** Throws USAGE unless the value is a whole number of at least `least`. */
export function numberFlag(args: Arguments, name: string, least: number): number | undefined {
  const text = stringFlag(args, name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text) && Number(text) >= least) return Number(text);
  throw new OciasmError("USAGE", `--${name} takes a whole number from ${least}, not \`${text}\``);
}
