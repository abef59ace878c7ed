import { shortened } from "./command-steps.ts";
import type { Copy } from "./dockerfile-copies.ts";
import type { Instruction } from "./dockerfile-instructions.ts";
import type { Variables } from "./dockerfile-variables.ts";
import type { ImageState, PlanStep, Refusal } from "./state.ts";

/** What a stage has made so far. */
export interface Walk {
  readonly steps: PlanStep[];
  readonly refused: Refusal[];
  readonly copies: Copy[];
  readonly variables: Map<string, string>;
  workdir: string;
}

export interface WalkContext {
  readonly globals: Variables;
  /** An earlier stage by its name or number. */
  stage(name: string): Walk | undefined;
}

export function newWalk(): Walk {
  return { steps: [], refused: [], copies: [], variables: new Map(), workdir: "/" };
}

/** One instruction, and what it may add to. */
export interface Reading {
  readonly instruction: Instruction;
  readonly walk: Walk;
  readonly context: WalkContext;
  /** The instruction's text with the variables filled in. */
  readonly text: string;
}

export function add({ steps }: Walk, { at }: Instruction, state: ImageState, notes: readonly string[] = []): void {
  steps.push({ at, state, notes });
}

export function refuse({ refused }: Walk, instruction: Instruction, reason: string, wayOut: string): void {
  const text = shortened(`${instruction.keyword} ${instruction.text}`);
  refused.push({ at: instruction.at, text, reason, wayOut });
}

/** The words of an exec form; undefined for any other text. */
export function jsonWords(text: string): readonly string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((word) => typeof word === "string") ? value : undefined;
  } catch {
    return undefined;
  }
}
