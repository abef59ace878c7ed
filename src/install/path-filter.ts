import { globRegExp } from "./glob.ts";

/** Whether a path is left out: the last pattern that covers it decides, one with `!` in front takes it back in. */
export function pathFilter(patterns: readonly string[]): (path: string) => boolean {
  const rules = patterns.map((pattern) => {
    const back = pattern.startsWith("!");
    return { back, expression: globRegExp(back ? pattern.slice(1) : pattern) };
  });
  return (path) => {
    const last = rules.findLast((rule) => rule.expression.test(path));
    return last !== undefined && !last.back;
  };
}
