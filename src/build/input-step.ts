import { join, resolve } from "node:path";
import { OciasmError } from "../errors.ts";
import type { InputContext } from "../input/input.ts";
import { readProject } from "../input/project.ts";
import { isRequest, type RequirementsInput } from "../input/request.ts";
import { readRequirementsFiles, requirements } from "../input/requirements.ts";
import type { RequirementsText } from "../input/requirements-file.ts";
import { withBounds } from "../input/requirements-request.ts";
import type { BuildConfig } from "./config.ts";
import type { BuildDeps } from "./deps.ts";
import type { Detected } from "./detect.ts";
import { type Input, inputContext, readInputFile, readText } from "./input-files.ts";
import { askedWith } from "./resolution-settings.ts";
import { workspaceLock } from "./workspace-lock.ts";

export interface InputRequest {
  /** Absolute. */
  readonly context: string;
  readonly config: BuildConfig;
  readonly detected: Pick<Detected, "lock" | "script">;
}

/**
 * What the run builds from: the files that were named, else the lock in the context, else uv's lock of a workspace
 * around it, else what the project asks for. Undefined when there is nothing. Throws with every problem.
 */
export async function inputStep(
  request: InputRequest,
  deps: Pick<BuildDeps, "environment" | "report">,
): Promise<Input | undefined> {
  const input = await findInput(request, inputContext(request.context, deps.environment));
  for (const message of input?.warnings ?? []) deps.report({ type: "warning", message });
  return input;
}

type Context = Omit<InputContext, "file">;

async function findInput(request: InputRequest, context: Context): Promise<Input | undefined> {
  const { config, detected } = request;
  if (config.requirements !== undefined && config.lock === undefined) {
    return bounded(await readNamed(request, config.requirements, context), request, context);
  }
  const named = config.lock ?? detected.script ?? detected.lock;
  const file = named === undefined ? workspaceLock(request.context) : resolve(request.context, named);
  if (file !== undefined) return bounded(await readInputFile(file, context), request, context);
  const folder = request.context.replaceAll("\\", "/");
  const project = readProject(folder, { ...context, file: join(folder, "pyproject.toml") });
  return project === undefined ? undefined : bounded(project, request, context);
}

async function readNamed(request: InputRequest, files: readonly string[], context: Context): Promise<Input> {
  const paths = files.map((file) => resolve(request.context, file));
  const [first] = paths;
  if (first === undefined) throw new OciasmError("USAGE", "no requirements file is named");
  if (paths.every((path) => requirements.matches(path.slice(path.lastIndexOf("/") + 1)))) {
    const constraints = (request.config.constraints ?? []).map((file) => resolve(request.context, file));
    const texts = await Promise.all([
      ...paths.map((path) => sourceOf(path, {})),
      ...constraints.map((path) => sourceOf(path, { constraint: true })),
    ]);
    return readRequirementsFiles(texts, { ...context, file: first });
  }
  if (paths.length === 1) return readInputFile(first, context);
  throw new OciasmError("USAGE", `${files.join(" and ")} can't be read together`, {
    hint: "name one pyproject.toml or script, or requirements files only",
  });
}

type Kind = Partial<Pick<RequirementsText, "constraint" | "override">>;

async function sourceOf(file: string, kind: Kind): Promise<RequirementsText> {
  return { file, text: await readText(file), constraint: false, ...kind };
}

/** A request with the constraints, overrides and options of the command line and the configuration. */
async function bounded(input: Input, request: InputRequest, context: Context): Promise<Input> {
  if (!isRequest(input)) return input;
  const { config } = request;
  const known = input.format === "requirements.txt" && config.requirements !== undefined;
  const sources = await Promise.all([
    ...(known ? [] : (config.constraints ?? [])).map((file) =>
      sourceOf(resolve(request.context, file), { constraint: true }),
    ),
    ...(config.overrides ?? []).map((file) => sourceOf(resolve(request.context, file), { override: true })),
  ]);
  const withFiles: RequirementsInput =
    sources.length === 0 ? input : withBounds(input, sources, { ...context, file: input.file });
  return askedWith(withFiles, config);
}
