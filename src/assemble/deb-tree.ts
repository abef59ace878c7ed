import type { TarEntry } from "../archive/tar-entry.ts";
import { isMergedLink, mergedPath } from "../debian/merged-usr.ts";
import { OciasmError } from "../errors.ts";
import { pathFilter } from "../install/path-filter.ts";
import type { DebSource } from "../layers/recipe.ts";
import { type Diversions, diversionsOf } from "./deb-diversions.ts";
import type { DebSpool } from "./deb-spool.ts";
import type { UnpackedDeb } from "./deb-unpack.ts";

/** A file, directory or link where the image will have it. */
export interface PlacedFile {
  readonly entry: TarEntry;
  /** Where a file's bytes start in the spool; -1 where they are not at hand. */
  readonly offset: number;
}

export interface DebNode extends PlacedFile {
  readonly source: DebSource;
}

/** By image path. */
export type DebNodes = Map<string, DebNode>;

const MAX_LINKS = 40;

/**
 * Lays packages over each other: paths of a merged /usr, parents that are links resolved, what the recipe leaves out
 * left out, what others divert in its other place, directories merged. Rejects with FILE_CONFLICT for one path with two
 * contents.
 */
export async function debTree(
  debs: readonly UnpackedDeb[],
  spool: DebSpool,
  diversions: Diversions = diversionsOf(debs),
): Promise<DebNodes> {
  const placed = debs.flatMap((deb) => placeFiles(deb, diversions));
  const links = directoryLinks(placed);
  const nodes: DebNodes = new Map();
  for (const node of placed) {
    const path = resolvePath(node.entry.path, links, node.entry.type === "directory");
    await insert(nodes, withPath(node, path, links, diversions), spool);
  }
  return mendHardLinks(nodes, debs, links);
}

/** Where a path ends up when every link on the way is followed; its own name is followed only if `whole`. */
function resolvePath(path: string, links: ReadonlyMap<string, string>, whole: boolean): string {
  let parts = path.split("/");
  let at = 0;
  let hops = 0;
  while (at < parts.length - (whole ? 0 : 1)) {
    const prefix = parts.slice(0, at + 1).join("/");
    const target = links.get(prefix);
    if (target === undefined) {
      at++;
      continue;
    }
    if (++hops > MAX_LINKS) throw new OciasmError("ARCHIVE_INVALID", `${path} leads in circles`);
    parts = [...mergedPath(joinTarget(prefix, target)).split("/"), ...parts.slice(at + 1)];
    at = 0;
  }
  return parts.join("/");
}

/** The image path that a link names. */
export function joinTarget(link: string, target: string): string {
  const parts = target.startsWith("/") ? [] : link.split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function placeFiles({ source, files }: UnpackedDeb, diversions: Diversions): DebNode[] {
  const leftOut = pathFilter(source.exclude ?? []);
  return files.flatMap(({ entry, offset }) => {
    // The links of a merged /usr stand in the recipe.
    if (entry.path === "" || (entry.type === "symlink" && isMergedLink(entry.path))) return [];
    const packed = mergedPath(entry.path);
    if (leftOut(packed)) return [];
    const path = entry.type === "directory" ? packed : diversions.place(packed, source.package);
    if (entry.type === "character-device" || entry.type === "block-device") {
      throw new OciasmError("ARCHIVE_INVALID", `${source.filename} holds a device: ${entry.path}`);
    }
    return [{ entry: { ...entry, path }, offset, source }];
  });
}

/** Links of the packages themselves; a link to a file does no harm here, nothing lies below it. */
function directoryLinks(nodes: readonly DebNode[]): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const { entry } of nodes) {
    if (entry.type === "symlink" && entry.linkName !== undefined) links.set(entry.path, entry.linkName);
  }
  return links;
}

function withPath(node: DebNode, path: string, links: ReadonlyMap<string, string>, diversions: Diversions): DebNode {
  const { entry } = node;
  if (entry.type !== "hardlink" || entry.linkName === undefined) return { ...node, entry: { ...entry, path } };
  const target = diversions.place(mergedPath(entry.linkName), node.source.package);
  const linkName = resolvePath(target, links, false);
  return { ...node, entry: { ...entry, path, linkName } };
}

async function insert(nodes: DebNodes, node: DebNode, spool: DebSpool): Promise<void> {
  const { path } = node.entry;
  const known = nodes.get(path);
  if (known === undefined) {
    nodes.set(path, node);
    return;
  }
  if (await isSame(known, node, spool)) return;
  throw new OciasmError("FILE_CONFLICT", `${known.source.package} and ${node.source.package} both hold ${path}`, {
    hint: `leave out one of ${known.source.package} and ${node.source.package}`,
  });
}

async function isSame(a: DebNode, b: DebNode, spool: DebSpool): Promise<boolean> {
  const [left, right] = [a.entry, b.entry];
  if (left.type !== right.type) return false;
  if (left.type === "directory") return true;
  if (left.linkName !== right.linkName || left.size !== right.size) return false;
  const [one, other] = await Promise.all([a, b].map((node) => spool.read(node.offset, node.entry.size)));
  return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0;
}

/** A hard link whose target was left out becomes the file itself. */
function mendHardLinks(nodes: DebNodes, debs: readonly UnpackedDeb[], links: ReadonlyMap<string, string>): DebNodes {
  for (const [path, node] of nodes) {
    const { type, linkName } = node.entry;
    if (type !== "hardlink" || linkName === undefined || nodes.has(linkName)) continue;
    const file = debs
      .find(({ source }) => source === node.source)
      ?.files.find(
        ({ entry }) => entry.type === "file" && resolvePath(mergedPath(entry.path), links, false) === linkName,
      );
    if (file === undefined) {
      throw new OciasmError("ARCHIVE_INVALID", `${node.source.filename}: ${path} is a link to nothing`);
    }
    nodes.set(path, { entry: { ...file.entry, path }, offset: file.offset, source: node.source });
  }
  return nodes;
}

/** Packages of lower layers, whose files were checked when those layers were made: the last one of a path counts. */
export function looseTree(debs: readonly UnpackedDeb[], diversions: Diversions): Map<string, DebNode> {
  const placed = debs.flatMap((deb) => placeFiles(deb, diversions));
  const links = directoryLinks(placed);
  return new Map(
    placed.map((node) => {
      const path = resolvePath(node.entry.path, links, node.entry.type === "directory");
      return [path, withPath(node, path, links, diversions)];
    }),
  );
}
