import { existsSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { OciasmError } from "../errors.ts";
import { chooseBase } from "./choose-base.ts";
import type { BuildConfig } from "./config.ts";
import type { Detected } from "./detect.ts";
import { besides, notesOf } from "./foreign/foreign-config.ts";
import { foreignFormats } from "./foreign/formats.ts";
import { configOf, type ForeignPlan, type PackageLine, type Refusal, stateOf } from "./foreign/state.ts";
import { initText } from "./init-text.ts";
import { readText } from "./input-files.ts";
import { decodeConfig } from "./read-config.ts";

/** Files that a first configuration consists of, and what of another tool's file is not in them. */
export interface InitFiles {
  /** Absolute paths; the configuration is the first. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly notes: readonly string[];
  readonly refused: readonly Refusal[];
}

/** The configuration that detection amounts to. */
export async function initFromContext(context: string, detected: Detected): Promise<InitFiles> {
  const { command, from } = detected.entrypoint;
  const config: BuildConfig = {
    base: chooseBase({ config: {}, detected }, undefined),
    ...(from === undefined ? {} : { entrypoint: command }),
  };
  const text = await initText(config, { notes: detected.warnings, refused: [] });
  return { files: [{ path: join(context, "ociasm.yaml"), text }], notes: detected.warnings, refused: [] };
}

/** The configuration that a Dockerfile or cog.yaml amounts to. Throws INPUT_NOT_FOUND, INPUT_UNSUPPORTED for another file. */
export async function initFromFile(context: string, file: string): Promise<InitFiles> {
  const format = foreignFormats.find(({ matches }) => matches(basename(file)));
  if (format === undefined) {
    const names = foreignFormats.map(({ name }) => name).join(" or ");
    throw new OciasmError("INPUT_UNSUPPORTED", `${file} is none of what a configuration can be made of`, {
      hint: `name a ${names}`,
    });
  }
  const plan: ForeignPlan = await format.plan(file, await readText(file), besides(file));
  const { packages = [], ...state } = stateOf(plan);
  const shown = relative(context, file).replaceAll("\\", "/") || basename(file);
  const lines = format.request === undefined ? packages : [];
  const own = format.request === undefined ? withLines(state.requirements, lines) : { requirements: [shown] };
  const config: BuildConfig = { ...configOf(state), ...own };
  const remarks = { notes: notesOf(plan), refused: plan.refused };
  const path = join(context, "ociasm.yaml");
  const text = await initText(config, { ...remarks, from: basename(file) });
  return { files: [{ path, text }, ...requirementsFile(context, lines)], ...remarks };
}

/** Packages that stood in commands get a file of their own. */
const LINES_FILE = "requirements-image.txt";

function withLines(files: readonly string[] = [], lines: readonly PackageLine[]): Pick<BuildConfig, "requirements"> {
  const all = lines.length === 0 ? files : [...files, LINES_FILE];
  return all.length === 0 ? {} : { requirements: all };
}

function requirementsFile(context: string, lines: readonly PackageLine[]): InitFiles["files"] {
  if (lines.length === 0) return [];
  return [{ path: join(context, LINES_FILE), text: lines.map(({ text }) => `${text}\n`).join("") }];
}

/** Throws USAGE for a file that would be overwritten. */
export function checkNew({ files }: InitFiles): void {
  const [there] = files.filter(({ path }) => existsSync(path));
  if (there === undefined) return;
  throw new OciasmError("USAGE", `${basename(there.path)} is there already, in ${dirname(there.path)}`, {
    hint: "overwrite it with --force",
  });
}

/** Throws USAGE where pyproject.toml configures the image: two configurations are an error. */
export async function checkAlone(context: string): Promise<void> {
  const path = join(context, "pyproject.toml");
  if (!existsSync(path) || (await decodeConfig("pyproject.toml", await readText(path))) === undefined) return;
  throw new OciasmError("USAGE", `${path} configures the image already`, {
    hint: "remove its table [tool.ociasm] first",
  });
}
