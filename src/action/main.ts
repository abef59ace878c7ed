import { rm } from "node:fs/promises";
import { buildAction } from "./build-action.ts";
import { mergeAction } from "./merge-action.ts";
import { runStep, STATE } from "./step.ts";

/** action.yml: the step. */
export function build(): Promise<void> {
  return runStep(buildAction);
}

/** merge/action.yml. */
export function merge(): Promise<void> {
  return runStep(mergeAction);
}

/** The end of the job, when reports and digest files have been uploaded. */
export async function post(): Promise<void> {
  const folder = process.env[`STATE_${STATE}`];
  if (folder) await rm(folder, { recursive: true, force: true });
}
