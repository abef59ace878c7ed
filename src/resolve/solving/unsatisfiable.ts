import { OciasmError, type SourceLocation } from "../../errors.ts";
import type { Target } from "../../python/target.ts";
import { describeTarget } from "../describe-target.ts";
import { explain } from "../pubgrub/explain.ts";
import type { Derivation, External } from "../pubgrub/solver-types.ts";
import type { Cause, Wanted } from "./package.ts";
import { plainExtras } from "./plain-extras.ts";
import type { Projects } from "./projects.ts";
import { wayOut } from "./way-out.ts";

/** Why nothing meets the requirements, with the place of the first of the user's that takes part. */
export function unsatisfiable(proof: Derivation<Wanted, Cause>, projects: Projects, target: Target): OciasmError {
  const lines = explain(plainExtras(proof), {
    cause: ({ asked }) => (asked === undefined ? undefined : `${asked.location.file}:${asked.location.line}`),
    versions: ({ project }) => projects.known(project)?.releases.map(({ version }) => version),
  });
  const facts = factsOf(proof);
  const message = `no versions meet all requirements for ${describeTarget(target)}:`;
  return new OciasmError("UNSATISFIABLE", [message, ...lines].join("\n  "), {
    hint: wayOut(facts, projects),
    location: firstPlace(facts),
  });
}

/** What a proof rests on, each once. Proofs are long: without recursion. */
function factsOf(proof: Derivation<Wanted, Cause>): readonly External<Wanted, Cause>[] {
  const seen = new Set([proof]);
  const facts: External<Wanted, Cause>[] = [];
  for (const node of seen) {
    if (node.kind === "external") facts.push(node.external);
    else for (const cause of node.causes) seen.add(cause);
  }
  return facts;
}

function firstPlace(facts: readonly External<Wanted, Cause>[]): SourceLocation | undefined {
  const causes = facts.flatMap((fact) => (fact.kind === "dependency" ? fact.causes : []));
  const places = causes.flatMap(({ asked }) => (asked === undefined ? [] : [asked.location]));
  return places.sort((a, b) => a.line - b.line)[0];
}
