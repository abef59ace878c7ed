import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import { formatOf } from "../input/formats.ts";
import type { InputContext, LockInput } from "../input/input.ts";
import { readRequirements } from "../input/requirements-txt.ts";
import type { BuildConfig } from "./config.ts";
import type { BuildDeps } from "./deps.ts";
import type { Detected } from "./detect.ts";

/** The lock or requirements that the run builds from; undefined when the context has none. Throws with every problem. */
export async function inputStep(
  context: string,
  config: BuildConfig,
  detected: Detected,
  deps: Pick<BuildDeps, "environment" | "report">,
): Promise<LockInput | undefined> {
  const input = await readInput(context, config, detected, deps.environment);
  for (const message of input?.warnings ?? []) deps.report({ type: "warning", message });
  return input;
}

async function readInput(
  context: string,
  config: BuildConfig,
  detected: Detected,
  environment: BuildDeps["environment"],
): Promise<LockInput | undefined> {
  const contextOf = (file: string): InputContext => ({ file, readInclude, environment });
  if (config.requirements !== undefined && config.lock === undefined) {
    const files = [
      ...config.requirements.map((file) => ({ file: resolve(context, file), constraint: false })),
      ...(config.constraints ?? []).map((file) => ({ file: resolve(context, file), constraint: true })),
    ];
    const texts = await Promise.all(files.map(async (each) => ({ ...each, text: await readText(each.file) })));
    return readRequirements(texts, contextOf(files[0]?.file ?? context));
  }
  const lock = config.lock ?? detected.lock;
  if (lock === undefined) return undefined;
  const file = resolve(context, lock);
  return formatOf(file).parse(await readText(file), contextOf(file));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    throw new OciasmError("INPUT_NOT_FOUND", `there is no ${file}`);
  }
}

function readInclude(path: string, from: string): { readonly path: string; readonly text: string } | undefined {
  const file = isAbsolute(path) ? path : join(dirname(from), path);
  return existsSync(file) ? { path: file, text: readFileSync(file, "utf8") } : undefined;
}
