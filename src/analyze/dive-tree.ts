import type { LayerFile } from "./contents.ts";

/**
 * A layer's tree as dive has it (wagoodman/dive, dive/filetree), down to what surprises: directories that no entry
 * names are no directories, and opaque markers count for nothing.
 */
export interface DiveTree {
  add(path: string, info: DiveInfo): void;
  remove(path: string): void;
  get(path: string): DiveNode | undefined;
  /** Children before parents, siblings by name. */
  nodes(): Generator<readonly [path: string, node: DiveNode]>;
}

export interface DiveInfo {
  readonly size: number;
  readonly isDirectory: boolean;
}

export interface DiveNode {
  info: DiveInfo;
  /** Bytes of it and of all below. */
  total: number;
  readonly children: Map<string, DiveNode>;
}

const NOTHING: DiveInfo = { size: 0, isDirectory: false };
const MARKER = ".wh..wh..";

function createDiveTree(): DiveTree {
  const root = emptyNode();

  const get = (path: string): DiveNode | undefined => {
    let node: DiveNode | undefined = root;
    for (const part of partsOf(path)) node = node?.children.get(part);
    return node;
  };

  return {
    add: (path, info) => {
      let node = root;
      const way = [root];
      for (const part of partsOf(path)) {
        let child = node.children.get(part);
        if (child === undefined) {
          if (part.startsWith(MARKER)) return;
          child = emptyNode();
          node.children.set(part, child);
        }
        node = child;
        way.push(node);
      }
      if (node === root) return;
      for (const each of way) each.total += info.size - node.info.size;
      node.info = info;
    },
    remove: (path) => {
      const gone = get(path)?.total;
      if (gone === undefined) return;
      let node: DiveNode | undefined = root;
      const parts = partsOf(path);
      for (const part of parts.slice(0, -1)) {
        if (node !== undefined) node.total -= gone;
        node = node?.children.get(part);
      }
      if (node !== undefined) node.total -= gone;
      node?.children.delete(parts.at(-1) ?? "");
    },
    get,
    nodes: () => walk(root, ""),
  };
}

function emptyNode(): DiveNode {
  return { info: NOTHING, total: 0, children: new Map() };
}

export function diveTreeOf(files: readonly LayerFile[]): DiveTree {
  const tree = createDiveTree();
  for (const { path, size, type } of files) {
    if (path !== "") tree.add(path, { size, isDirectory: type === "directory" });
  }
  return tree;
}

interface Step {
  readonly path: string;
  readonly node: DiveNode;
  readonly rest: Iterator<string>;
}

/** Without recursion: a hostile path may be as deep as it is long. */
function* walk(root: DiveNode, prefix: string): Generator<readonly [path: string, node: DiveNode]> {
  const open: Step[] = [stepInto(root, prefix)];
  for (let step = open.at(-1); step !== undefined; step = open.at(-1)) {
    const next = step.rest.next();
    const child = next.done === true ? undefined : step.node.children.get(next.value);
    if (next.done === true) {
      open.pop();
      if (step.node !== root) yield [step.path, step.node];
    } else if (child !== undefined) {
      open.push(stepInto(child, step.path === "" ? next.value : `${step.path}/${next.value}`));
    }
  }
}

function stepInto(node: DiveNode, path: string): Step {
  return { path, node, rest: [...node.children.keys()].sort().values() };
}

function partsOf(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "");
}
