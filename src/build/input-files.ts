import { existsSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import { formatOf } from "../input/formats.ts";
import type { InputContext, LockInput } from "../input/input.ts";
import { pyproject } from "../input/pyproject.ts";
import type { RequestFormat, RequirementsInput } from "../input/request.ts";
import { requirements } from "../input/requirements.ts";
import { script } from "../input/script.ts";
import { setupCfg } from "../input/setup-cfg.ts";
import type { BuildDeps } from "./deps.ts";

/** What a run builds from: a lock, or requirements that are still to be resolved. */
export type Input = LockInput | RequirementsInput;

/** Files that ask without locking; a requirements file with hashes is a lock all the same. */
const REQUESTS: readonly RequestFormat[] = [requirements, pyproject, setupCfg, script];

/** Reads one file by its name. Throws INPUT_NOT_FOUND, INPUT_UNSUPPORTED and what its reader throws. */
export async function readInputFile(file: string, context: Omit<InputContext, "file">): Promise<Input> {
  const baseName = file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
  const format = REQUESTS.find((one) => one.matches(baseName)) ?? formatOf(file);
  return format.parse(await readText(file), { ...context, file });
}

/** Of a file that a person named. Throws INPUT_NOT_FOUND. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) !== "ENOENT" && systemCode(error) !== "EISDIR") throw error;
    throw new OciasmError("INPUT_NOT_FOUND", `there is no ${file}`);
  }
}

/** For files that others name; `folder` is what is built. */
export function inputContext(folder: string, environment: BuildDeps["environment"]): Omit<InputContext, "file"> {
  return { folder: folder.replaceAll("\\", "/"), readInclude, environment };
}

function readInclude(path: string, from: string): { readonly path: string; readonly text: string } | undefined {
  const file = isAbsolute(path) ? path : join(dirname(from), path);
  return existsSync(file) && statSync(file).isFile() ? { path: file, text: readFileSync(file, "utf8") } : undefined;
}
