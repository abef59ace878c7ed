import assert from "node:assert/strict";
import { test } from "node:test";
import type { Target } from "../../src/python/target.ts";
import { metadataNeeds } from "../../src/resolve/need-graph.ts";
import { whyIncluded } from "../../src/resolve/why.ts";

const target: Target = {
  platform: { os: "linux", architecture: "amd64" },
  python: { implementation: "cpython", version: "3.12.3", freeThreaded: false },
  libc: { family: "glibc", version: "2.36" },
};

test("needs are read from metadata, with the markers of the target and the extras that are asked for", () => {
  const graph = metadataNeeds(
    new Map([
      ["app", ["Uvicorn[standard]>=0.2", "colorama; sys_platform == 'win32'", "absent"]],
      ["uvicorn", ["h11", "watchfiles; extra == 'standard'", "httptools; extra == 'other'"]],
      ["colorama", []],
      ["h11", []],
      ["httptools", []],
      ["watchfiles", ["anyio"]],
      ["anyio", ["anyio"]],
    ]),
    target,
  );
  assert.deepEqual(graph.roots, ["app", "colorama", "httptools"]);
  assert.deepEqual(graph.needs.get("app"), ["uvicorn"]);
  assert.deepEqual(graph.needs.get("uvicorn"), ["h11", "watchfiles"]);
  assert.deepEqual(whyIncluded(graph, "anyio"), {
    requested: false,
    paths: [["app", "uvicorn", "watchfiles", "anyio"]],
    neededBy: ["watchfiles"],
    onlyForIt: [],
  });
  assert.deepEqual(whyIncluded(graph, "uvicorn").onlyForIt, ["anyio", "h11", "watchfiles"]);
});

test("packages that need each other hang neither the paths nor what goes with them", () => {
  const needs = new Map([
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", ["b"]],
  ]);
  const why = whyIncluded({ roots: ["a"], needs }, "c");
  assert.deepEqual([why.paths, why.onlyForIt], [[["a", "b", "c"]], []]);
  assert.deepEqual(whyIncluded({ roots: ["a"], needs }, "b").onlyForIt, ["c"]);
});
