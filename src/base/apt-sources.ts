import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AptSource, parseSourcesLists } from "../debian/sources-list.ts";

/** What this host's apt was told, in apt's order; empty on a host without apt. A file that can't be read counts as empty. */
export async function readAptSources(folder: string): Promise<AptSource[]> {
  const parts = await readdir(join(folder, "sources.list.d")).catch(() => []);
  const names = parts
    .filter((name) => /^[\w.-]+\.(?:list|sources)$/.test(name))
    .sort()
    .map((name) => join("sources.list.d", name));
  const files = await Promise.all(
    ["sources.list", ...names].map(async (name) => ({
      name,
      text: await readFile(join(folder, name), "utf8").catch(() => ""),
    })),
  );
  return parseSourcesLists(files);
}
