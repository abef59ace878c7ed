import type { InputContext } from "./input.ts";
import type { TomlNode } from "./toml-node.ts";

/** A pyproject.toml, or the TOML of a script, while it is read. */
export interface PyprojectReader {
  readonly root: TomlNode;
  readonly file: string;
  readonly context: InputContext;
  readonly warnings: string[];
}
