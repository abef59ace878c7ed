import { OciasmError, type SourceLocation } from "../../errors.ts";
import { baseStep } from "./dockerfile-base.ts";
import { filesStep } from "./dockerfile-files.ts";
import { readInstructions } from "./dockerfile-instructions.ts";
import { newWalk, type Walk } from "./dockerfile-reading.ts";
import { type Stage, stagesOf } from "./dockerfile-stages.ts";
import { fillIn, type Variables } from "./dockerfile-variables.ts";
import { walkInstruction } from "./dockerfile-walk.ts";
import { type ForeignPlan, type PlanStep, type Refusal, stateOf } from "./state.ts";

/**
 * The last stage of a Dockerfile, and what it copies from others, as states of the image. Throws INPUT_INVALID for what is
 * no Dockerfile.
 */
export async function readDockerfilePlan(file: string, text: string): Promise<ForeignPlan> {
  const { stages, globals } = stagesOf(file, readInstructions(file, text));
  const last = stages.at(-1);
  if (last === undefined) throw new OciasmError("INPUT_INVALID", `${file} has no FROM`);
  const walk = walkStage(last, stages, globals, MAX_DEPTH);
  const at = last.instruction.at;
  const base = baseStep(rootOf(last, stages), stateOf(walk).system ?? [], at);
  const steps = [
    ...base.steps,
    ...walk.steps.map((step) => withoutSystem(step, base.droppedSystem)),
    ...filesStep(walk, at),
  ];
  return { steps: [...steps, ...endNotes(walk, at)], refused: distinct([...base.refused, ...walk.refused]) };
}

/** A stage that is copied from twice is walked twice. */
function distinct(refused: readonly Refusal[]): readonly Refusal[] {
  return [...new Map(refused.map((each) => [`${each.at.line} ${each.reason}`, each])).values()];
}

/** Stages name earlier ones only, so this bounds hostile files, not people's. */
const MAX_DEPTH = 50;

function walkStage(stage: Stage, stages: readonly Stage[], globals: Variables, depth: number): Walk {
  const earlier = stages.slice(0, stages.indexOf(stage));
  const named = (name: string): Stage | undefined =>
    earlier.findLast((each, index) => each.name === name.toLowerCase() || String(index) === name);
  const parent = named(stage.from);
  if (depth === 0)
    throw new OciasmError("INPUT_INVALID", "the stages are nested too deep", { location: stage.instruction.at });
  const walk = parent === undefined ? newWalk() : walkStage(parent, stages, globals, depth - 1);
  const context = {
    globals,
    stage: (name: string) => {
      const found = named(fillIn(name, globals));
      return found === undefined ? undefined : walkStage(found, stages, globals, depth - 1);
    },
  };
  for (const instruction of stage.instructions) walkInstruction(instruction, walk, context);
  return walk;
}

/** The image that the chain of stages starts from. */
function rootOf(stage: Stage, stages: readonly Stage[]): string {
  const parent = stages.slice(0, stages.indexOf(stage)).findLast(({ name }) => name === stage.from.toLowerCase());
  return parent === undefined ? stage.from : rootOf(parent, stages);
}

function withoutSystem(step: PlanStep, dropped: readonly string[]): PlanStep {
  const { system, ...state } = step.state;
  if (system === undefined) return step;
  const left = system.filter((name) => !dropped.includes(name));
  return { ...step, state: left.length === 0 ? state : { ...state, system: left } };
}

function endNotes(walk: Walk, at: SourceLocation): readonly PlanStep[] {
  const state = stateOf(walk);
  // Without it a program of ours would be guessed, and CMD would be its arguments.
  const steps: PlanStep[] =
    state.cmd !== undefined && state.entrypoint === undefined ? [{ at, state: { entrypoint: [] } }] : [];
  if (state.user !== undefined) return steps;
  const notes = ["no USER: it runs as a user of its own (65532) instead of root; say user: root to keep that"];
  return [...steps, { at, state: {}, notes }];
}
