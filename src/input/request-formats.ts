import * as posix from "node:path/posix";
import { OciasmError } from "../errors.ts";
import type { InputContext, LockInput } from "./input.ts";
import { asksForPackages, pyproject } from "./pyproject.ts";
import type { RequestFormat, RequirementsInput } from "./request.ts";
import { requirements } from "./requirements.ts";
import { script } from "./script.ts";
import { setupCfg } from "./setup-cfg.ts";
import { setupPy } from "./setup-py.ts";

/** Every kind of file that asks without locking. */
export const requestFormats: readonly RequestFormat[] = [requirements, pyproject, script, setupCfg, setupPy];

/** The format of a file that the user named; INPUT_UNSUPPORTED when no format knows its name. */
export function requestFormatOf(file: string): RequestFormat {
  const baseName = posix.basename(file.replaceAll("\\", "/"));
  const format = requestFormats.find((candidate) => candidate.matches(baseName));
  if (format !== undefined) return format;
  throw new OciasmError("INPUT_UNSUPPORTED", `${baseName} is the name of no file that asks for packages`, {
    hint: "give a pyproject.toml, a requirements file (.txt, .in), a script (.py) or a setup.cfg",
  });
}

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
export function readDetected(folder: string, context: InputContext): RequirementsInput | LockInput | undefined {
  for (const [name, asks] of DETECTED) {
    const found = context.readInclude(posix.join(folder, name), context.file);
    if (found === undefined || !asks(found.text)) continue;
    return requestFormatOf(name).parse(found.text, { ...context, file: found.path });
  }
  return undefined;
}
