import type { InstallScheme } from "../layers/recipe.ts";

/**
 * The absolute path by which a Python of this minor ("3.11") imports a file of the scheme: through the environment's
 * link, as sys.path has it. Bytecode that names another path would have to be corrected at each import.
 */
export function importedPath(path: string, scheme: InstallScheme, minor: string): string {
  const number = minor.slice(minor.indexOf(".") + 1);
  for (const [pattern, target] of Object.entries(scheme.links)) {
    if (pattern.includes("*") && path.startsWith(`${target}/`))
      return `/${pattern.replace("*", number)}${path.slice(target.length)}`;
  }
  return `/${path}`;
}
