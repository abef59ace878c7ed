import { OciasmError } from "../errors.ts";
import type { ConflictItem, LockGraph } from "../input/graph.ts";
import type { ChosenRoot } from "./walk-root.ts";

/** What can exclude something else, by the names that markers give it. */
export interface ConflictNames {
  readonly names: ReadonlySet<string>;
  /** Undefined for an extra that conflicts with nothing. */
  extra(packageName: string, extra: string): string | undefined;
}

export function conflictNames(graph: LockGraph): ConflictNames {
  const names = new Set(graph.conflicts.flat().map(encodeConflict));
  return {
    names,
    extra: (packageName, extra) => {
      const name = encodeConflict({ package: packageName, extra });
      return names.has(name) ? name : undefined;
    },
  };
}

/** `extra-8-nanochat-gpu`: the length tells where the package's name ends. */
function encodeConflict(item: ConflictItem): string {
  const owner = `${new TextEncoder().encode(item.package).length}-${item.package}`;
  if (item.extra !== undefined) return `extra-${owner}-${item.extra}`;
  return item.group === undefined ? `project-${owner}` : `group-${owner}-${item.group}`;
}

/** What is active by the choice alone. */
export function chosenConflicts(root: ChosenRoot, { names }: ConflictNames): ReadonlySet<string> {
  const name = root.project?.name;
  if (name === undefined) return new Set();
  const items: readonly ConflictItem[] = [
    { package: name },
    ...root.extras.map((extra) => ({ package: name, extra })),
    ...root.groups.map((group) => ({ package: name, group })),
  ];
  return new Set(items.map(encodeConflict).filter((item) => names.has(item)));
}

/** Extras of the root that exclude each other and of which none is chosen, one sentence a set: one is likely meant. */
export function unchosenExtras(graph: LockGraph, root: ChosenRoot): readonly string[] {
  return graph.conflicts.flatMap((set) => {
    const extras = set.flatMap((item) => (item.package === root.project?.name ? (item.extra ?? []) : []));
    if (extras.length < 2 || extras.some((extra) => root.extras.includes(extra))) return [];
    const flags = extras.map((extra) => `--extra ${extra}`).join(" or ");
    return [`${set.map(describe).join(" and ")} exclude each other, and none is chosen: add ${flags} if one is meant`];
  });
}

/** Throws INPUT_INVALID when two items of one set are active. */
export function checkConflicts(graph: LockGraph, active: ReadonlySet<string>, file: string): void {
  for (const set of graph.conflicts) {
    const [first, second] = set.filter((item) => active.has(encodeConflict(item)));
    if (first === undefined || second === undefined) continue;
    throw new OciasmError("INPUT_INVALID", `${describe(first)} and ${describe(second)} exclude each other in ${file}`, {
      hint: `choose one of ${set.map(describe).join(", ")}`,
    });
  }
}

function describe(item: ConflictItem): string {
  if (item.extra !== undefined) return `${item.package}[${item.extra}]`;
  return item.group === undefined ? item.package : `${item.package}:${item.group}`;
}
