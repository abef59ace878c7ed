import { randomUUID } from "node:crypto";
import { appendFile } from "node:fs/promises";
import type { Environment } from "./inputs.ts";

/** A job summary that is longer is dropped as a whole. */
const LONGEST_SUMMARY = 1_000_000;

/** Hands a value to later steps. Without a runner there is nobody to take it. */
export async function setOutput(environment: Environment, name: string, value: string): Promise<void> {
  await appendValue(environment["GITHUB_OUTPUT"], name, value);
}

/** Hands a value to the step's own end. */
export async function saveState(environment: Environment, name: string, value: string): Promise<void> {
  await appendValue(environment["GITHUB_STATE"], name, value);
}

export async function addSummary(environment: Environment, markdown: string): Promise<void> {
  const path = environment["GITHUB_STEP_SUMMARY"];
  if (!path) return;
  await appendFile(path, `${markdown.slice(0, LONGEST_SUMMARY)}\n`);
}

// The delimiter can't be foreseen, so that no value can end itself and begin another.
async function appendValue(path: string | undefined, name: string, value: string): Promise<void> {
  if (!path) return;
  const end = `ghadelimiter_${randomUUID()}`;
  await appendFile(path, `${name}<<${end}\n${value}\n${end}\n`);
}
