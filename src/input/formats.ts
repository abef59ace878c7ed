import * as posix from "node:path/posix";
import { OciasmError } from "../errors.ts";
import type { InputFormat } from "./input.ts";
import { pdmLock } from "./pdm-lock.ts";
import { pipfileLock } from "./pipfile-lock.ts";
import { poetryLock } from "./poetry-lock.ts";
import { pylock } from "./pylock.ts";
import { requirementsTxt } from "./requirements-txt.ts";
import { uvLock } from "./uv-lock.ts";

/** Every lock format, in the order in which one wins over another beside it. */
export const formats: readonly InputFormat[] = [pylock, uvLock, poetryLock, pdmLock, pipfileLock, requirementsTxt];

/** The file in which each format is looked for. */
const DETECTED: readonly string[] = [
  "pylock.toml",
  "uv.lock",
  "poetry.lock",
  "pdm.lock",
  "Pipfile.lock",
  "requirements.txt",
];

/** The lock among the file names of a folder, and those that it wins over. */
export function detectLock(fileNames: readonly string[]): {
  readonly chosen: string | undefined;
  readonly others: readonly string[];
} {
  const [chosen, ...others] = DETECTED.filter((name) => fileNames.includes(name));
  return { chosen, others };
}

/** The format of a file that the user named; INPUT_UNSUPPORTED when no format knows its name. */
export function formatOf(file: string): InputFormat {
  const baseName = posix.basename(file.replaceAll("\\", "/"));
  const format = formats.find((candidate) => candidate.matches(baseName));
  if (format !== undefined) return format;
  throw new OciasmError("INPUT_UNSUPPORTED", `${baseName} is the name of no lock format`, {
    hint: `a lock is called ${DETECTED.slice(0, -1).join(", ")} or something.txt`,
  });
}
