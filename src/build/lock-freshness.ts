import { dirname, join, relative } from "node:path";
import type { InputContext, LockInput } from "../input/input.ts";
import { type Freshness, pdmFreshness, pipfileFreshness, poetryFreshness } from "../input/lock-freshness.ts";
import { readOwnMetadata } from "../input/own-metadata.ts";
import { uvLockStale } from "../input/uv-lock-freshness.ts";
import { unmetRequirements } from "../resolve/unmet.ts";
import { readText } from "./input-files.ts";

type Compare = (lock: NamedText, project: NamedText) => Freshness;

interface NamedText {
  readonly file: string;
  readonly text: string;
}

/** Formats that keep a hash of the file they were made from. */
const HASHED: Readonly<Record<string, readonly [from: string, compare: Compare]>> = {
  "poetry.lock": ["pyproject.toml", poetryFreshness],
  "pdm.lock": ["pyproject.toml", pdmFreshness],
  "Pipfile.lock": ["Pipfile", pipfileFreshness],
};

/** Why a lock of another tool does not match the project beside it; undefined when it does or when nobody can tell. */
export async function whyForeignIsOutdated(
  input: LockInput,
  folder: string,
  context: Omit<InputContext, "file">,
): Promise<string | undefined> {
  const hashed = HASHED[input.format];
  if (hashed !== undefined) {
    const [from, compare] = hashed;
    const project = context.readInclude(from, input.file);
    if (project === undefined) return undefined;
    const { path, text } = project;
    const freshness = compare({ file: input.file, text: await readText(input.file) }, { file: path, text });
    return freshness === "stale" ? `${from} changed since it was written` : undefined;
  }
  // A requirements file is what a person asks for.
  if (input.selection.by === "marker") return undefined;
  const project = readOwnMetadata(folder.replaceAll("\\", "/"), { ...context, file: join(folder, "pyproject.toml") });
  if (project === undefined) return undefined;
  if (input.format !== "uv.lock") return unmetRequirements(project, input)[0];
  const path = relative(dirname(input.file), folder).replaceAll("\\", "/");
  return uvLockStale({ file: input.file, text: await readText(input.file) }, path, project);
}
