import { compareVersions, type Version } from "../python/version.ts";
import type { LockEdge } from "./graph.ts";
import { allOf, anyOf, type Condition, conditionText, not } from "./marker-algebra.ts";

/** A locked package that a dependency may mean. */
export interface Candidate {
  /** Place among the nodes. */
  readonly at: number;
  readonly version?: Version;
  /** Pythons that it is for. */
  readonly python: Condition;
}

/** One dependency of a package or of the project. */
export interface Wish<C extends Candidate> {
  /** Normalised. */
  readonly name: string;
  readonly extras: readonly string[];
  readonly condition: Condition;
  accepts(candidate: C): boolean;
  /** Where its edges go. */
  readonly into: LockEdge[];
}

/**
 * Draws the edges of all wishes. Where a wish accepts several versions of one name it follows the wishes that accept
 * only one of them: under the markers of those, the highest version first, each excluding the ones before it.
 * `missing` gives a node for a name that is not locked, or undefined to leave the wish out.
 */
export function drawEdges<C extends Candidate>(
  wishes: readonly Wish<C>[],
  locked: ReadonlyMap<string, readonly C[]>,
  missing: (wish: Wish<C>) => number | undefined,
): void {
  const open: (readonly [Wish<C>, readonly C[]])[] = [];
  const followed = new Map<number, Condition[]>();
  for (const wish of wishes) {
    if (wish.condition === false) continue;
    const candidates = locked.get(wish.name) ?? [];
    const fitting = candidates.length > 1 ? candidates.filter((one) => wish.accepts(one)) : candidates;
    const meant = fitting.length > 0 ? fitting : candidates;
    const [only] = meant;
    if (only === undefined) addEdge(wish, missing(wish), wish.condition);
    else if (meant.length === 1) {
      addEdge(wish, only.at, wish.condition);
      followed.set(only.at, [...(followed.get(only.at) ?? []), wish.condition]);
    } else open.push([wish, meant]);
  }
  const chosen = new Map([...followed].map(([at, conditions]) => [at, bounded(anyOf(conditions))]));
  for (const [wish, meant] of open) followOthers(wish, meant, chosen);
}

/** More alternatives than a person writes: such a version is wanted anyway. */
const MAX_ALTERNATIVES = 64;

function bounded(condition: Condition): Condition {
  if (typeof condition === "boolean" || condition.type !== "or") return condition;
  return condition.markers.length > MAX_ALTERNATIVES ? true : condition;
}

function addEdge<C extends Candidate>(wish: Wish<C>, to: number | undefined, condition: Condition): void {
  if (to === undefined || condition === false) return;
  const marker = conditionText(condition);
  wish.into.push({ to, extras: wish.extras, ...(marker === undefined ? {} : { marker }) });
}

function followOthers<C extends Candidate>(
  wish: Wish<C>,
  meant: readonly C[],
  chosen: ReadonlyMap<number, Condition>,
): void {
  const sorted = [...meant].sort((a, b) => compare(b.version, a.version) || a.at - b.at);
  const known = sorted.flatMap(({ at }) => chosen.get(at) ?? []);
  const taken: Condition[] = [];
  for (const candidate of sorted) {
    // One that nobody else asks for is left for where the others are not chosen.
    const own = chosen.get(candidate.at) ?? not(anyOf(known));
    const mine = allOf([candidate.python, own]);
    addEdge(wish, candidate.at, allOf([wish.condition, mine, ...taken]));
    taken.push(not(mine));
  }
}

function compare(a: Version | undefined, b: Version | undefined): number {
  return a === undefined || b === undefined ? 0 : compareVersions(a, b);
}
