import * as posix from "node:path/posix";
import type { InputContext } from "./input.ts";
import { asksForPackages, readPyproject } from "./pyproject.ts";
import type { RequirementsInput } from "./request.ts";
import { readSetupCfg } from "./setup-cfg.ts";

/** What the project in `folder` asks for, from its pyproject.toml or setup.cfg; undefined when neither says anything. */
export function readOwnMetadata(folder: string, context: InputContext): RequirementsInput | undefined {
  const pyproject = context.readInclude(posix.join(folder, "pyproject.toml"), context.file);
  if (pyproject !== undefined && asksForPackages(pyproject.text)) {
    return readPyproject(pyproject.text, { ...context, file: pyproject.path });
  }
  const cfg = context.readInclude(posix.join(folder, "setup.cfg"), context.file);
  return cfg === undefined ? undefined : readSetupCfg(cfg.text, { ...context, file: cfg.path });
}
