import type { Derivation } from "../pubgrub/solver-types.ts";
import type { Cause, Wanted } from "./package.ts";

type Proof = Derivation<Wanted, Cause>;

/**
 * The proof without steps that only say that an extra has its project's version: readers know, and such steps speak of
 * versions in ways that nobody does. Proofs are long: without recursion.
 */
export function plainExtras(proof: Proof): Proof {
  const plain = new Map<Proof, Proof>();
  const stack = [proof];
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    const open = node.kind === "derived" ? node.causes.filter((cause) => !plain.has(cause)) : [];
    if (open.length > 0) {
      stack.push(...open);
      continue;
    }
    stack.pop();
    if (!plain.has(node)) plain.set(node, rewritten(node, plain, node === proof));
  }
  return plain.get(proof) ?? proof;
}

function rewritten(node: Proof, plain: ReadonlyMap<Proof, Proof>, isLast: boolean): Proof {
  if (node.kind === "external") return node;
  const [a, b] = node.causes;
  const [left, right] = [plain.get(a) ?? a, plain.get(b) ?? b];
  if (!isLast && saysSameVersion(a)) return right;
  if (!isLast && saysSameVersion(b)) return left;
  return { ...node, causes: [left, right] };
}

function saysSameVersion(node: Proof): boolean {
  if (node.kind === "derived" || node.external.kind !== "dependency") return false;
  const { package: about, on } = node.external;
  return about.extra !== undefined && on.extra === undefined && about.project === on.project;
}
