import assert from "node:assert/strict";
import { test } from "node:test";
import { allOrNothing } from "../../src/build/all-or-nothing.ts";
import { createLimits } from "../../src/build/limits.ts";

const never = new AbortController().signal;

test("results come in the order of the tasks", async () => {
  const late = () => new Promise<string>((resolve) => setTimeout(() => resolve("late"), 20));
  assert.deepEqual(await allOrNothing([late, async () => "soon"], createLimits(2).layers, never), ["late", "soon"]);
});

test("the first failure stops the rest, waits for them, and is the one that is told", async () => {
  const log: string[] = [];
  const running = (signal: AbortSignal) =>
    new Promise<string>((_, reject) => {
      signal.addEventListener("abort", () => {
        log.push("stopped");
        reject(new Error("second"));
      });
    });
  const waiting = async () => {
    log.push("started too late");
    return "";
  };
  const failing = async () => {
    throw new Error("first");
  };
  await assert.rejects(allOrNothing([running, failing, waiting], createLimits(2).layers, never), { message: "first" });
  assert.deepEqual(log, ["stopped"]);
});

test("an interrupt ends it", async () => {
  const controller = new AbortController();
  controller.abort();
  await assert.rejects(allOrNothing([async () => "x"], createLimits(1).layers, controller.signal), {
    name: "AbortError",
  });
});
