import { readFile } from "node:fs/promises";
import type { Listing } from "../layers/listing.ts";
import type { BytecodeSource } from "../layers/recipe.ts";
import type { PackPlace } from "./job.ts";
import type { LayerEntry } from "./layer-entry.ts";

/** The bytecode of one wheel, Debian package or project, out of its pack (see ./bytecode-pack.ts). */
export async function bytecodeEntries(
  source: BytecodeSource,
  { pack, listing }: PackPlace,
  mtime: number,
): Promise<readonly LayerEntry[]> {
  const { entries } = JSON.parse(await readFile(listing, "utf8")) as Listing;
  const { type: kind, filename: name } = source.of;
  let offset = 0;
  return entries.map(({ path, mode, size = 0, sha256 = "", owner }): LayerEntry => {
    const content = { from: "file", path: pack, offset, length: size } as const;
    offset += size;
    return {
      entry: { path, type: "file", mode, uid: 0, gid: 0, size, mtime },
      content,
      ...(owner === undefined ? {} : { owner }),
      expectedSha256: sha256,
      origin: { kind, name },
    };
  });
}
