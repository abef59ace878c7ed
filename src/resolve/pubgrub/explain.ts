import { type Fact, proofView, type Step, type View } from "./proof-view.ts";
import { rangeWords } from "./range-words.ts";
import type { Derivation, Describe, SolverPackage } from "./solver-types.ts";
import { ASKED, HOPELESS } from "./statement.ts";

/** Nobody reads more; the last ones say what it comes to. */
const MAX_LINES = 24;
/** Below that a step is told without its reasons. */
const MAX_DEPTH = 200;

interface Line {
  /** A line among them is named by its number. */
  readonly parts: readonly (string | Line)[];
}

/**
 * The proof in plain sentences, a line each, the conclusion last: at most 25 lines. Lines that are needed again further
 * down have a number.
 */
export function explain<P extends SolverPackage, C>(
  proof: Derivation<P, C>,
  describe: Describe<P, C> = {},
): readonly string[] {
  const words = rangeWords<P>((about) => describe.versions?.(about));
  const place = (causes: readonly C[]): string => {
    const places = [...new Set(causes.map((cause) => describe.cause?.(cause)))].filter((one) => one !== undefined);
    return places.length === 0 ? "" : ` (${places.join(", ")})`;
  };
  const view = proofView(proof, words, place);
  if (view.kind === "fact") return [`${capital(`because ${view.text}, ${HOPELESS}`)}.`];
  return numbered(tell(view));
}

function tell<P extends SolverPackage, C>(last: Step<P, C>): readonly Line[] {
  const uses = countUses(last);
  const lines: Line[] = [];
  const told = new Map<Step<P, C>, Line>();
  write(last, 0);
  return lines;

  function say(step: Step<P, C>, ...parts: Line["parts"]): void {
    const line = { parts: [...parts, step.conclusion] };
    lines.push(line);
    told.set(step, line);
  }

  function write(step: Step<P, C>, depth: number): void {
    const [left, right] = step.causes;
    const steps = [left, right]
      .filter((cause) => cause.kind === "step")
      .filter((one) => depth < MAX_DEPTH || told.has(one));
    const facts = [left, right].filter((cause) => cause.kind === "fact" || !steps.includes(cause));
    const open = steps.filter((one) => !told.has(one));
    const [first, second] = open;
    if (first === undefined) say(step, "because ", ...cited(...inOrder(facts), ...steps), ", ");
    else if (second !== undefined && second !== first) writeBoth(step, first, second, depth);
    else writeOne(step, first, [...inOrder(facts), ...steps.filter((one) => told.has(one))], depth);
  }

  function writeOne(step: Step<P, C>, first: Step<P, C>, others: readonly View<P, C>[], depth: number): void {
    const inner = others.some((one) => one.kind === "step") ? undefined : collapsible(first);
    write(inner === undefined ? first : inner.step, depth + 1);
    const named = inner === undefined ? others : inOrder([inner.fact, ...others]);
    say(step, ...(named.length === 0 ? ["so "] : ["and because ", ...cited(...named), ", "]));
  }

  function writeBoth(step: Step<P, C>, one: Step<P, C>, other: Step<P, C>, depth: number): void {
    const [first, second] = isSimple(one) ? [other, one] : [one, other];
    write(first, depth + 1);
    if (!told.has(second)) write(second, depth + 1);
    if (isSimple(second)) say(step, "so ");
    else say(step, "and because ", ...cited(first), ", ");
  }

  /** A step that is told once, from a fact and a step that is not told yet, needs no line of its own. */
  function collapsible(step: Step<P, C>): { readonly fact: View<P, C>; readonly step: Step<P, C> } | undefined {
    const inner = step.causes.find((cause) => cause.kind === "step");
    const outer = step.causes.find((cause) => cause.kind === "fact");
    if (inner === undefined || outer === undefined || uses.get(step) !== 1 || told.has(inner)) return undefined;
    return { fact: outer, step: inner };
  }

  function cited(...views: readonly View<P, C>[]): Line["parts"] {
    return views.flatMap((view, index) => {
      const before = index === 0 ? [] : [index === views.length - 1 ? " and " : ", "];
      const line = view.kind === "step" ? told.get(view) : undefined;
      const again = isAsked(view) && index > 0 && isAsked(views[index - 1]);
      const text = view.kind === "fact" ? view.text : view.conclusion;
      return [...before, again ? text.slice(ASKED.length) : text, ...(line === undefined ? [] : [line])];
    });
  }
}

function isAsked<P extends SolverPackage, C>(view: View<P, C> | undefined): boolean {
  return view?.kind === "fact" && view.text.startsWith(ASKED);
}

function isSimple<P extends SolverPackage, C>({ causes }: Step<P, C>): boolean {
  return causes.every((cause) => cause.kind === "fact");
}

/** What the user asks for, what packages need, what is not to be had. */
function inOrder<P extends SolverPackage, C>(views: readonly View<P, C>[]): readonly View<P, C>[] {
  const rank = (view: View<P, C>): number => {
    if (view.kind === "step") return 3;
    const { external }: Fact<P, C> = view;
    if (external.kind === "unavailable") return 2;
    return external.asked ? 0 : 1;
  };
  return [...views].sort((a, b) => rank(a) - rank(b));
}

function countUses<P extends SolverPackage, C>(last: Step<P, C>): ReadonlyMap<Step<P, C>, number> {
  const uses = new Map([[last, 1]]);
  for (const [step] of uses) {
    for (const cause of step.causes) if (cause.kind === "step") uses.set(cause, (uses.get(cause) ?? 0) + 1);
  }
  return uses;
}

function numbered(lines: readonly Line[]): readonly string[] {
  const kept = lines.slice(-MAX_LINES);
  const referred = new Set(kept.flatMap(({ parts }) => parts).filter((part) => typeof part !== "string"));
  const numbers = new Map(kept.filter((line) => referred.has(line)).map((line, index) => [line, index + 1] as const));
  const texts = kept.map((line) => {
    const parts = line.parts.map((part) => (typeof part === "string" ? part : reference(numbers.get(part))));
    const number = numbers.get(line);
    return `${capital(parts.join(""))}${number === undefined ? "" : ` (${number})`}.`;
  });
  const left = lines.length - kept.length;
  return left === 0 ? texts : [`${left} steps before these are left out.`, ...texts];
}

function reference(number: number | undefined): string {
  return number === undefined ? "" : ` (${number})`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
