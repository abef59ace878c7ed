import { createHash } from "node:crypto";
import { posix } from "node:path";
import {
  type InstalledRow,
  type InstalledTree,
  readInstalledRecord,
  type TreeNode,
} from "../support/installed-tree.ts";
import type { WheelLayer } from "../support/layer-tree.ts";
import { linkedPlace, type PipTree } from "../support/pip-tree.ts";

type ListedKind = "interpreter" | "installer" | "record text" | "pip3.X";
type UnlistedKind = "missing" | "extra" | "content" | "mode" | "record row" | "record lie" | "layer";

/** Differences that docs/install.md lists ("What differs from pip"). */
export const LISTED: Readonly<Record<ListedKind, string>> = {
  interpreter: "the path of the interpreter in `#!` lines",
  installer: "INSTALLER says ociasm",
  "record text": "RECORD's order, line ends and versioned directories",
  "pip3.X": "no pip3.X beside pip and pip3",
};

/** Differences that are faults of ours, until shown otherwise. */
export const UNLISTED: Readonly<Record<UnlistedKind, string>> = {
  missing: "pip has it, the layer has not",
  extra: "the layer has it, pip has not",
  content: "other bytes",
  mode: "another mode or type",
  "record row": "RECORD says another thing than pip's",
  "record lie": "RECORD says another thing than the layer",
  layer: "the layer is wrong in itself",
};

export type DifferenceKind = ListedKind | UnlistedKind;

export interface Difference {
  readonly kind: DifferenceKind;
  readonly detail: string;
}

export function isListed({ kind }: Difference): boolean {
  return Object.hasOwn(LISTED, kind);
}

/** All differences between the layer of a wheel and what pip made of the same wheel. */
export function compareTrees(layer: WheelLayer, pip: PipTree): readonly Difference[] {
  return [
    ...layer.faults.map((detail) => ({ kind: "layer", detail }) as const),
    ...[...pip.shebangs].map((detail) => ({ kind: "interpreter", detail }) as const),
    ...nodeDifferences(layer, pip),
    ...recordLies(layer),
    ...recordDifferences(layer, pip),
  ];
}

function nodeDifferences(layer: WheelLayer, pip: PipTree): readonly Difference[] {
  const paths = [...new Set([...layer.nodes.keys(), ...pip.nodes.keys()])].sort();
  return paths.flatMap((path): readonly Difference[] => {
    const [ours, theirs] = [layer.nodes.get(path), pip.nodes.get(path)];
    if (ours === undefined) return [{ kind: isVersionedPip(path) ? "pip3.X" : "missing", detail: path }];
    if (theirs === undefined) return [{ kind: "extra", detail: path }];
    const shape = (node: TreeNode): string => `${node.type} ${node.mode.toString(8)}`;
    const mode: Difference = { kind: "mode", detail: `${path}: ${shape(ours)}, pip: ${shape(theirs)}` };
    const differences = shape(ours) === shape(theirs) ? [] : [mode];
    if (ours.sha256 === theirs.sha256) return differences;
    return [...differences, { kind: contentKind(path, ours), detail: path }];
  });
}

function isVersionedPip(path: string): boolean {
  return /^bin\/pip3\.[0-9]+$/.test(path);
}

const OUR_INSTALLER = createHash("sha256").update("ociasm\n").digest("hex");

function contentKind(path: string, ours: TreeNode): DifferenceKind {
  if (path.endsWith(".dist-info/INSTALLER") && ours.sha256 === OUR_INSTALLER) return "installer";
  // Compared row by row.
  return path.endsWith(".dist-info/RECORD") ? "record text" : "content";
}

/** Rows by path relative to the environment. */
function rowsByPath({ record }: InstalledTree): ReadonlyMap<string, InstalledRow> {
  if (record === undefined) return new Map();
  const site = posix.dirname(posix.dirname(record.path));
  const rows = [...readInstalledRecord(record.text)];
  return new Map(rows.map(([name, row]) => [linkedPlace(posix.join(site, name)), row]));
}

/** Our RECORD against our own files: each file a row, each row a file, sha256 and size as in the layer. */
function recordLies(layer: WheelLayer): readonly Difference[] {
  const lie = (detail: string): Difference => ({ kind: "record lie", detail });
  const { record, nodes } = layer;
  if (record === undefined) return [lie("there is no RECORD")];
  const rows = rowsByPath(layer);
  const unlisted = [...nodes].filter(([path, node]) => node.type !== "directory" && !rows.has(path));
  const wrong = [...rows].filter(([path, row]) => {
    const node = nodes.get(path);
    const expected = path === record.path ? "," : `${hashField(node)},${node?.size}`;
    return node?.type !== "file" || `${row.hash},${row.size}` !== expected;
  });
  return [
    ...(record.text.endsWith("\n") && !record.text.includes("\r") ? [] : [lie("lines don't end in LF")]),
    ...unlisted.map(([path]) => lie(`${path} has no row`)),
    ...wrong.map(([path]) => lie(`the row of ${path} is wrong`)),
  ];
}

function hashField(node: TreeNode | undefined): string {
  return `sha256=${Buffer.from(node?.sha256 ?? "", "hex").toString("base64url")}`;
}

function recordDifferences(layer: WheelLayer, pip: PipTree): readonly Difference[] {
  const [ours, theirs] = [rowsByPath(layer), rowsByPath(pip)];
  const paths = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  return paths.flatMap((path): readonly Difference[] => {
    const [left, right] = [ours.get(path), theirs.get(path)];
    // What differs in content for a listed reason, differs in its row.
    if (isVersionedPip(path) || path.endsWith(".dist-info/INSTALLER") || pip.shebangs.has(path)) return [];
    if (left?.hash === right?.hash && left?.size === right?.size) return [];
    return [{ kind: "record row", detail: `${path}: ${rowText(left)}, pip: ${rowText(right)}` }];
  });
}

function rowText(row: InstalledRow | undefined): string {
  return row === undefined ? "no row" : `${row.hash || "no hash"} ${row.size || "no size"}`;
}
