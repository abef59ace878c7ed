import type { TarEntry, TarEntryType } from "../archive/tar-entry.ts";

/** What is known of one path of the merged file system. */
export interface TreeNode {
  readonly type: TarEntryType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly linkName?: string;
  /** What a probe found in the content. */
  readonly found?: string;
}

/** The file system that layers make when they are laid over each other, without the files' content. */
export interface ImageTree {
  /** Begins the next layer up. */
  nextLayer(): void;
  /** Entries of the current layer, whiteouts included, in any order (image-spec, layer.md). */
  apply(entry: TarEntry, found?: string): void;
  /** Without following links. */
  get(path: string): TreeNode | undefined;
  /** The path that `path` leads to with every link followed; undefined when it leads nowhere. */
  resolve(path: string): string | undefined;
  /** All paths without a leading slash, parents before children, siblings by code unit. */
  paths(): IterableIterator<readonly [path: string, node: TreeNode]>;
}

interface Branch {
  node: TreeNode;
  layer: number;
  readonly children: Map<string, Branch>;
}

const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";
// Linux gives up after 40 links.
const MAX_LINKS = 40;

export function createImageTree(): ImageTree {
  const root = implicit(0);
  let layer = 0;

  const find = (path: string): Branch | undefined => {
    let at: Branch | undefined = root;
    for (const part of partsOf(path)) at = at?.children.get(part);
    return at;
  };

  const parentOf = (parts: readonly string[]): Branch => {
    let at = root;
    for (const part of parts.slice(0, -1)) {
      const child: Branch = at.children.get(part) ?? implicit(layer);
      // An entry below a link or a file makes a directory of it, as overlayfs shows it.
      if (child.node.type !== "directory") Object.assign(child, implicit(layer), { children: child.children });
      child.layer = Math.max(child.layer, layer);
      at.children.set(part, child);
      at = child;
    }
    return at;
  };

  const put = (entry: TarEntry, found: string | undefined): void => {
    const parts = partsOf(entry.path);
    const name = parts.at(-1);
    if (name === undefined) return;
    const parent = parentOf(parts);
    const node = nodeOf(
      entry,
      found ?? (entry.type === "hardlink" ? find(entry.linkName ?? "")?.node.found : undefined),
    );
    const old = parent.children.get(name);
    // A directory keeps what lies in it; anything else replaces the whole.
    const keeps = old !== undefined && old.node.type === "directory" && node.type === "directory";
    parent.children.set(name, { node, layer, children: keeps ? old.children : new Map() });
  };

  const whiteOut = (parts: readonly string[], name: string): void => {
    const folder = find(parts.slice(0, -1).join("/"));
    if (folder === undefined) return;
    if (name === OPAQUE) hideLower(folder, layer);
    else hide(folder, name.slice(WHITEOUT.length), layer);
  };

  const resolve = (path: string): string | undefined => {
    let rest = partsOf(path);
    let at: readonly string[] = [];
    for (let links = 0; rest.length > 0; ) {
      const [part = "", ...further] = rest;
      rest = further;
      if (part === "..") at = at.slice(0, -1);
      if (part === "." || part === "..") continue;
      const next = [...at, part];
      const node = find(next.join("/"))?.node;
      if (node === undefined) return undefined;
      if (node.type !== "symlink") at = next;
      else {
        if (++links > MAX_LINKS) return undefined;
        const target = node.linkName ?? "";
        if (target.startsWith("/")) at = [];
        rest = [...partsOf(target), ...rest];
      }
    }
    return at.join("/");
  };

  return {
    nextLayer: () => {
      layer++;
    },
    apply: (entry, found) => {
      const parts = partsOf(entry.path);
      const name = parts.at(-1) ?? "";
      if (name.startsWith(WHITEOUT)) whiteOut(parts, name);
      else put(entry, found);
    },
    get: (path) => find(path)?.node,
    resolve,
    paths: () => walk(root, ""),
  };
}

/** Removes what lower layers brought; what this layer brought, before or after, stays. */
function hideLower(folder: Branch, layer: number): void {
  for (const name of [...folder.children.keys()]) hide(folder, name, layer);
}

function hide(folder: Branch, name: string, layer: number): void {
  const child = folder.children.get(name);
  if (child === undefined) return;
  if (child.layer < layer) folder.children.delete(name);
  else hideLower(child, layer);
}

function* walk(branch: Branch, prefix: string): IterableIterator<readonly [string, TreeNode]> {
  const children = [...branch.children].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, child] of children) {
    yield [prefix + name, child.node];
    yield* walk(child, `${prefix}${name}/`);
  }
}

function nodeOf(entry: TarEntry, found: string | undefined): TreeNode {
  const { mode, uid, gid, linkName } = entry;
  const type = entry.type === "hardlink" ? "file" : entry.type;
  const link = type === "symlink" && linkName !== undefined ? { linkName } : {};
  return { type, mode, uid, gid, ...link, ...(found === undefined ? {} : { found }) };
}

function implicit(layer: number): Branch {
  return { node: { type: "directory", mode: 0o755, uid: 0, gid: 0 }, layer, children: new Map() };
}

function partsOf(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "");
}
