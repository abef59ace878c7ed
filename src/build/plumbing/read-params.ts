import { readFile } from "node:fs/promises";
import { OciasmError, systemCode } from "../../errors.ts";
import { collectProblems } from "../../input/problems.ts";
import { yamlNode } from "../config-yaml.ts";
import type { Decoder } from "../decoder.ts";

/** A project of some ten thousand files. */
const LIMITS = { length: 16 * 2 ** 20, nodes: 500_000 };

/** Reads a file of parameters, JSON or YAML. Throws INPUT_NOT_FOUND, and CONFIG_INVALID with the place of each problem. */
export async function readParams<T>(file: string, decoder: Decoder<T>): Promise<T> {
  const node = await yamlNode(file, await readText(file), LIMITS);
  if (node === undefined) throw new OciasmError("CONFIG_INVALID", `${file} is empty`);
  const problems = collectProblems();
  const params = decoder.decode(node, "", problems);
  problems.check();
  if (params === undefined) throw new Error("a decoder told no problem");
  return params;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    throw new OciasmError("INPUT_NOT_FOUND", `there is no ${file}`, { cause: error });
  }
}
