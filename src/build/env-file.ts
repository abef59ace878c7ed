import { OciasmError } from "../errors.ts";
import { locator } from "../input/locate.ts";
import { collectProblems } from "../input/problems.ts";

/** Reads Docker's --env-file: NAME=VALUE lines, `#` comments, no quoting. Throws CONFIG_INVALID with every problem. */
export function parseEnvFile(file: string, text: string): Readonly<Record<string, string>> {
  const locate = locator(file, text);
  const problems = collectProblems();
  const pairs: [string, string][] = [];
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    const line = match[0].replace(/^\uFEFF?\s+|^\uFEFF/, "");
    if (line === "" || line.startsWith("#")) continue;
    const equals = line.indexOf("=");
    const name = equals === -1 ? line : line.slice(0, equals);
    if (equals > 0 && !/\s/.test(name)) pairs.push([name, line.slice(equals + 1)]);
    else {
      const location = locate(match.index, match[0].length);
      problems.add(new OciasmError("CONFIG_INVALID", "a line must be NAME=VALUE", { location }));
    }
  }
  problems.check();
  return Object.fromEntries(pairs);
}
