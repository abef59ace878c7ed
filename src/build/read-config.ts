import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import { collectProblems } from "../input/problems.ts";
import type { KeyIndex } from "../store/blob-store.ts";
import { remember } from "../store/remember.ts";
import { sha256Hex } from "../store/sha256.ts";
import type { BuildConfig } from "./config.ts";
import type { ConfigNode } from "./config-node.ts";
import { configDecoder } from "./config-schema.ts";
import { tomlNode } from "./config-toml.ts";
import type { yamlNode } from "./config-yaml.ts";
import { foreignConfig } from "./foreign/foreign-config.ts";
import { foreignFormats } from "./foreign/formats.ts";

export interface LoadedConfig {
  readonly config: BuildConfig;
  /** As it is called in messages; absent when there is no configuration. */
  readonly file?: string;
  /** Of a file of another tool: what of it means something else here. */
  readonly notes?: readonly string[];
}

const YAML_NAMES: readonly string[] = ["ociasm.yaml", "ociasm.yml"];
const TABLE: readonly string[] = ["tool", "ociasm"];

/** What says how an image is built: a configuration of ours, else a cog.yaml. Throws as `readOwnConfig` and `foreignConfig`. */
export async function readConfig(context: string, file?: string, index?: KeyIndex): Promise<LoadedConfig> {
  const own = await readOwnConfig(context, file, index);
  return own.file === undefined ? ((await readForeign(context)) ?? own) : own;
}

/**
 * The configuration of a context: `file` when it is given, else ociasm.yaml or [tool.ociasm] in pyproject.toml; both
 * are an error, for nobody could say which one holds. Throws CONFIG_INVALID with every problem and its place.
 */
export async function readOwnConfig(context: string, file?: string, index?: KeyIndex): Promise<LoadedConfig> {
  if (file !== undefined) return readNamed(file, index);
  const found: LoadedConfig[] = [];
  for (const name of [...YAML_NAMES, "pyproject.toml"]) {
    const text = await readIfThere(join(context, name));
    const config = text === undefined ? undefined : await decodeConfig(name, text, index);
    if (config !== undefined) found.push({ config, file: name });
  }
  const [first, second] = found;
  if (second === undefined) return first ?? { config: {} };
  throw new OciasmError("CONFIG_INVALID", `both ${first?.file} and ${second.file} configure the image`, {
    hint: "keep one of them, or name one with --file",
  });
}

async function readForeign(context: string): Promise<LoadedConfig | undefined> {
  for (const format of foreignFormats) {
    const path = format.detected === undefined ? undefined : join(context, format.detected);
    const text = path === undefined ? undefined : await readIfThere(path);
    if (path === undefined || text === undefined) continue;
    return { ...(await foreignConfig(format, { file: basename(path), path, text })), file: basename(path) };
  }
  return undefined;
}

async function readNamed(file: string, index: KeyIndex | undefined): Promise<LoadedConfig> {
  const text = await readIfThere(resolve(file));
  if (text === undefined) throw new OciasmError("INPUT_NOT_FOUND", `there is no ${file}`);
  const foreign = foreignFormats.find(({ request, matches }) => request !== undefined && matches(basename(file)));
  if (foreign !== undefined) return { ...(await foreignConfig(foreign, { file, path: resolve(file), text })), file };
  return { config: (await decodeConfig(file, text, index)) ?? {}, file };
}

/** Decodes one file by its name; undefined for a pyproject.toml without [tool.ociasm]. YAML is remembered in `index`. */
export async function decodeConfig(file: string, text: string, index?: KeyIndex): Promise<BuildConfig | undefined> {
  const isToml = file.endsWith(".toml");
  const inTable = basename(file) === "pyproject.toml";
  const node = isToml ? toml(file, text, inTable ? TABLE : []) : await yaml(file, text, index);
  if (node === undefined) return isToml ? undefined : {};
  const problems = collectProblems();
  const config = configDecoder.decode(node, "", problems);
  problems.check();
  return config ?? {};
}

const BUCKET = "config-yaml";
/** Part of the key: raise it when the same text may be read as something else. */
const FORMAT = 1;

async function yaml(file: string, text: string, index: KeyIndex | undefined): ReturnType<typeof yamlNode> {
  const read = async (): Promise<{ readonly node?: ConfigNode }> => {
    const node = await (await import("./config-yaml.ts")).yamlNode(file, text);
    return node === undefined ? {} : { node };
  };
  // JSON has no such numbers.
  if (index === undefined || /\.(?:nan|inf)/i.test(text)) return (await read()).node;
  return (await remember(index, BUCKET, sha256Hex(`${FORMAT}\0${file}\0${text}`), read)).node;
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
