import assert from "node:assert/strict";
import { test } from "node:test";
import { exactRange } from "../../../src/python/version-range.ts";
import { solve } from "../../../src/resolve/pubgrub/solve.ts";
import {
  chosen,
  type Graph,
  type GraphVersion,
  graphSource,
  type Needs,
  named,
  need,
  solveGraph,
} from "../../support/solver-graph.ts";
import { version } from "../../support/version-arbitraries.ts";

/** Asks, the world, what must be chosen; undefined: nothing can be. */
type Row = readonly [Needs, Graph, readonly string[] | undefined];

async function check(...[asks, graph, expected]: Row): Promise<void> {
  assert.deepEqual(chosen(await solveGraph(asks, graph)), expected);
}

test("dependencies are followed, and nothing else is chosen", async () => {
  await check(["a==1"], { a: { "1": ["aa", "ab"] }, aa: { "1": [] }, ab: { "1": [] }, other: { "1": [] } }, [
    "a 1",
    "aa 1",
    "ab 1",
  ]);
  await check([], { a: { "1": [] } }, []);
});

test("the newest version that everybody's bounds share is chosen", async () => {
  const shared = { "2": [], "3": [], "3.6.9": [], "4": [], "5": [] };
  await check(["a", "b"], { a: { "1": ["shared>=2,<4"] }, b: { "1": ["shared>=3,<5"] }, shared }, [
    "a 1",
    "b 1",
    "shared 3.6.9",
  ]);
});

test("a chosen version makes way when somebody else can't live with it", async () => {
  const graph = {
    foo: { "1": [], "1.1": [], "1.2": [] },
    bar: { "1": [], "1.1": ["baz"] },
    baz: { "1": ["foo<1.2"] },
  };
  await check(["foo", "bar>=1.1"], graph, ["bar 1.1", "baz 1", "foo 1.1"]);
});

test("packages that only a dropped version needed are dropped with it", async () => {
  const graph = { a: { "1": [], "2": ["b==1"] }, b: { "1": ["missing"] } };
  await check(["a"], graph, ["a 1"]);
});

test("cycles are no problem, with themselves included", async () => {
  await check(["foo"], { foo: { "1": ["bar"] }, bar: { "1": ["foo"] } }, ["bar 1", "foo 1"]);
  await check(["foo"], { foo: { "1": [], "2": ["bar"] }, bar: { "1": ["foo==1"] } }, ["foo 1"]);
  await check(["foo"], { foo: { "1": ["foo"], "2": ["foo==1"] } }, ["foo 1"]);
});

test("a conflict jumps back over decisions that have no part in it", async () => {
  const graph = {
    a: { "1": ["x<2"], "2": ["x<2"] },
    b: { "1": [], "2": [], "3": [] },
    c: { "1": [], "2": ["x>=2"], "3": ["x>=2"] },
    x: { "1": [], "2": [] },
  };
  await check(["a", "b", "c"], graph, ["a 2", "b 3", "c 1", "x 1"]);
});

test("the newer of two packages that exclude each other gives way in turn", async () => {
  const graph = {
    a: { "1": [], "2": ["c==1"] },
    b: { "1": [], "2": ["c==2"] },
    c: { "1": [], "2": [] },
  };
  await check(["a", "b"], graph, ["a 2", "b 1", "c 1"]);
});

test("bounds on a package that nobody needs in the end don't bind", async () => {
  const graph = { a: { "1": [], "2": ["b", "gone"] }, b: { "1": ["c<1"] }, c: { "1": [] } };
  await check(["a", "c"], graph, ["a 1", "c 1"]);
});

test("unavailable versions and projects are passed over", async () => {
  const graph = { a: { "1": ["b"], "2": { unavailable: "is yanked" }, "3": ["nowhere"] }, b: { "1": [] } };
  await check(["a"], graph, ["a 1", "b 1"]);
  await check(["a>1"], graph, undefined);
});

test("a virtual package holds its project to the same version", async () => {
  const graph = {
    "a[x]": { "1": ["a==1", "b"], "2": ["a==2", "b>=9"] },
    a: { "1": [], "2": [], "3": [] },
    b: { "1": [] },
  };
  await check(["a[x]", "a"], graph, ["a 1", "a[x] 1", "b 1"]);
});

