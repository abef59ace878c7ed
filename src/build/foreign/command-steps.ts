import type { SourceLocation } from "../../errors.ts";
import { commandOutcomes } from "./command-states.ts";
import type { ForeignPlan, ImageState, PlanStep, Refusal } from "./state.ts";

/** The steps of a command line that stands at `at`, and what of it can't be one. */
export function commandSteps(text: string, at: SourceLocation): ForeignPlan {
  const steps: PlanStep[] = [];
  const refused: Refusal[] = [];
  for (const outcome of commandOutcomes(text.replace(BUILDKIT_FLAGS, ""))) {
    if (!outcome.done) refused.push({ at, text: shortened(text), reason: outcome.reason, wayOut: outcome.wayOut });
    else {
      const { packages = [], ...rest } = outcome.state;
      const state: ImageState = {
        ...rest,
        ...(packages.length === 0 ? {} : { packages: packages.map((line) => ({ text: line, at })) }),
      };
      steps.push({ at, state, notes: outcome.notes, ...(outcome.installs ? { installs: true } : {}) });
    }
  }
  return {
    steps,
    refused: refused.filter((one, index) => refused.findIndex(({ reason }) => reason === one.reason) === index),
  };
}

/** `--mount=type=cache,…`, which cog hands on to RUN. */
const BUILDKIT_FLAGS = /^(?:--[a-z]+=\S+\s+)+/;

/** One line, as messages show it. */
export function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= 100 ? line : `${line.slice(0, 99)}…`;
}
