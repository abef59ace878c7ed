import { readFile } from "node:fs/promises";
import { isOciasmError, systemCode } from "../errors.ts";
import type { InputContext, LockInput } from "../input/input.ts";
import type { GitSources } from "../input/package-sources.ts";
import { pylock } from "../input/pylock.ts";

/** The lock that is to be written again. */
export interface OldLock {
  readonly text: string;
  readonly input: LockInput;
  /** Versions to keep where they can be, by name; none when all are to be new. */
  readonly versions: ReadonlyMap<string, string>;
  /** What is built of a commit, by name; none when all are to be new. */
  readonly repositories: ReadonlyMap<string, GitSources>;
}

/** Undefined when there is none. One that can't be read stands in nobody's way when all is to be new. */
export async function readOldLock(
  file: string,
  upgrade: boolean,
  context: Omit<InputContext, "file">,
): Promise<OldLock | undefined> {
  try {
    const text = await readFile(file, "utf8");
    const input = pylock.parse(text, { ...context, file });
    const versions = input.packages.flatMap(({ name, version }) =>
      version === undefined ? [] : [[name, version] as const],
    );
    const repositories = input.packages.flatMap(({ name, sources }) =>
      sources?.kind === "git" ? [[name, sources] as const] : [],
    );
    return {
      text,
      input,
      versions: new Map(upgrade ? [] : versions),
      repositories: new Map(upgrade ? [] : repositories),
    };
  } catch (error) {
    if (systemCode(error) === "ENOENT" || (upgrade && isOciasmError(error))) return undefined;
    throw error;
  }
}
