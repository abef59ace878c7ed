import type { NeedGraph } from "./need-graph.ts";

/** Why a package is in an image. */
export interface Why {
  /** The user's own requirement. */
  readonly requested: boolean;
  /** From one of the user's requirements down to the package; the shortest of each that leads to it, shortest first. */
  readonly paths: readonly (readonly string[])[];
  /** Who asks for it. Sorted. */
  readonly neededBy: readonly string[];
  /** What nobody else needs and would go with it. Sorted. */
  readonly onlyForIt: readonly string[];
}

/** More ways than these nobody reads. */
const MOST_PATHS = 10;

export function whyIncluded({ roots, needs }: NeedGraph, name: string): Why {
  const neededBy = [...needs].flatMap(([other, list]) => (other !== name && list.includes(name) ? [other] : []));
  const paths = roots.flatMap((root) => {
    const path = shortestPath(root, name, needs);
    return path === undefined ? [] : [path];
  });
  const [all, without] = [reached(roots, needs), reached(roots, needs, name)];
  return {
    requested: roots.includes(name),
    paths: paths.sort((a, b) => a.length - b.length).slice(0, MOST_PATHS),
    neededBy: neededBy.sort(),
    onlyForIt: [...all].filter((other) => other !== name && !without.has(other)).sort(),
  };
}

function shortestPath(from: string, to: string, needs: NeedGraph["needs"]): readonly string[] | undefined {
  const before = new Map<string, string | undefined>([[from, undefined]]);
  for (const name of before.keys()) {
    if (name === to) break;
    for (const need of needs.get(name) ?? []) if (!before.has(need)) before.set(need, name);
  }
  if (!before.has(to)) return undefined;
  const path: string[] = [];
  for (let at: string | undefined = to; at !== undefined; at = before.get(at)) path.unshift(at);
  return path;
}

function reached(roots: readonly string[], needs: NeedGraph["needs"], without?: string): ReadonlySet<string> {
  const found = new Set(roots.filter((root) => root !== without));
  for (const name of found) for (const need of needs.get(name) ?? []) if (need !== without) found.add(need);
  return found;
}
