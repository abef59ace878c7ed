import { readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { OciasmError } from "../errors.ts";
import { hasScriptBlock, script } from "../input/script.ts";
import { type Detected, detect } from "./detect.ts";

/** A folder, or a Python file that says itself what it needs (PEP 723): then that file is the whole project. */
export async function detectContext(path: string): Promise<{ readonly context: string; readonly detected: Detected }> {
  const name = basename(path);
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile || !script.matches(name)) return { context: path, detected: await detect(path) };
  if (!hasScriptBlock(await readFile(path, "utf8"))) {
    throw new OciasmError("INPUT_INVALID", `${name} has no script block that says what it needs`, {
      hint: `begin it with "# /// script", or name the folder ${dirname(path)}`,
    });
  }
  const command = ["python", name];
  return {
    context: dirname(path),
    detected: {
      otherLocks: [],
      script: name,
      project: { scripts: {} },
      entrypoint: { command, from: name, candidates: [] },
      sourceRoots: [],
      warnings: [],
      summary: `detected script ${name}, runs \`${command.join(" ")}\``,
    },
  };
}
