import * as posix from "node:path/posix";
import { OciasmError } from "../errors.ts";
import type { InputContext } from "./input.ts";
import { asksForPackages } from "./pyproject.ts";
import { isRequest, type RequirementsInput } from "./request.ts";
import { requestFormatOf } from "./request-formats.ts";

/** Files that say what a project needs, in the order in which one wins, each with a look whether it says so. */
const DETECTED: readonly (readonly [name: string, asks: (text: string) => boolean])[] = [
  ["pyproject.toml", asksForPackages],
  ["requirements.in", () => true],
  ["setup.cfg", (text) => /^\[options(?:\.extras_require)?\]/m.test(text)],
  ["setup.py", () => true],
];

/**
 * What the project in `folder` asks for where it holds no lock and no requirements.txt: the first of a pyproject.toml
 * that lists dependencies, requirements.in, a setup.cfg with options, and setup.py, which throws the way out.
 * Undefined where there is none.
 */
export function readProject(folder: string, context: InputContext): RequirementsInput | undefined {
  for (const [name, asks] of DETECTED) {
    const found = context.readInclude(posix.join(folder, name), context.file);
    if (found === undefined || !asks(found.text)) continue;
    const read = requestFormatOf(name).parse(found.text, { ...context, file: found.path });
    if (isRequest(read)) return read;
    throw new OciasmError("INPUT_UNSUPPORTED", `${name} has hashes, and is a lock`, {
      hint: `build with --lock ${name}`,
    });
  }
  return undefined;
}
