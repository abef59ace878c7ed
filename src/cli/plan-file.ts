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

/** The file that `--write` or `--check` names. */
export interface PlanFile {
  readonly name: string;
  readonly checks: boolean;
  /** The arguments, with those that a file to be checked was written with. */
  readonly args: Arguments;
}

/** Throws USAGE for both, INPUT_NOT_FOUND for a file to be checked that is not there. */
export async function openPlanFile(args: Arguments): Promise<PlanFile | undefined> {
  const [write, check] = [stringFlag(args, "write"), stringFlag(args, "check")];
  if (write !== undefined && check !== undefined) {
    throw new OciasmError("USAGE", "--write and --check exclude each other");
  }
  if (check === undefined) return write === undefined ? undefined : { name: write, checks: false, args };
  const text = await readPlan(check);
  if (!isDocument(check)) return { name: check, checks: true, args };
  const recorded = planDocumentCommand(text, check);
  const words = args.words.length === 0 ? recorded.words : args.words;
  const flags = new Map([...Object.entries(recorded.flags), ...args.flags]);
  return { name: check, checks: true, args: { words, flags } };
}

/** Writes the plan, or throws LOCK_OUTDATED when the file has another one. */
export async function usePlanFile(
  { name, checks, args }: PlanFile,
  plan: ImagePlan,
  prepared: Prepared,
): Promise<void> {
  const command = commandOf(args);
  const text = isDocument(name) ? documentText(name, command, plan) : writePolicy(plan.layers, prepared.layout.policy);
  if (!checks) return writeFile(resolve(name), text);
  if ((await readPlan(name)) === text) return;
  throw new OciasmError("LOCK_OUTDATED", `${name} is not the plan of the packages as they are now`, {
    hint: `write it anew: \`${commandLine(command, name)}\``,
  });
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
