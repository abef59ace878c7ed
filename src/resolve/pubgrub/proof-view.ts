import { uniteAll } from "../../python/version-range.ts";
import { causesFirst } from "./proof.ts";
import { listed, type RangeWords } from "./range-words.ts";
import type { Derivation, External, SolverPackage } from "./solver-types.ts";
import { conclusion, fact } from "./statement.ts";

/** A proof as it is told: facts and the steps between them. */
export type View<P extends SolverPackage, C> = Fact<P, C> | Step<P, C>;

export interface Fact<P extends SolverPackage, C> {
  readonly kind: "fact";
  readonly text: string;
  /** What it says as a conclusion, to find steps that say nothing new. */
  readonly conclusion: string;
  readonly external: External<P, C>;
  /** What it is made of, when it says several things of one package. */
  readonly parts: readonly External<P, C>[];
}

export interface Step<P extends SolverPackage, C> {
  readonly kind: "step";
  readonly conclusion: string;
  readonly causes: readonly [View<P, C>, View<P, C>];
}

export type Place<C> = (causes: readonly C[]) => string;

/** Leaves out steps whose conclusion reads like one of their causes, and says "unusable" and "no others" in one. */
export function proofView<P extends SolverPackage, C>(
  proof: Derivation<P, C>,
  words: RangeWords<P>,
  place: Place<C>,
): View<P, C> {
  const views = new Map<Derivation<P, C>, View<P, C>>();
  let last: View<P, C> | undefined;
  for (const node of causesFirst(proof)) {
    last = node.kind === "external" ? factView(node.external, node.terms) : derivedView(node);
    views.set(node, last);
  }
  if (last === undefined) throw new Error("a proof has a node");
  return last;

  function factView(
    external: External<P, C>,
    terms: Derivation<P, C>["terms"],
    parts: readonly External<P, C>[] = [external],
  ): Fact<P, C> {
    const isAsked = external.kind === "dependency" && external.asked;
    const told = terms.filter((term) => !(isAsked && term.package.key === external.package.key));
    const text = listed(parts.map((part) => fact(part, words, place)));
    return { kind: "fact", text, conclusion: conclusion(told, words), external, parts };
  }

  function derivedView(node: Extract<Derivation<P, C>, { kind: "derived" }>): View<P, C> {
    const [left, right] = node.causes.map((cause) => views.get(cause));
    if (left === undefined || right === undefined) throw new Error("causes come first");
    const told = conclusion(node.terms, words);
    const parts = left.kind === "fact" && right.kind === "fact" ? unusable([...left.parts, ...right.parts]) : [];
    const [part] = parts;
    if (part !== undefined) return factView(part, node.terms, parts);
    if (left.conclusion === told) return left;
    if (right.conclusion === told) return right;
    return { kind: "step", conclusion: told, causes: [left, right] };
  }
}

/** Says "1.0 needs Python 3" and "there is no other version" of one package in one; empty when that is not the case. */
function unusable<P extends SolverPackage, C>(facts: readonly External<P, C>[]): readonly External<P, C>[] {
  const [first] = facts;
  if (first === undefined) return [];
  const alike = facts.every(({ kind, package: about }) => kind === "unavailable" && about.key === first.package.key);
  if (!alike) return [];
  const reasonOf = (one: External<P, C>) => (one.kind === "unavailable" ? one.reason : undefined);
  const reasons = [...new Set(facts.map(reasonOf))].filter((reason) => reason !== undefined);
  if (reasons.length <= 1) return [unavailable(first, facts, reasons[0])];
  return reasons.map((reason) =>
    unavailable(
      first,
      facts.filter((one) => reasonOf(one) === reason),
      reason,
    ),
  );
}

function unavailable<P extends SolverPackage, C>(
  { package: about }: External<P, C>,
  facts: readonly External<P, C>[],
  reason: string | undefined,
): External<P, C> {
  const range = uniteAll(facts.map((one) => one.range));
  return { kind: "unavailable", package: about, range, ...(reason === undefined ? {} : { reason }) };
}
