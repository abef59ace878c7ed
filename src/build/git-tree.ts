import { OciasmError } from "../errors.ts";
import type { BuildDeps } from "./deps.ts";
import type { SourceTree } from "./source-tree.ts";

/** A repository at one commit. */
export interface GitCommit {
  readonly url: string;
  readonly commit: string;
}

export async function readGitTree({ url, commit }: GitCommit, _deps: BuildDeps): Promise<SourceTree> {
  throw new OciasmError("INPUT_UNSUPPORTED", `${url}@${commit} is in version control`);
}
