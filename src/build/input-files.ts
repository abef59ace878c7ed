import { existsSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import { decodeText } from "../input/decode-text.ts";
import { formatOf } from "../input/formats.ts";
import type { InputContext, LockInput } from "../input/input.ts";
import type { RequirementsInput } from "../input/request.ts";
import { requestFormats } from "../input/request-formats.ts";
import type { BuildDeps } from "./deps.ts";
import { foreignFormats } from "./foreign/formats.ts";

/** What a run builds from: a lock, or requirements that are still to be resolved. */
export type Input = LockInput | RequirementsInput;

/** Reads one file by its name. Throws INPUT_NOT_FOUND, INPUT_UNSUPPORTED and what its reader throws. */
export async function readInputFile(file: string, context: Omit<InputContext, "file">): Promise<Input> {
  const baseName = file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
  const foreign = foreignFormats.find(({ request, matches }) => request !== undefined && matches(baseName));
  if (foreign?.request !== undefined) return foreign.request(await readText(file), { ...context, file });
  // A requirements file with hashes is a lock all the same.
  const format = requestFormats.find((one) => one.matches(baseName)) ?? formatOf(file);
  return format.parse(await readText(file), { ...context, file });
}

/** Of a file that a person named. Throws INPUT_NOT_FOUND, and INPUT_INVALID for what is no text. */
export async function readText(file: string): Promise<string> {
  try {
    return decodeText(await readFile(file), file);
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
  return existsSync(file) && statSync(file).isFile()
    ? { path: file, text: decodeText(readFileSync(file), file) }
    : undefined;
}
