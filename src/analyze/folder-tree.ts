import type { LayerContents } from "./contents.ts";
import type { MergedImage, Occurrence } from "./merge.ts";
import type { Owners } from "./owners.ts";

/** Whom bytes belong to, as the colours of the page tell it. */
export type Belongs = "package" | "system" | "project" | "other";

/** A folder or a large file, with all that lies in it. Small things are put together. */
export interface TreeNode {
  readonly name: string;
  readonly bytes: number;
  readonly files: number;
  /** Whom most of it belongs to. */
  readonly belongs: Belongs;
  /** Largest first. */
  readonly children: readonly TreeNode[];
}

interface Branch {
  bytes: number;
  files: number;
  readonly shares: Record<Belongs, number>;
  readonly children: Map<string, Branch>;
}

// What is smaller can't be seen on a screen.
const LEAST_SHARE = 1 / 3000;
const MOST_CHILDREN = 80;
const MAX_DEPTH = 10;
const ROOT = "/";

/** What a container sees, as a tree. */
export function folderTree(image: MergedImage, owners: Owners, layers: readonly LayerContents[]): TreeNode {
  const root = branch();
  for (const occurrence of image.all) {
    const { file, hidden } = occurrence;
    if (hidden !== undefined || file.type === "directory") continue;
    const whose = belongsTo(occurrence, owners, layers);
    let at = root;
    add(at, file.size, whose);
    for (const part of partsOf(file.path)) {
      const child = at.children.get(part) ?? branch();
      at.children.set(part, child);
      at = child;
      add(at, file.size, whose);
    }
  }
  return pruned(ROOT, root, root.bytes * LEAST_SHARE);
}

/** The last part is a file, or what lies too deep to be shown. */
function partsOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.length <= MAX_DEPTH ? parts : [...parts.slice(0, MAX_DEPTH - 1), parts.slice(MAX_DEPTH - 1).join("/")];
}

function branch(): Branch {
  return { bytes: 0, files: 0, shares: { package: 0, system: 0, project: 0, other: 0 }, children: new Map() };
}

function add(to: Branch, bytes: number, whose: Belongs): void {
  to.bytes += bytes;
  to.files++;
  to.shares[whose] += bytes;
}

function belongsTo(occurrence: Occurrence, owners: Owners, layers: readonly LayerContents[]): Belongs {
  const owner = owners.of.get(occurrence);
  if (owner !== undefined) return owner.ecosystem === "python" ? "package" : "system";
  return layers[occurrence.layer]?.layer.kind === "project" ? "project" : "other";
}

/** Folders that hold nothing but a folder are one with it. */
function pruned(name: string, { bytes, files, shares, children }: Branch, least: number): TreeNode {
  const [belongs = "other"] = (["package", "system", "project", "other"] as const).toSorted(
    (a, b) => shares[b] - shares[a],
  );
  const sorted = [...children].sort(([a, x], [b, y]) => y.bytes - x.bytes || (a < b ? -1 : 1));
  const shown = sorted.slice(0, MOST_CHILDREN).filter(([, child]) => child.bytes >= least && child.bytes > 0);
  const rest = sorted.slice(shown.length).map(([, child]) => child);
  const restBytes = rest.reduce((sum, child) => sum + child.bytes, 0);
  const restFiles = rest.reduce((sum, child) => sum + child.files, 0);
  const [only, ...more] = shown;
  if (name !== ROOT && only !== undefined && more.length === 0 && only[1].children.size > 0 && restBytes < least) {
    return pruned(`${name}/${only[0]}`, only[1], least);
  }
  const others: TreeNode = {
    name: `${restFiles} small files`,
    bytes: restBytes,
    files: restFiles,
    belongs,
    children: [],
  };
  return {
    name,
    bytes,
    files,
    belongs,
    children: [
      ...shown.map(([part, child]) => pruned(part, child, least)),
      ...(restBytes > 0 && shown.length > 0 ? [others] : []),
    ],
  };
}
