import type { LayerContents, LayerFile } from "./contents.ts";

/** An entry in its layer; `hidden` once a layer above takes it away. */
export interface Occurrence {
  readonly layer: number;
  readonly file: LayerFile;
  hidden: Hidden | undefined;
}

export interface Hidden {
  /** The layer that took it away; its own, where one tar has a path twice. */
  readonly by: number;
  readonly how: "overwritten" | "removed";
}

/** All layers laid over each other, and what none can see any more. */
export interface MergedImage {
  /** Every entry of every layer but whiteouts, from the bottom. */
  readonly all: readonly Occurrence[];
  /** What a container sees at a path, without following links. */
  get(path: string): Occurrence | undefined;
  /** The same with every link on the way followed. */
  find(path: string): Occurrence | undefined;
}

interface Node {
  at: Occurrence | undefined;
  children: Map<string, Node> | undefined;
}

const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";
// Linux gives up after 40 links; merged /usr takes one. Files are looked for by the million.
const MAX_LINKS = 8;
const MAX_TARGET = 1024;

/** Lays the layers over each other as image-spec's layer.md has it: whiteouts reach lower layers only. */
export function mergeLayers(layers: readonly LayerContents[]): MergedImage {
  const root: Node = { at: undefined, children: new Map() };
  const all: Occurrence[] = [];
  for (const [layer, { files }] of layers.entries()) {
    for (const { path } of files) if (nameOf(path).startsWith(WHITEOUT)) whiteOut(root, path, layer);
    for (const file of files) {
      if (nameOf(file.path).startsWith(WHITEOUT) || file.path === "") continue;
      const occurrence: Occurrence = { layer, file, hidden: undefined };
      all.push(occurrence);
      put(root, occurrence);
    }
  }
  keepLinked(all);
  return { all, get: (path) => nodeAt(root, path)?.at, find: (path) => follow(root, path) };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function nodeAt(root: Node, path: string): Node | undefined {
  let node: Node | undefined = root;
  for (const part of path.split("/")) if (part !== "") node = node?.children?.get(part);
  return node;
}

function whiteOut(root: Node, path: string, layer: number): void {
  const folder = nodeAt(root, path.slice(0, Math.max(0, path.lastIndexOf("/"))));
  const name = nameOf(path);
  const gone = { by: layer, how: "removed" } as const;
  if (folder?.children === undefined) return;
  if (name === OPAQUE) {
    for (const child of folder.children.values()) hide(child, gone);
    folder.children.clear();
    return;
  }
  const child = folder.children.get(name.slice(WHITEOUT.length));
  if (child === undefined) return;
  hide(child, gone);
  folder.children.delete(name.slice(WHITEOUT.length));
}

function put(root: Node, occurrence: Occurrence): void {
  const gone = { by: occurrence.layer, how: "overwritten" } as const;
  const isDirectory = occurrence.file.type === "directory";
  const parts = occurrence.file.path.split("/");
  let node = root;
  for (const [depth, part] of parts.entries()) {
    node.children ??= new Map();
    let child = node.children.get(part);
    if (child === undefined) {
      child = { at: undefined, children: undefined };
      node.children.set(part, child);
    }
    const isLast = depth === parts.length - 1;
    // An entry below a link or a file makes a directory of it, as overlayfs shows it.
    const wasFile = child.at !== undefined && child.at.file.type !== "directory";
    if (wasFile || (isLast && !isDirectory)) {
      hide(child, gone);
      child.at = undefined;
      child.children = undefined;
    }
    if (isLast) child.at = occurrence;
    node = child;
  }
}

/** Marks all that is below, without recursion: a hostile path may be as deep as it is long. */
function hide(top: Node, hidden: Hidden): void {
  const open = [top];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.at !== undefined && node.at.hidden === undefined) node.at.hidden = hidden;
    for (const child of node.children?.values() ?? []) open.push(child);
  }
}

/** The bytes of a file stay in use for as long as a hard link of its layer to it can be seen. */
function keepLinked(all: readonly Occurrence[]): void {
  const linked = new Set(
    all.flatMap(({ layer, file, hidden }) =>
      file.type === "hardlink" && hidden === undefined ? [`${layer} ${file.linkName ?? ""}`] : [],
    ),
  );
  for (const occurrence of all) {
    if (occurrence.hidden !== undefined && linked.has(`${occurrence.layer} ${occurrence.file.path}`)) {
      occurrence.hidden = undefined;
    }
  }
}

function follow(root: Node, path: string): Occurrence | undefined {
  const rest = partsOf(path).toReversed();
  let way: Node[] = [root];
  let links = 0;
  for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
    if (part === "..") {
      way = way.slice(0, Math.max(1, way.length - 1));
      continue;
    }
    const next = way.at(-1)?.children?.get(part);
    if (next === undefined) return undefined;
    const file = next.at?.file;
    if (file?.type !== "symlink" || rest.length === 0) {
      way.push(next);
      continue;
    }
    const target = file.linkName ?? "";
    if (++links > MAX_LINKS || target.length > MAX_TARGET) return undefined;
    if (target.startsWith("/")) way = [root];
    rest.push(...partsOf(target).toReversed());
  }
  return way.at(-1)?.at;
}

function partsOf(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
