import { OciasmError } from "../errors.ts";

/** How the text of an input is read: as it is, one value a line, values by lines and commas, or true and false. */
type InputKind = "text" | "lines" | "list" | "boolean";

/** An input that is a flag of the command line under the same or another name. */
export interface FlagInput {
  readonly kind: InputKind;
  readonly flag: string;
}

/** Add an input: a line here, and its description in action.yml. */
export const BUILD_INPUTS: Readonly<Record<string, FlagInput>> = {
  file: { kind: "text", flag: "file" },
  labels: { kind: "lines", flag: "label" },
  annotations: { kind: "lines", flag: "annotation" },
  platforms: { kind: "list", flag: "platform" },
  load: { kind: "boolean", flag: "load" },
  outputs: { kind: "lines", flag: "output" },
  "no-cache": { kind: "boolean", flag: "no-cache" },
  base: { kind: "text", flag: "base" },
  "python-version": { kind: "text", flag: "python" },
  lock: { kind: "text", flag: "lock" },
  requirements: { kind: "lines", flag: "requirement" },
  locked: { kind: "boolean", flag: "locked" },
  system: { kind: "list", flag: "system" },
  entrypoint: { kind: "text", flag: "entrypoint" },
  cmd: { kind: "text", flag: "cmd" },
  env: { kind: "lines", flag: "env" },
  "layer-policy": { kind: "text", flag: "layer-policy" },
  "max-layers": { kind: "text", flag: "max-layers" },
  compression: { kind: "text", flag: "compression" },
  bytecode: { kind: "text", flag: "bytecode" },
  "index-url": { kind: "text", flag: "index-url" },
  "extra-index-url": { kind: "lines", flag: "extra-index-url" },
  "cache-dir": { kind: "text", flag: "cache-dir" },
};

/** Inputs that mean more than one flag. */
export const OTHER_INPUTS: readonly string[] = [
  "context",
  "tags",
  "push",
  "push-by-digest",
  "cache-from",
  "check",
  "report",
  "summary",
  "github-token",
];

export const MERGE_INPUTS: readonly string[] = ["digests", "tags", "annotations", "summary", "github-token"];

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a workflow gave, as the runner hands it over: INPUT_<NAME>, upper case, spaces as underscores. */
export function textInput(environment: Environment, name: string): string {
  return (environment[`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`] ?? "").trim();
}

/** One value a line; of `list`s commas part values, too. */
export function listInput(environment: Environment, name: string, commas: boolean): readonly string[] {
  return textInput(environment, name)
    .split(commas ? /[\r\n,]+/ : /[\r\n]+/)
    .map((value) => value.trim())
    .filter((value) => value !== "");
}

/** Throws USAGE for what YAML 1.2 does not call true or false. */
export function booleanInput(environment: Environment, name: string): boolean {
  const text = textInput(environment, name);
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE|)$/.test(text)) return false;
  throw new OciasmError("USAGE", `input ${name} is neither true nor false but \`${text}\``);
}

/** The words of a command line that say what the inputs say. Throws USAGE. */
export function flagWords(environment: Environment): readonly string[] {
  return Object.entries(BUILD_INPUTS).flatMap(([name, { kind, flag }]) => {
    if (kind === "boolean") return booleanInput(environment, name) ? [`--${flag}`] : [];
    if (kind !== "text") return words(flag, listInput(environment, name, kind === "list"));
    const text = textInput(environment, name);
    return text === "" ? [] : words(flag, [text]);
  });
}

/** In one word each, so that a value may begin with a dash. */
export function words(flag: string, values: readonly string[]): readonly string[] {
  return values.map((value) => `--${flag}=${value}`);
}
