import assert from "node:assert/strict";
import { test } from "node:test";
import type { Version } from "../../../src/python/version.ts";
import { rangeContains } from "../../../src/python/version-range.ts";
import { explain } from "../../../src/resolve/pubgrub/explain.ts";
import type { Derivation, SolverPackage, Term } from "../../../src/resolve/pubgrub/solver-types.ts";
import { Random } from "../../support/random.ts";
import {
  chosen,
  type Graph,
  type GraphVersion,
  graphSource,
  type Needs,
  need,
  solveGraph,
} from "../../support/solver-graph.ts";
import { version } from "../../support/version-arbitraries.ts";

const GRAPHS = 10_000;

interface Case {
  readonly asks: Needs;
  readonly graph: Graph;
}

const CLAUSES = ["", "", "", "==1", "==2", ">=2", ">=2", "<=2", "<=3", "!=2", "<2", ">2", "!=1,!=3", "!=9"] as const;
const RARE = [">=2,<2", "==9"] as const;

function randomCase(random: Random): Case {
  const packages = 2 + random.below(5);
  const versions = 1 + random.below(4);
  const density = 1 + random.below(3);
  const needs = (count: number): string[] =>
    Array.from(
      { length: count },
      () => `p${random.below(packages)}${random.pick(random.below(20) === 0 ? RARE : CLAUSES)}`,
    );
  const graph: Record<string, Record<string, GraphVersion>> = {};
  for (let index = 0; index < packages; index += 1) {
    const project: Record<string, GraphVersion> = {};
    for (let number = 1; number <= versions; number += 1) {
      if (random.below(8) === 0) continue;
      const unavailable = random.below(12) === 0;
      project[String(number)] = unavailable ? { unavailable: "is broken" } : needs(random.below(density + 1));
    }
    if (random.below(30) > 0) graph[`p${index}`] = project;
  }
  return { asks: needs(1 + random.below(3)), graph };
}

const VERSIONS = new Map(["0", "1", "2", "3", "4", "9"].map((text) => [text, version(text)] as const));

function known(text: string): Version {
  return VERSIONS.get(text) ?? version(text);
}

type Chosen = ReadonlyMap<string, string>;

/** The plainest search there is: every version of the first package that is needed and not chosen. */
function bruteForce({ asks, graph }: Case): Chosen | undefined {
  const attempt = (picked: Chosen): Chosen | undefined => {
    const needs = [asks, ...[...picked].map(([name, number]) => graph[name]?.[number])].flatMap((found) =>
      Array.isArray(found) ? (found as Needs).map(need) : [],
    );
    for (const { package: about, range } of needs) {
      const number = picked.get(about.key);
      if (number !== undefined && !rangeContains(range, known(number))) return undefined;
    }
    const open = needs.find((one) => !picked.has(one.package.key));
    if (open === undefined) return picked;
    for (const [number, found] of Object.entries(graph[open.package.key] ?? {})) {
      if (!Array.isArray(found)) continue;
      const solved = attempt(new Map([...picked, [open.package.key, number]]));
      if (solved !== undefined) return solved;
    }
    return undefined;
  };
  return attempt(new Map());
}

function checkSolution({ asks, graph }: Case, packages: readonly string[]): void {
  const picked = new Map(packages.map((text) => text.split(" ") as [string, string]));
  const reached = new Set<string>();
  const visit = (needs: Needs): void => {
    for (const { package: about, range } of needs.map(need)) {
      const number = picked.get(about.key);
      assert.ok(number !== undefined && rangeContains(range, version(number)), `${about.key} is missing or wrong`);
      if (reached.has(about.key)) continue;
      reached.add(about.key);
      const found = graph[about.key]?.[number];
      assert.ok(Array.isArray(found), `${about.key} ${number} can't be used`);
      visit(found as Needs);
    }
  };
  visit(asks);
  assert.equal(reached.size, picked.size, "nothing is chosen that nobody needs");
}

type Proof = Derivation<SolverPackage, string>;

