import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../../src/resolve/pubgrub/explain.ts";
import { type Graph, type GraphVersion, graphSource, type Needs, solveGraph } from "../../support/solver-graph.ts";

async function explained(asks: Needs, graph: Graph): Promise<readonly string[]> {
  const source = graphSource(graph);
  const outcome = await solveGraph(asks, graph, source);
  assert.ok(outcome.kind === "failed");
  return explain(outcome.proof, {
    cause: (place) => place || undefined,
    versions: (about) => source.versions(about.key),
  });
}

function everyVersion(count: number, needs: GraphVersion): Record<string, GraphVersion> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`1.${index}`, needs]));
}

const end = "your requirements can't be met.";

test("a version that does not exist is named with the place that asks for it", async () => {
  assert.deepEqual(await explained(["req.txt:3 a>=2"], { a: { "1.0": [] } }), [
    `Because you ask for a>=2 (req.txt:3) and there is no a>=2, ${end}`,
  ]);
});

test("a project that no index has is said so, whatever version is asked for", async () => {
  assert.deepEqual(await explained(["req.txt:3 a>=2"], {}), [
    `Because you ask for a>=2 (req.txt:3) and a is in no index, ${end}`,
  ]);
});

test("a missing version further down leads back to what the user asks for", async () => {
  assert.deepEqual(await explained(["req.txt:3 a==1.0"], { a: { "1.0": ["b>=2"] }, b: { "1": [] } }), [
    "Because a 1.0 needs b>=2 and there is no b>=2, a 1.0 can't be used.",
    `And because you ask for a==1.0 (req.txt:3), ${end}`,
  ]);
});

test("two wishes that exclude each other are named together", async () => {
  assert.deepEqual(await explained(["req.txt:3 a>=2", "req.txt:4 a<2"], { a: { "1": [], "2": [] } }), [
    `Because you ask for a>=2 (req.txt:3) and a<2 (req.txt:4), ${end}`,
  ]);
});

test("bounds of one wish that exclude each other need no version", async () => {
  assert.deepEqual(await explained(["req.txt:3 a>=2,<1"], { a: { "1": [] } }), [
    `Because you ask for a within bounds that exclude each other (req.txt:3), ${end}`,
  ]);
});

test("two packages that share a dependency can't be used together", async () => {
  const graph = {
    foo: { "1.0": ["shared>=2,<3"] },
    bar: { "1.0": ["shared>=3,<4"], "1.1": ["shared>=3,<4"] },
    shared: { "2.0": [], "3.0": [] },
  };
  assert.deepEqual(await explained(["req.txt:1 foo", "req.txt:2 bar"], graph), [
    "Because foo 1.0 needs shared>=2,<3 and every version of bar needs shared>=3,<4, no version of bar can be used with foo 1.0.",
    `And because you ask for foo (req.txt:1) and bar (req.txt:2), ${end}`,
  ]);
});

test("a chain is followed from package to package", async () => {
  const graph = { foo: { "1": ["bar>=2,<3"] }, bar: { "2": ["baz>=3,<4"] }, baz: { "1": [], "3": [] } };
  assert.deepEqual(await explained(["req.txt:1 foo", "req.txt:2 baz==1"], graph), [
    "Because foo 1 needs bar>=2,<3 and bar 2 needs baz>=3,<4, foo 1 needs baz>=3,<4.",
    `And because you ask for foo (req.txt:1) and baz==1 (req.txt:2), ${end}`,
  ]);
});

test("a reason that all versions share is said once", async () => {
  const graph = { a: everyVersion(40, { unavailable: "needs Python >=3.13" }) };
  assert.deepEqual(await explained(["req.txt:1 a>=1"], graph), [
    `Because you ask for a>=1 (req.txt:1) and every version of a needs Python >=3.13, ${end}`,
  ]);
});

test("different reasons are told apart, and versions nobody asked for are not blamed", async () => {
  const graph = {
    a: {
      "0.5": [],
      "1": { unavailable: "needs Python >=3.13" },
      "2": { unavailable: "has wheels only for win32" },
      "3": { unavailable: "has wheels only for win32" },
    },
  };
  assert.deepEqual(await explained(["req.txt:1 a>=1"], graph), [
    `Because you ask for a>=1 (req.txt:1) and a 1 needs Python >=3.13 and a>=2 has wheels only for win32, ${end}`,
  ]);
});

test("versions that need the same are one package to the reader", async () => {
  const graph = { a: everyVersion(30, ["b>=2"]), b: { "1": [], "2": [] } };
  assert.deepEqual(await explained(["req.txt:1 a", "req.txt:2 b<2"], graph), [
    "Because you ask for a (req.txt:1) and every version of a needs b>=2, b>=2 is needed.",
    `And because you ask for b<2 (req.txt:2), ${end}`,
  ]);
});

test("a line that is needed again further down has a number", async () => {
  const graph = {
    foo: { "1.0": ["a==1.*", "b==1.*"], "1.1": ["x==1.*", "y==1.*"] },
    a: { "1.0": ["b==2.*"] },
    b: { "1.0": [], "2.0": [] },
    x: { "1.0": ["y==2.*"] },
    y: { "1.0": [], "2.0": [] },
  };
  assert.deepEqual(await explained(["req.txt:1 foo==1.*"], graph), [
    "Because a 1.0 needs b==2.* and foo 1.0 needs a==1.*, foo 1.0 needs b==2.*.",
    "And because foo 1.0 needs b==1.*, foo 1.0 can't be used (1).",
    "Because x 1.0 needs y==2.* and foo 1.1 needs x==1.*, foo 1.1 needs y==2.*.",
    "And because foo 1.1 needs y==1.*, foo 1.1 can't be used.",
    "And because foo 1.0 can't be used (1), no version of foo can be used.",
    `And because you ask for foo==1.* (req.txt:1), ${end}`,
  ]);
});

test("the place in a package's own metadata is shown when there is one", async () => {
  const [line] = await explained(["a"], { a: { "1": ["over.txt:7 b>=2"] }, b: { "1": [] } });
  assert.equal(line, "Because a 1 needs b>=2 (over.txt:7) and there is no b>=2, a 1 can't be used.");
});

test("a proof of any size is told in at most 25 lines and names what was asked", async () => {
  const count = 7;
  const graph: Record<string, Record<string, GraphVersion>> = {};
  for (let index = 0; index < count; index += 1) {
    graph[`p${index}`] = Object.fromEntries(
      Array.from({ length: count - 1 }, (_, color) => [
        String(color + 1),
        Array.from({ length: count }, (_other, other) => other)
          .filter((other) => other !== index)
          .map((other) => `p${other}!=${color + 1}`),
      ]),
    );
  }
  const lines = await explained(
    Object.keys(graph).map((name) => `req.txt:1 ${name}`),
    graph,
  );
  assert.ok(lines.length > 2 && lines.length <= 25, `${lines.length} lines`);
  assert.ok(lines.at(-1)?.endsWith(end));
  assert.ok(lines.join("").length < 20_000, `${lines.join("").length} characters`);
});
