import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OciasmError } from "../../errors.ts";
import { collectProblems } from "../../input/problems.ts";
import type { BuildConfig } from "../config.ts";
import type { ForeignFormat, ReadBeside } from "./formats.ts";
import { configOf, type ForeignPlan, stateOf } from "./state.ts";

/** A file of another tool as a configuration. */
export interface ForeignConfig {
  readonly config: BuildConfig;
  /** What of it means something else here. */
  readonly notes: readonly string[];
}

/**
 * A pylock.toml beside the file wins over what it asks for. Throws INPUT_UNSUPPORTED with every line that can't be done
 * without running something.
 */
export async function foreignConfig(
  format: ForeignFormat,
  { file, path, text }: { readonly file: string; readonly path: string; readonly text: string },
): Promise<ForeignConfig> {
  const plan = await format.plan(file, text, besides(path));
  refuse(file, plan);
  const lock = join(dirname(path), "pylock.toml");
  return {
    config: {
      ...configOf(stateOf(plan)),
      requirements: [path],
      ...(existsSync(lock) ? { lock } : {}),
    },
    notes: notesOf(plan),
  };
}

/** Reads from the folder of `path`. */
export function besides(path: string): ReadBeside {
  return (name) => {
    const file = join(dirname(path), name);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
}

export function notesOf({ steps }: Pick<ForeignPlan, "steps">): readonly string[] {
  const notes = steps.flatMap(({ at, notes: said = [] }) =>
    said.map((note) => `${basename(at.file)}:${at.line}: ${note}`),
  );
  return [...new Set(notes)];
}

function refuse(file: string, { refused }: ForeignPlan): void {
  const problems = collectProblems();
  for (const { at, text, reason, wayOut } of refused) {
    const message = `${basename(file)} can't be followed: \`${text}\`: ${reason}`;
    const hint = `${wayOut}; \`ociasm init --from ${file} ${dirname(file)}\` writes a configuration of all else`;
    problems.add(new OciasmError("INPUT_UNSUPPORTED", message, { hint, location: at }));
  }
  problems.check();
}
