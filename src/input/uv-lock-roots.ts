import { normalizeName } from "../python/name.ts";
import type { LockNode, LockRoot } from "./graph.ts";
import type { InputContext } from "./input.ts";
import type { TomlTable } from "./toml.ts";
import { readDefaultGroups } from "./uv-lock-default-groups.ts";
import { readEdgeLists, readEdges, type UvTargets } from "./uv-lock-edges.ts";
import { readManifestRoot } from "./uv-lock-manifest.ts";
import type { CheckMarker } from "./uv-lock-markers.ts";
import type { UvPackage } from "./uv-lock-package.ts";

/** What has been read of a lock when its roots are looked for; `nodes` stand in the places of `packages`. */
export interface UvContents {
  readonly packages: readonly UvPackage[];
  readonly nodes: readonly LockNode[];
  readonly targets: UvTargets;
}

/** The project or the members of the workspace, sorted by folder, and what the lock holds for no project. */
export function readUvRoots(
  manifest: TomlTable | undefined,
  contents: UvContents,
  check: CheckMarker,
  context: InputContext,
): readonly LockRoot[] {
  const members = new Set((manifest?.strings("members") ?? []).map(normalizeName));
  const projects = contents.nodes.flatMap((node, place) => {
    const item = contents.packages[place];
    const { folder, name } = node.package;
    if (item === undefined || folder === undefined || !(members.has(name) || folder === ".")) return [];
    return [projectRoot(item, node, place, folder, contents.targets, check, context)];
  });
  const rest = readManifestRoot(manifest, contents.packages, contents.targets, check);
  const loose =
    rest === undefined ? [] : [{ ...rest, defaultGroups: readDefaultGroups(".", Object.keys(rest.groups), context) }];
  return [...projects.sort(byPath), ...loose];
}

function projectRoot(
  { table }: UvPackage,
  node: LockNode,
  place: number,
  path: string,
  targets: UvTargets,
  check: CheckMarker,
  context: InputContext,
): LockRoot {
  const key = ["dev-dependencies", "dependency-groups"].find((each) => table.has(each));
  const metadata = table.table("metadata");
  const declared = metadata?.table("requires-dev")?.keys();
  const groups = readEdgeLists(key === undefined ? undefined : table.table(key), declared ?? [], (lists, name) =>
    readEdges(lists, name, targets, check),
  );
  return {
    name: node.package.name,
    path,
    node: place,
    edges: node.edges,
    extras: node.extras,
    groups,
    defaultGroups: readDefaultGroups(path, Object.keys(groups), context),
  };
}

function byPath(a: LockRoot, b: LockRoot): number {
  return a.path < b.path ? -1 : 1;
}
