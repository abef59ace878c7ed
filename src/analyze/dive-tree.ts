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
  /** Bytes of a node and of all below it. */
  bytesBelow(node: DiveNode): number;
}

export interface DiveInfo {
  readonly size: number;
  readonly isDirectory: boolean;
}

export interface DiveNode {
  info: DiveInfo;
  readonly children: Map<string, DiveNode>;
}

const NOTHING: DiveInfo = { size: 0, isDirectory: false };
const MARKER = ".wh..wh..";

function createDiveTree(): DiveTree {
  const root: DiveNode = { info: NOTHING, children: new Map() };

  const get = (path: string): DiveNode | undefined => {
    let node: DiveNode | undefined = root;
    for (const part of partsOf(path)) node = node?.children.get(part);
    return node;
  };

  return {
    add: (path, info) => {
      let node = root;
      for (const part of partsOf(path)) {
        let child = node.children.get(part);
        if (child === undefined) {
          if (part.startsWith(MARKER)) return;
          child = { info: NOTHING, children: new Map() };
          node.children.set(part, child);
        }
        node = child;
      }
      if (node !== root) node.info = info;
    },
    remove: (path) => {
      const cut = path.lastIndexOf("/");
      get(path.slice(0, Math.max(0, cut)))?.children.delete(path.slice(cut + 1));
    },
    get,
    nodes: () => walk(root, ""),
    bytesBelow: (node) => {
      let sum = 0;
      const open = [node];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        sum += next.info.size;
        open.push(...next.children.values());
      }
      return sum;
    },
  };
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
