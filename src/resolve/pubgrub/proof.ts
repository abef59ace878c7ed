import type { Derivation, SolverPackage, Term } from "./solver-types.ts";

/** The proof without what the solver keeps in it for itself. Shared nodes stay shared. */
export function plainProof<P extends SolverPackage, C>(proof: Derivation<P, C>): Derivation<P, C> {
  const plain = new Map<Derivation<P, C>, Derivation<P, C>>();
  for (const node of causesFirst(proof)) {
    const terms = node.terms.map(plainTerm);
    if (node.kind === "external") {
      plain.set(node, { ...node, terms });
      continue;
    }
    const [left, right] = node.causes;
    plain.set(node, { ...node, terms, causes: [plain.get(left) ?? left, plain.get(right) ?? right] });
  }
  return plain.get(proof) ?? proof;
}

function plainTerm<P extends SolverPackage>({ package: about, range, positive }: Term<P>): Term<P> {
  return { package: about, range, positive };
}

/** Each node once, after its causes. Without recursion: a proof can be as deep as the search was long. */
export function causesFirst<P extends SolverPackage, C>(proof: Derivation<P, C>): readonly Derivation<P, C>[] {
  const ordered = new Set<Derivation<P, C>>();
  const stack = [proof];
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    const open = node.kind === "external" ? [] : node.causes.filter((cause) => !ordered.has(cause));
    if (open.length === 0) {
      ordered.add(node);
      stack.pop();
    } else stack.push(...open.reverse());
  }
  return [...ordered];
}
