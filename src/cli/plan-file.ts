import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ImagePlan } from "../build/image-plan.ts";
import type { Prepared } from "../build/prepare-step.ts";
import { OciasmError, systemCode } from "../errors.ts";
import { type PlanCommand, planDocument, planDocumentCommand, planDocumentText } from "../layers/plan-document.ts";
import { writePolicy } from "../layers/policy-writer.ts";
import { type Arguments, stringFlag } from "./arguments.ts";

/** Flags that decide nothing about a plan. */
const BESIDES: readonly string[] = [
  ...["write", "check", "json", "quiet", "verbose", "progress"],
  ...["cache-dir", "offline", "jobs", "cache-from", "no-cache", "no-registry-cache"],
];

/** The files that `--check` and `--write` name. */
export interface PlanFiles {
  readonly check: string | undefined;
  readonly write: string | undefined;
  /** What the file to be checked was written with; what was given now, where there is none. */
  readonly command: PlanCommand;
  /** The arguments, with those of `command`. */
  readonly args: Arguments;
}

/** Throws INPUT_NOT_FOUND for a file to be checked that is not there. */
export async function openPlanFiles(args: Arguments): Promise<PlanFiles> {
  const [check, write] = [stringFlag(args, "check"), stringFlag(args, "write")];
  if (check === undefined || !isDocument(check)) return { check, write, command: commandOf(args), args };
  const command = planDocumentCommand(await readPlan(check), check);
  const words = args.words.length === 0 ? command.words : args.words;
  return { check, write, command, args: { words, flags: new Map([...Object.entries(command.flags), ...args.flags]) } };
}

/** Throws LOCK_OUTDATED when the file to be checked has another plan; then writes the other file. */
export async function usePlanFiles(files: PlanFiles, plan: ImagePlan, { layout }: Prepared): Promise<void> {
  const { check, write, command } = files;
  const textFor = (name: string): string =>
    isDocument(name) ? documentText(name, command, plan) : writePolicy(plan.layers, layout.policy);
  if (check !== undefined && (await readPlan(check)) !== textFor(check)) {
    throw new OciasmError("LOCK_OUTDATED", `${check} is not the plan of the packages as they are now`, {
      hint: `write it anew: \`${commandLine(command, check)}\``,
    });
  }
  if (write !== undefined) await writeFile(resolve(write), textFor(write));
}

function documentText(name: string, command: PlanCommand, { platform, lock, layers }: ImagePlan): string {
  const dates = lock?.packages.map(({ wheel }) => wheel.uploadTime) ?? [];
  return planDocumentText(planDocument({ command, platform, dates, layers }), name);
}

/** A document of layers; any other name is a policy's. */
function isDocument(name: string): boolean {
  return /\.(?:json|bzl)$/.test(name);
}

function commandOf({ words, flags }: Arguments): PlanCommand {
  const given = [...flags].filter(([name]) => !BESIDES.includes(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return { words, flags: Object.fromEntries(given) };
}

function commandLine({ words, flags }: PlanCommand, name: string): string {
  const given = Object.entries(flags).flatMap(([flag, value]) => flagWords(`--${flag}`, value));
  return ["ociasm", "plan", ...words, ...given, "--write", name].map(shellWord).join(" ");
}

function flagWords(name: string, value: string | true | readonly string[]): readonly string[] {
  if (value === true) return [name];
  return [value].flat().flatMap((one) => [name, one]);
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

async function readPlan(name: string): Promise<string> {
  try {
    return await readFile(resolve(name), "utf8");
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    throw new OciasmError("INPUT_NOT_FOUND", `there is no ${name}`, {
      hint: "write it with `ociasm plan --write`",
      cause: error,
    });
  }
}
