import * as posix from "node:path/posix";
import { OciasmError } from "../errors.ts";
import { pyproject } from "./pyproject.ts";
import type { RequestFormat } from "./request.ts";
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
