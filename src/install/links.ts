import { OciasmError } from "../errors.ts";
import type { InstallScheme } from "../layers/recipe.ts";
import { globRegExp } from "./glob.ts";

export interface PathRewriter {
  /** Where a path really lies: its parts that are links of the scheme are replaced by what they point to. */
  resolve(path: string): string;
  /** Whether the environment layer makes a link at this very path. */
  isLink(path: string): boolean;
}

/** More than any scheme has links: a longer chain is a circle. */
const MAX_STEPS = 16;

/** Follows the directory links of a scheme. Throws CONFIG_INVALID for links that go in a circle. */
export function linkRewriter(links: InstallScheme["links"]): PathRewriter {
  const rules = Object.entries(links).map(([pattern, target]) => ({
    parts: pattern.split("/").length,
    expression: globRegExp(pattern),
    target,
  }));
  const step = (path: string): string | undefined => {
    const parts = path.split("/");
    for (const rule of rules) {
      const head = parts.slice(0, rule.parts).join("/");
      if (parts.length > rule.parts && rule.expression.test(head)) {
        return [rule.target, ...parts.slice(rule.parts)].join("/");
      }
    }
    return undefined;
  };
  const resolve = (path: string): string => {
    let current = path;
    for (let steps = 0; steps < MAX_STEPS; steps++) {
      const next = step(current);
      if (next === undefined) return current;
      current = next;
    }
    throw new OciasmError("CONFIG_INVALID", `the links of the install scheme go in a circle at ${path}`);
  };
  return { resolve, isLink: (path) => rules.some((rule) => rule.expression.test(path)) };
}
