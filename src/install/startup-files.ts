import type { InstallScheme } from "../layers/recipe.ts";
import type { PlannedFile } from "./plan.ts";

/** Files that Python runs at every start without being asked: a person should know which wheel brings them. */
export function startupWarnings(
  filename: string,
  files: readonly PlannedFile[],
  scheme: InstallScheme,
): readonly string[] {
  return files
    .map((file) => file.path)
    .filter((path) => path.startsWith(`${scheme.site}/`))
    .map((path) => path.slice(scheme.site.length + 1))
    .filter((name) => /^(?:[^/]+\.pth|(?:site|user)customize(?:\.py|\.[^/]+\.so|\/__init__\.py))$/.test(name))
    .map((name) => `${filename}: ${name} is run at every start of Python`);
}
