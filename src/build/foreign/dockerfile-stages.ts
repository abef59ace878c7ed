import { OciasmError } from "../../errors.ts";
import type { Instruction } from "./dockerfile-instructions.ts";
import { fillIn, readPairs, type Variables } from "./dockerfile-variables.ts";

/** What stands between one FROM and the next. */
export interface Stage {
  readonly name: string;
  /** A reference, or the name of an earlier stage. */
  readonly from: string;
  readonly instruction: Instruction;
  readonly instructions: readonly Instruction[];
}

/** The stages, and what ARG says before the first of them. Throws INPUT_INVALID for a file without FROM. */
export function stagesOf(
  file: string,
  instructions: readonly Instruction[],
): { readonly stages: readonly Stage[]; readonly globals: Variables } {
  const globals = new Map<string, string>();
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  for (const instruction of instructions) {
    const { keyword, text, at } = instruction;
    if (keyword === "FROM") {
      const match = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(fillIn(text, globals));
      if (match === null)
        throw new OciasmError("INPUT_INVALID", "FROM takes an image, and AS a name", { location: at });
      const name = (match[2] ?? String(stages.length)).toLowerCase();
      stages.push({ name, from: match[1] ?? "", instruction, instructions: [] });
    } else if (stages.length > 0) stages.at(-1)?.instructions.push(instruction);
    else if (keyword === "ARG") {
      for (const [name, value] of readPairs(text)) globals.set(name, fillIn(value, globals));
    } else throw new OciasmError("INPUT_INVALID", `${keyword} stands before FROM`, { location: at });
  }
  if (stages.length === 0) throw new OciasmError("INPUT_INVALID", `${file} has no FROM`);
  return { stages, globals };
}
