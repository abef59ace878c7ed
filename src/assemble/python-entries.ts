import { OciasmError } from "../errors.ts";
import type { LayerRecipe } from "../layers/recipe.ts";
import { openSpool } from "./deb-spool.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { unpackPython } from "./python-tree.ts";

/** What the standalone Pythons of a layer come to. */
export interface PythonTree {
  readonly entries: readonly LayerEntry[];
  /** Frees the temporary file that entries point into. */
  close(): Promise<void>;
}

/**
 * Unpacks the recipe's standalone Pythons into `temporary`. `paths` gives each archive's place on this host by sha256
 * hex. Rejects with ARCHIVE_INVALID.
 */
export async function pythonEntries(
  { sources, mtime }: Pick<LayerRecipe, "sources" | "mtime">,
  paths: Readonly<Record<string, string>>,
  temporary: string,
): Promise<PythonTree> {
  const spool = await openSpool(temporary);
  try {
    const entries: LayerEntry[] = [];
    for (const source of sources) {
      if (source.type !== "python") continue;
      const path = paths[source.sha256];
      if (path === undefined) throw new OciasmError("BUG", `${source.filename} is not at hand`);
      const origin = { kind: "python", name: source.filename } as const;
      for (const { entry, offset } of await unpackPython(source, path, spool)) {
        const { type, size: length } = entry;
        const content = type === "file" ? ({ from: "file", path: temporary, offset, length } as const) : NOTHING;
        entries.push({ entry: { ...entry, mtime }, content, owner: `cpython=${source.version}`, origin });
      }
    }
    // Flushes what the entries point to.
    await spool.read(spool.size, 0);
    return { entries, close: () => spool.close() };
  } catch (error) {
    await spool.close();
    throw error;
  }
}

const NOTHING = { from: "none" } as const;
