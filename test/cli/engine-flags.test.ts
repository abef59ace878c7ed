import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const MODULE = new URL("../../src/cli/engine-flags.js", import.meta.url).href;

interface Run {
  readonly stdout: string;
  readonly stderr: string;
}

/** A program with our flags or without, and what it says. */
function run(program: string, isSet: boolean, ...flags: readonly string[]): Run {
  const set = `const { setEngineFlags } = await import(${JSON.stringify(MODULE)}); setEngineFlags();`;
  const text = `${isSet ? set : ""} ${program}`;
  return spawnSync(process.execPath, [...flags, "--input-type=module", "--eval", text], { encoding: "utf8" });
}

// A loop that V8 finds worth optimising by its own measure, and not by ours.
const LOOP = `
  const add = (a, b) => a + b;
  let sum = 0;
  for (let i = 0; i < 30_000; i++) sum = add(sum, i) % 1000;
`;

test("Node 20 optimises fewer functions, other lines as many as ever, and none complains", (t) => {
  const optimised = ({ stdout }: Run): number => stdout.split("completed optimizing").length - 1;
  const late = run(LOOP, true, "--trace-opt");
  assert.equal(late.stderr, "");
  if (!process.versions.node.startsWith("20.")) return t.skip("this Node waits by itself");
  assert.ok(optimised(late) < optimised(run(LOOP, false, "--trace-opt")));
});

// What lives for a while and then does not, beside little that lives on.
const QUEUE = `
  const queue = [];
  let most = 0;
  for (let round = 0; round < 400; round++) {
    for (let at = 0; at < 10_000; at++) queue.push({ text: String(at + round) });
    if (queue.length > 800_000) queue.splice(0, 600_000);
    most = Math.max(most, process.memoryUsage().heapTotal);
  }
  console.log(most);
`;

test("garbage is collected before it is several times what lives", () => {
  const [ours, plain] = [true, false].map((isSet) => Number(run(QUEUE, isSet).stdout)) as [number, number];
  assert.ok(ours > 0 && ours < plain * 0.9, `${ours} of ${plain} bytes`);
});
