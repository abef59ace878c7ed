import { MODULES } from "./modules.ts";

// Gives the program's own modules what MODULES has. Packages keep what they are made for.

type Next<C> = (url: string, context: C) => Promise<unknown>;

interface Importer {
  readonly parentURL?: string;
}

const PROGRAM = new URL("../../../src/", import.meta.url).href;
const SCHEME = "windows:";

export async function resolve(specifier: string, context: Importer, next: Next<Importer>): Promise<unknown> {
  if (MODULES[specifier] !== undefined && context.parentURL?.startsWith(PROGRAM) === true) {
    return { url: SCHEME + specifier, shortCircuit: true };
  }
  return next(specifier.replace(/^file:\/\/\/[a-z]:\//i, "file:///"), context);
}

export async function load(url: string, context: unknown, next: Next<unknown>): Promise<unknown> {
  const exported = url.startsWith(SCHEME) ? MODULES[url.slice(SCHEME.length)] : undefined;
  if (exported === undefined) return next(url, context);
  const modules = JSON.stringify(new URL("./modules.js", import.meta.url).href);
  const names = Object.keys(exported).filter((name) => name !== "default");
  const source = `import { MODULES } from ${modules};
export const { ${names.join(", ")} } = MODULES[${JSON.stringify(url.slice(SCHEME.length))}];`;
  return { format: "module", source, shortCircuit: true };
}
