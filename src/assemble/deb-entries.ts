import { mergedPath } from "../debian/merged-usr.ts";
import { OciasmError } from "../errors.ts";
import type { DebSource, LayerRecipe, LayerSource } from "../layers/recipe.ts";
import { CERTIFICATE_FOLDER } from "./deb-certificates.ts";
import { diversionsOf, movedFromBelow, NO_DIVERSIONS } from "./deb-diversions.ts";
import { type DebLayer, GENERATORS, generatedEntry } from "./deb-generated.ts";
import { isLibraryInput } from "./deb-libraries.ts";
import { scriptWarnings } from "./deb-scripts.ts";
import { type DebSpool, openSpool } from "./deb-spool.ts";
import { type DebNode, debTree, looseTree, type PlacedFile } from "./deb-tree.ts";
import { type UnpackedDeb, unpackDeb } from "./deb-unpack.ts";
import type { LayerEntry } from "./layer-entry.ts";

/** What the Debian packages of a layer come to, generated files included. */
export interface DebTree {
  /** By path, in the order of UTF-16 code units. Paths that the recipe's other sources name are not among them. */
  readonly entries: readonly LayerEntry[];
  readonly warnings: readonly string[];
  /** Frees the temporary file that entries point into. */
  close(): Promise<void>;
}

/** setuid and setgid: nobody in an image is to become root by running `su`. */
const SPECIAL_BITS = 0o6000;

/**
 * Unpacks the recipe's packages, one by one, into `temporary`, and makes its generated files. `paths` gives each .deb's
 * place on this host by sha256 hex. Rejects with ARCHIVE_INVALID or FILE_CONFLICT.
 */
export async function debEntries(
  recipe: Pick<LayerRecipe, "sources" | "mtime">,
  paths: Readonly<Record<string, string>>,
  temporary: string,
): Promise<DebTree> {
  const spool = await openSpool(temporary);
  try {
    const layer = await readLayer(recipe.sources, paths, spool);
    const entries = await collect(layer, recipe);
    // Flushes what the entries point to.
    await spool.read(spool.size, 0);
    return { entries, warnings: scriptWarnings(layer.debs), close: () => spool.close() };
  } catch (error) {
    await spool.close();
    throw error;
  }
}

async function readLayer(
  sources: readonly LayerSource[],
  paths: Readonly<Record<string, string>>,
  spool: DebSpool,
): Promise<DebLayer> {
  const unpack = async (wanted: readonly DebSource[], filter: (path: string) => boolean): Promise<UnpackedDeb[]> => {
    const debs: UnpackedDeb[] = [];
    for (const source of wanted) debs.push(await unpackDeb(source, pathOf(source, paths), spool, filter));
    return debs;
  };
  const all = sources.filter((source) => source.type === "deb");
  const own = await unpack(
    all.filter((source) => source.below !== true),
    () => true,
  );
  const diverts = sources.some((source) => source.type === "generated" && source.generator === "diversions/1");
  const diverted = new Set(diverts ? diversionsOf(own).list.map(({ from }) => mergedPath(from.slice(1))) : []);
  const wantsCertificates = all.some((source) => source.package === "ca-certificates-java");
  const below = await unpack(
    all.filter((source) => source.below === true),
    (path) =>
      isLibraryInput(path) ||
      (wantsCertificates && path.startsWith(CERTIFICATE_FOLDER)) ||
      diverted.has(mergedPath(path)),
  );
  const diversions = diverts ? diversionsOf([...below, ...own]) : NO_DIVERSIONS;
  const nodes = await debTree(own, spool, diversions);
  const lower = looseTree(below, diversions);
  for (const { to } of movedFromBelow({ debs: own, below, diversions })) {
    const node = lower.get(to);
    if (node !== undefined) nodes.set(to, node);
  }
  return { debs: own, below, nodes, all: new Map<string, PlacedFile>([...lower, ...nodes]), spool, diversions };
}

function pathOf(source: DebSource, paths: Readonly<Record<string, string>>): string {
  const path = paths[source.sha256];
  if (path !== undefined) return path;
  throw new OciasmError("BUG", `${source.filename} is not at hand`);
}

async function collect(layer: DebLayer, recipe: Pick<LayerRecipe, "sources" | "mtime">): Promise<LayerEntry[]> {
  const claimed = new Set(recipe.sources.flatMap((source) => ("path" in source ? [source.path] : [])));
  const generated = new Map<string, LayerEntry>();
  const asked = new Set(recipe.sources.flatMap((source) => (source.type === "generated" ? [source.generator] : [])));
  for (const name of asked) {
    if (!GENERATORS.has(name)) throw new OciasmError("BUG", `no generator ${name}`);
  }
  for (const [name, generator] of GENERATORS) {
    if (!asked.has(name)) continue;
    for (const file of await generator(layer)) {
      const { entry, bytes } = generatedEntry(file);
      const content = entry.type === "file" ? ({ from: "bytes", bytes } as const) : ({ from: "none" } as const);
      const owner = file.source === undefined ? {} : { owner: ownerOf(file.source) };
      generated.set(file.path, { entry: { ...entry, mtime: recipe.mtime }, content, ...owner });
      if (entry.type === "symlink") layer.all.set(file.path, { entry, offset: -1 });
    }
  }
  const packed = [...layer.nodes.values()]
    .filter(({ entry }) => !generated.has(entry.path))
    .map((node) => layerEntry(node, layer.spool, recipe.mtime));
  const made = [...packed, ...generated.values()];
  return [...made, ...whiteouts(layer, new Set(made.map(({ entry }) => entry.path)), recipe.mtime)]
    .filter(({ entry }) => !claimed.has(entry.path))
    .sort((a, b) => (a.entry.path < b.entry.path ? -1 : 1));
}

/** Files of lower layers that are diverted and that nothing takes the place of are deleted there. */
function whiteouts(layer: DebLayer, paths: ReadonlySet<string>, mtime: number): LayerEntry[] {
  return movedFromBelow(layer)
    .filter(({ from }) => !paths.has(from))
    .map(({ from }) => {
      const path = from.replace(/[^/]*$/, (name) => `.wh.${name}`);
      const entry = { path, type: "file", mode: 0o644, uid: 0, gid: 0, size: 0, mtime } as const;
      return { entry, content: { from: "none" } };
    });
}

function layerEntry({ entry, offset, source }: DebNode, spool: DebSpool, mtime: number): LayerEntry {
  return {
    entry: { ...entry, mode: entry.mode & ~SPECIAL_BITS, mtime },
    content: entry.type === "file" ? { from: "file", path: spool.path, offset, length: entry.size } : { from: "none" },
    owner: ownerOf(source),
    origin: { kind: "deb", name: source.filename },
  };
}

function ownerOf(source: DebSource): string {
  return `${source.package}=${source.version}`;
}
