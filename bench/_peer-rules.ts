import type { Wheel } from "./_lock-history.ts";
import { bytesOf, type LayerRule, type Layers } from "./_replay.ts";

export const oneLayer: LayerRule = (image) => [image];

/** The floor: no layer is sent but for a wheel that changed. */
export const perWheel: LayerRule = (image) => bySize(image).map((wheel) => [wheel]);

/**
 * apko (pkg/build/layers.go, applyBudget): groups by size, those beyond the budget merged into the last. Packages of an
 * ecosystem such as Python's are a group each.
 */
export const apko: LayerRule = (image, count) => firstAlone(bySize(image), count);

/**
 * rules_py (py/private/py_image_layer.bzl and py_image_layer_validator.py): a list of packages to stand alone, pasted into
 * a file; all others are squashed. It is written for the first image, and grows by what the validator names when the
 * squashed layer passes 200 MB.
 */
export function pastedGroups(): LayerRule {
  const pasted = new Set<string>();
  let first = true;
  return (image, count) => {
    if (first) for (const { name } of bySize(image).slice(0, count - 1)) pasted.add(name);
    first = false;
    const squashed = bySize(image).filter(({ name }) => !pasted.has(name));
    const groups = image.length - squashed.length;
    while (bytesOf(squashed) > 200 * 2 ** 20 && groups + 1 < count) {
      const biggest = squashed.shift();
      if (biggest === undefined) break;
      pasted.add(biggest.name);
      if (image.filter(({ name }) => pasted.has(name)).length >= count - 1) break;
    }
    return [...bySize(image).flatMap((wheel) => (pasted.has(wheel.name) ? [[wheel]] : [])), squashed];
  };
}

/**
 * nixpkgs, dockerTools (references-by-popularity/closure-graph.py): how often and how deep in the tree of references a
 * path is met; the most popular alone, the others in the last layer.
 */
export const nixPopularity: LayerRule = (image, count) => {
  const graph = acyclic(image);
  const met = new Map<string, ReadonlyMap<string, number>>();
  const contest = (names: readonly string[]): ReadonlyMap<string, number> => {
    const popularity = new Map<string, number>();
    const add = (name: string, times: number): void => void popularity.set(name, (popularity.get(name) ?? 0) + times);
    for (const name of names) {
      const below = met.get(name) ?? contest(graph.get(name) ?? []);
      met.set(name, below);
      add(name, 1);
      for (const [other, times] of below) add(other, times + 1);
    }
    return popularity;
  };
  const referred = new Set([...graph.values()].flat());
  const popularity = contest([...graph.keys()].filter((name) => !referred.has(name)));
  const ordered = [...image].sort(
    (a, b) => (popularity.get(b.name) ?? 0) - (popularity.get(a.name) ?? 0) || (a.name < b.name ? -1 : 1),
  );
  return firstAlone(ordered, count);
};

/**
 * nixpkgs, streamLayeredImage (docker/auto-layer.py): the biggest path becomes the root of a layer with what only it
 * uses; what several roots use goes by the set of them; until the layers are used up.
 */
export const nixAutoLayer: LayerRule = (image, count) => {
  const graph = acyclic(image);
  const users = new Map([...graph.keys()].map((name): [string, string[]] => [name, []]));
  for (const [name, needs] of graph) for (const need of needs) users.get(need)?.push(name);
  let split = new Map([...graph.keys()].map((name): [string, ReadonlySet<string>] => [name, new Set()]));
  for (const { name: root } of bySize(image)) {
    const needs = reached(root, graph);
    const above = reached(root, users);
    const next = new Map(split).set(root, new Set([root]));
    for (const need of needs) {
      const roots = new Set([...(next.get(need) ?? [])].filter((one) => !above.has(one)));
      if (![...roots].some((one) => needs.has(one))) roots.add(root);
      next.set(need, roots);
    }
    if (new Set([...next.values()].map(setName)).size > count) break;
    split = next;
  }
  const layers = new Map<string, Wheel[]>();
  for (const wheel of image) {
    const name = setName(split.get(wheel.name) ?? new Set());
    layers.set(name, [...(layers.get(name) ?? []), wheel]);
  }
  return [...layers.values()];
};

function firstAlone(ordered: readonly Wheel[], count: number): Layers {
  if (ordered.length <= count) return ordered.map((wheel) => [wheel]);
  return [...ordered.slice(0, count - 1).map((wheel) => [wheel]), ordered.slice(count - 1)];
}

function bySize(image: readonly Wheel[]): Wheel[] {
  return [...image].sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
}

/** What each wheel needs; a need that closes a circle is left out, for in a store of Nix there are none. */
function acyclic(image: readonly Wheel[]): ReadonlyMap<string, readonly string[]> {
  const needs = new Map(image.map((wheel) => [wheel.name, wheel.needs]));
  const graph = new Map<string, string[]>();
  const open = new Set<string>();
  const visit = (name: string): void => {
    if (graph.has(name)) return;
    const kept: string[] = [];
    graph.set(name, kept);
    open.add(name);
    for (const need of needs.get(name) ?? []) {
      if (!needs.has(need) || open.has(need)) continue;
      kept.push(need);
      visit(need);
    }
    open.delete(name);
  };
  for (const { name } of image) visit(name);
  return graph;
}

function reached(from: string, edges: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const todo = [...(edges.get(from) ?? [])];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    todo.push(...(edges.get(name) ?? []));
  }
  return found;
}

function setName(names: ReadonlySet<string>): string {
  return [...names].sort().join();
}
