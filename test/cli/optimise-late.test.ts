import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const MODULE = new URL("../../src/cli/optimise-late.js", import.meta.url).href;

// A loop that V8 finds worth optimising by its own measure, and not by ours.
const PROGRAM = `
  const { optimiseLate } = await import(${JSON.stringify(MODULE)});
  if (process.argv[1] === "late") optimiseLate();
  const add = (a, b) => a + b;
  let sum = 0;
  for (let i = 0; i < 30_000; i++) sum = add(sum, i) % 1000;
`;

function optimised(...args: readonly string[]): { readonly count: number; readonly stderr: string } {
  const flags = ["--trace-opt", "--input-type=module", "--eval", PROGRAM, ...args];
  const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8" });
  return { count: stdout.split("completed optimizing").length - 1, stderr };
}

test("Node 20 optimises fewer functions, other lines as many as ever, and none complains", (t) => {
  const late = optimised("late");
  assert.equal(late.stderr, "");
  if (!process.versions.node.startsWith("20.")) return t.skip("this Node waits by itself");
  assert.ok(late.count < optimised().count);
});
