import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import { collectProblems } from "../input/problems.ts";
import type { BuildConfig } from "./config.ts";
import { configDecoder } from "./config-schema.ts";
import { tomlNode } from "./config-toml.ts";
import { yamlNode } from "./config-yaml.ts";

export interface LoadedConfig {
  readonly config: BuildConfig;
  /** As it is called in messages; absent when there is no configuration. */
  readonly file?: string;
}

const YAML_NAMES: readonly string[] = ["ociasm.yaml", "ociasm.yml"];
const TABLE: readonly string[] = ["tool", "ociasm"];

/**
 * The configuration of a context: `file` when it is given, else ociasm.yaml or [tool.ociasm] in pyproject.toml; both
 * are an error, for nobody could say which one holds. Throws CONFIG_INVALID with every problem and its place.
 */
export async function readConfig(context: string, file?: string): Promise<LoadedConfig> {
  if (file !== undefined) return readNamed(file);
  const found: LoadedConfig[] = [];
  for (const name of [...YAML_NAMES, "pyproject.toml"]) {
    const text = await readIfThere(join(context, name));
    const config = text === undefined ? undefined : await decodeConfig(name, text);
    if (config !== undefined) found.push({ config, file: name });
  }
  const [first, second] = found;
  if (second === undefined) return first ?? { config: {} };
  throw new OciasmError("CONFIG_INVALID", `both ${first?.file} and ${second.file} configure the image`, {
    hint: "keep one of them, or name one with --file",
  });
}

async function readNamed(file: string): Promise<LoadedConfig> {
  const text = await readIfThere(resolve(file));
  if (text === undefined) throw new OciasmError("INPUT_NOT_FOUND", `there is no ${file}`);
  return { config: (await decodeConfig(file, text)) ?? {}, file };
}

/** Decodes one file by its name; undefined for a pyproject.toml without [tool.ociasm]. */
export async function decodeConfig(file: string, text: string): Promise<BuildConfig | undefined> {
  const isToml = file.endsWith(".toml");
  const inTable = basename(file) === "pyproject.toml";
  const node = isToml ? toml(file, text, inTable ? TABLE : []) : await yamlNode(file, text);
  if (node === undefined) return isToml ? undefined : {};
  const problems = collectProblems();
  const config = configDecoder.decode(node, "", problems);
  problems.check();
  return config ?? {};
}

function toml(file: string, text: string, path: readonly string[]): ReturnType<typeof tomlNode> {
  try {
    return tomlNode(file, text, path);
  } catch (error) {
    if (!(error instanceof OciasmError)) throw error;
    throw new OciasmError("CONFIG_INVALID", error.message, { location: error.location });
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}
