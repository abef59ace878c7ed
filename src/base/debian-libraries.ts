import { readFile } from "node:fs/promises";
import { systemCode } from "../errors.ts";
import type { SystemLibraries } from "./base.ts";
import type { DebianSuite } from "./debian-suite.ts";

/**
 * What the suite's packages have in the folders that the dynamic loader searches, from the index that is shipped
 * (layout/debian/sonames). `packages` are those of the image.
 */
export async function readLibraries(
  suite: Pick<DebianSuite, "suite" | "folder">,
  packages: ReadonlySet<string>,
): Promise<SystemLibraries | undefined> {
  const providers = await readIndex(new URL(`sonames/${suite.suite}.txt`, suite.folder));
  if (providers === undefined) return undefined;
  const all = new Set([...providers.values()].flat());
  return {
    has: (soname) => providers.get(soname)?.some((name) => packages.has(name)) === true,
    packagesOf: (soname) => providers.get(soname) ?? [],
    isLibrary: (name) => all.has(name),
  };
}

/** Lines of a soname and its packages, the one to take first. Not every suite has an index. */
async function readIndex(file: URL): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [soname = "", ...names] = line.split(" ");
      return [soname, names] as const;
    }),
  );
}