test("a local version satisfies a public pin, its exact range only itself", async () => {
  const graph = { torch: { "2.9.1+cpu": [] }, vision: { "1": ["torch==2.9.1"] } };
  await check(["vision"], graph, ["torch 2.9.1+cpu", "vision 1"]);
  const dependencies = [{ package: named("torch"), range: exactRange(version("2.9.1")), cause: "" }];
  const outcome = await solve({ root: named("you"), dependencies, source: graphSource(graph) });
  assert.equal(outcome.kind, "failed");
});

test("the priority that the source gives decides the order, and conflicts are told to it", async () => {
  const graph = { a: { "1": [], "2": ["c==1"] }, b: { "1": [], "2": ["c==2"] }, c: { "1": [], "2": [] } };
  const told: number[] = [];
  const source = {
    ...graphSource(graph),
    priority: (about: { readonly key: string }, _range: unknown, conflicts: number) => {
      told.push(conflicts);
      return about.key === "b" ? 1 : 0;
    },
  };
  assert.deepEqual(chosen(await solveGraph(["a", "b"], graph, source)), ["a 1", "b 2", "c 2"]);
  assert.ok(told.length > 2);
});

test("each package is announced once", async () => {
  const wanted: string[] = [];
  const graph = { a: { "1": ["b"], "2": ["b>=2"] }, b: { "1": [] } };
  const source = { ...graphSource(graph), wanted: (about: { readonly key: string }) => void wanted.push(about.key) };
  await solveGraph(["a"], graph, source);
  assert.deepEqual(wanted, ["a", "b"]);
});

test("a package that is always decided too late is decided first after five conflicts", async () => {
  const versions = Array.from({ length: 200 }, (_, index) => String(index + 1));
  const graph = {
    early: Object.fromEntries(versions.map((number) => [number, []])),
    late: Object.fromEntries(versions.map((number) => [number, ["early==1"]])),
  };
  const source = graphSource(graph);
  assert.deepEqual(chosen(await solveGraph(["early", "late"], graph, source)), ["early 1", "late 200"]);
  assert.ok(source.asked.choose < 12, String(source.asked.choose));
});

test("a source that answers outside of the question is a bug, not a loop", async () => {
  const graph = { a: { "1": [], "2": [] } };
  const wrong = { ...graphSource(graph), choose: () => ({ kind: "version" as const, version: version("1") }) };
  await assert.rejects(solveGraph(["a>=2"], graph, wrong), { code: "BUG" });
  const elsewhere = { ...graphSource(graph), choose: () => ({ kind: "none" as const, range: need("a<1").range }) };
  await assert.rejects(solveGraph(["a>=2"], graph, elsewhere), { code: "BUG" });
});

test("an abort ends a search with its reason", async () => {
  const controller = new AbortController();
  const source = graphSource({ a: { "1": ["b"] }, b: { "1": [] } });
  controller.abort(new Error("enough"));
  const problem = { root: named("you"), dependencies: [need("a")], source, signal: controller.signal };
  await assert.rejects(solve(problem), /enough/);
});

test("graphs that defeat plain backtracking end soon", async () => {
  const wide: Record<string, Record<string, GraphVersion>> = { end: { "1": [] } };
  for (let level = 0; level < 40; level += 1) {
    const needs = level === 39 ? ["end>=2"] : [`p${level + 1}`, `q${level + 1}`];
    for (const name of ["p", "q"]) wide[`${name}${level}`] = { "1": needs, "2": needs, "3": needs };
  }
  const source = graphSource(wide);
  assert.equal((await solveGraph(["p0", "q0"], wide, source)).kind, "failed");
  assert.ok(source.asked.choose < 2000, String(source.asked.choose));
});

test("a large world without conflicts takes a step for each package", async () => {
  const graph: Record<string, Record<string, GraphVersion>> = {};
  const count = 1500;
  for (let index = 0; index < count; index += 1) {
    const needs = [1, 2, 7].map((step) => index + step).filter((other) => other < count);
    graph[`p${index}`] = { "1": [], "2": needs.map((other) => `p${other}>=1`) };
  }
  const source = graphSource(graph);
  const outcome = await solveGraph(["p0"], graph, source);
  assert.ok(outcome.kind === "solved" && outcome.packages.length === count);
  assert.equal(source.asked.choose, count);
});