/** Whether the terms are all true, for `picked` and with the root chosen. */
function holds(terms: readonly Term<SolverPackage>[], picked: ReadonlyMap<string, string | undefined>): boolean {
  return terms.every(({ package: about, range, positive }) => {
    const number = picked.get(about.key);
    return (number !== undefined && rangeContains(range, known(number))) === positive;
  });
}

function states(names: readonly string[]): readonly ReadonlyMap<string, string | undefined>[] {
  let all: readonly ReadonlyMap<string, string | undefined>[] = [new Map([["you", "0"]])];
  for (const name of names.filter((one) => one !== "you")) {
    all = all.flatMap((picked) => [undefined, "1", "2", "3", "4", "9"].map((one) => new Map([...picked, [name, one]])));
  }
  return all;
}

/** Each derived node follows from its causes: wherever its terms are true, those of one cause are. */
function checkProof(proof: Proof, { graph }: Case): void {
  const seen = new Set<Proof>();
  const visit = (node: Proof): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "external") {
      checkExternal(node, graph);
      return;
    }
    const names = [node, ...node.causes].flatMap(({ terms }) => terms.map((term) => term.package.key));
    for (const picked of new Set(names).size > 4 ? [] : states([...new Set(names)])) {
      if (holds(node.terms, picked)) assert.ok(node.causes.some(({ terms }) => holds(terms, picked)));
    }
    node.causes.forEach(visit);
  };
  assert.equal(proof.terms.filter(({ package: about }) => about.key !== "you").length, 0);
  visit(proof);
}

function checkExternal({ external }: Extract<Proof, { kind: "external" }>, graph: Graph): void {
  const inside = Object.entries(graph[external.package.key] ?? {}).filter(([number]) =>
    rangeContains(external.range, version(number)),
  );
  for (const [number, found] of inside) {
    if (external.kind === "unavailable") {
      assert.ok(!Array.isArray(found), `${external.package.key} ${number} can be used`);
    } else {
      const needs = (found as Needs).map(need).filter((one) => one.package.key === external.on.key);
      assert.ok(needs.length > 0, `${external.package.key} ${number} needs no ${external.on.key}`);
    }
  }
}

test("ten thousand random graphs come out as exhaustive search says", async () => {
  const random = new Random(20_260_101);
  const count = { solved: 0, failed: 0, proofs: 0 };
  for (let index = 0; index < GRAPHS; index += 1) {
    const made = randomCase(random);
    const outcome = await solveGraph(made.asks, made.graph);
    const expected = bruteForce(made);
    assert.equal(outcome.kind, expected === undefined ? "failed" : "solved", JSON.stringify(made));
    count[outcome.kind] += 1;
    if (outcome.kind === "solved") checkSolution(made, chosen(outcome) ?? []);
    else if (count.failed % 10 === 0) {
      checkProof(outcome.proof, made);
      const lines = explain(outcome.proof);
      assert.ok(lines.length <= 25 && lines.at(-1)?.endsWith("your requirements can't be met."), lines.join(" "));
      count.proofs += 1;
    }
  }
  assert.ok(count.solved > GRAPHS / 5 && count.failed > GRAPHS / 5 && count.proofs > 200, JSON.stringify(count));
});

test("the same question has the same answer and asks the same, whether answers come at once or later", async () => {
  const random = new Random(7);
  for (let index = 0; index < 300; index += 1) {
    const made = randomCase(random);
    const [first, second, third] = [graphSource(made.graph), graphSource(made.graph), graphSource(made.graph)];
    const later = {
      ...third,
      choose: async (...question: Parameters<typeof third.choose>) => third.choose(...question),
      dependencies: async (...question: Parameters<typeof third.dependencies>) => third.dependencies(...question),
    };
    const outcome = await solveGraph(made.asks, made.graph, first);
    assert.deepEqual(await solveGraph(made.asks, made.graph, second), outcome);
    assert.deepEqual(await solveGraph(made.asks, made.graph, later), outcome);
    assert.deepEqual(second.asked, first.asked);
    assert.deepEqual(third.asked, first.asked);
  }
});
