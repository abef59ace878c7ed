import assert from "node:assert/strict";
import { test } from "node:test";
import { addProfile, type CpuProfile, frame } from "../../bench/report/cpu-profile.ts";
import { flameGraph } from "../../bench/report/flame-graph.ts";

const node = (id: number, functionName: string, url: string, children: readonly number[] = []) => ({
  id,
  callFrame: { functionName, url },
  children,
});

const profile: CpuProfile = {
  nodes: [
    node(1, "(root)", "", [2, 6]),
    node(2, "build", "file:///main.js", [3, 5]),
    node(3, "wrapped", "node:internal/errors", [4]),
    node(4, "hash<sha>", "node:crypto"),
    node(5, "wasm-function[5]", "wasm://wasm/1"),
    node(6, "(idle)", ""),
  ],
  samples: [4, 5, 6, 4, 2],
  timeDeltas: [1000, 2000, 50_000, 3000, 500],
};

test("a profile becomes a tree of calls, without idle time and Node's own steps", () => {
  const root = frame("thread");
  addProfile(root, profile);
  addProfile(root, profile);
  assert.equal(root.micros, 13_000);
  const build = root.calls.get("build");
  assert.equal(build?.micros, 13_000);
  assert.deepEqual(
    [...(build?.calls.values() ?? [])].map(({ name, micros }) => [name, micros]),
    [
      ["hash<sha>", 8000],
      ["WebAssembly", 4000],
    ],
  );
});

test("the graph has a box for each call, as wide as its share", () => {
  const root = frame("thread");
  addProfile(root, profile);
  const svg = flameGraph(root, "a & b");
  assert.match(svg, /a &amp; b/);
  const widths = [...svg.matchAll(/<title>(.*?)<\/title><rect x="(.*?)" y="(.*?)" width="(.*?)"/g)];
  assert.deepEqual(
    widths.map(([, title, x, , width]) => [title, Number(x), Math.round(Number(width) + 0.5)]),
    [
      ["thread 0.01 s", 0, 1200],
      ["build 0.01 s", 0, 1200],
      ["hash&lt;sha> 0.00 s", 0, 739],
      ["WebAssembly 0.00 s", 738.5, 369],
    ],
  );
});
