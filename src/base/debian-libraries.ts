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
): Promise<SystemLibraries> {
  const providers = await readIndex(new URL(`sonames/${suite.suite}.txt`, suite.folder));
  return {
    has: (soname) => providers.get(soname)?.some((name) => packages.has(name)) === true,
    packageOf: (soname) => providers.get(soname)?.[0],
  };
}

/** Lines of a soname and its packages, the one to take first. A suite of one's own may have no index. */
async function readIndex(file: URL): Promise<ReadonlyMap<string, readonly string[]>> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return "";
    throw error;
  });
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [soname = "", ...names] = line.split(" ");
      return [soname, names] as const;
    }),
  );
}
