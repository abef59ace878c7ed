import * as posix from "node:path/posix";
import { normalizeExtra } from "../python/name.ts";
import type { InputContext } from "./input.ts";
import { readToml } from "./toml.ts";

/** uv's own default; what is needed to develop has no place in an image. */
const DEVELOPMENT = "dev";

/**
 * The groups that a project has installed without asking: `default-groups` of `[tool.uv]` in its pyproject.toml, less
 * `dev`. Throws INPUT_INVALID for a pyproject.toml that is no TOML.
 */
export function readDefaultGroups(path: string, groups: readonly string[], context: InputContext): readonly string[] {
  const others = groups.filter((name) => name !== DEVELOPMENT);
  const isInside = !posix.isAbsolute(path) && !/^\.\.(?:\/|$)/.test(posix.normalize(path));
  if (others.length === 0 || !isInside) return [];
  const found = context.readInclude(posix.join(path, "pyproject.toml"), context.file);
  if (found === undefined) return [];
  const { root, problems } = readToml(found.path, found.text);
  const tool = root.table("tool");
  const uv = tool?.table("uv");
  if (uv?.has("default-groups") !== true) return [];
  const wanted =
    uv.isString("default-groups") && uv.string("default-groups") === "all"
      ? others
      : uv.strings("default-groups").map(normalizeExtra);
  problems.check();
  return wanted.filter((name) => others.includes(name)).sort();
}
