import type { LockNode } from "./graph.ts";
import { readEdgeLists, readEdges, type UvTargets } from "./uv-lock-edges.ts";
import type { CheckMarker } from "./uv-lock-markers.ts";
import type { UvPackage } from "./uv-lock-package.ts";

/** A package with its dependencies, found among the others. */
export function readUvNode(item: UvPackage, targets: UvTargets, check: CheckMarker): LockNode {
  const { table } = item;
  const optional = table.table("optional-dependencies");
  const metadata = table.table("metadata");
  return {
    package: item.package,
    edges: readEdges(table, "dependencies", targets, check),
    ...(item.source.kind === "virtual" ? { virtual: true } : {}),
    extras: readEdgeLists(optional, metadata?.strings("provides-extras") ?? [], (lists, key) =>
      readEdges(lists, key, targets, check),
    ),
  };
}
