import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { type Environment, textInput } from "./inputs.ts";

/** The path of a file from the top of the checkout, as annotations want it. Messages name files as their context sees them. */
export function fileInWorkspace(file: string, environment: Environment): string {
  const top = environment["GITHUB_WORKSPACE"] || process.cwd();
  const context = resolve(textInput(environment, "context") || ".");
  const found = [resolve(context, file), resolve(file)].find((path) => existsSync(path)) ?? file;
  const inside = relative(top, resolve(found));
  return inside.startsWith("..") ? found : inside;
}
