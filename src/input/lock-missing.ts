import type { LockNode } from "./graph.ts";

/** A name that is asked for and not locked: an error only where its marker holds. */
export function missingNode(name: string, file: string, command: string): LockNode {
  return {
    package: {
      name,
      version: "0",
      extras: [],
      sha256: [],
      files: [],
      requested: false,
      blocked: {
        code: "INPUT_INVALID",
        message: `${name} is asked for, and ${file} does not have it`,
        hint: `run \`${command}\` again: the lock does not suit its pyproject.toml`,
      },
      location: { file, line: 1, column: 1 },
    },
    edges: [],
    extras: Object.create(null),
  };
}
