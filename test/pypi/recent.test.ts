import assert from "node:assert/strict";
import { test } from "node:test";
import { createForesight } from "../../src/pypi/foresight.ts";
import { createRecent } from "../../src/pypi/recent.ts";

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("the answers that were not asked for the longest go first", async () => {
  const asked: string[] = [];
  const recent = createRecent<number>({ limit: 10, weigh: (value) => value, isFinal: () => false });
  const ask = async (key: string, weight: number): Promise<number> => {
    const answer = await recent.answer(key, async () => {
      asked.push(key);
      return weight;
    });
    await settled();
    return answer;
  };
  for (const key of ["a", "b", "a", "c", "a", "b", "huge", "huge"]) await ask(key, key === "huge" ? 99 : 4);
  assert.deepEqual(asked, ["a", "b", "c", "b", "huge", "huge"]);
});

test("a failure is only kept when it will always be one, and equal questions share it", async () => {
  let count = 0;
  const recent = createRecent<number>({
    limit: 10,
    weigh: () => 1,
    isFinal: (error) => String(error).includes("final"),
  });
  const fail = (message: string) => (): Promise<number> => {
    count++;
    return Promise.reject(new Error(message));
  };
  for (let round = 0; round < 2; round++) {
    const pair = [recent.answer("x", fail("passing")), recent.answer("x", fail("passing"))];
    for (const one of await Promise.allSettled(pair)) assert.equal(one.status, "rejected");
    await assert.rejects(recent.answer("y", fail("final")), /final/);
    await settled();
  }
  assert.equal(count, 3);
});

test("foreseen work runs a few at a time, and none begins after the end", async () => {
  const foresight = createForesight(2);
  let [running, most, done] = [0, 0, 0];
  for (let at = 0; at < 7; at++) {
    foresight.add(async () => {
      most = Math.max(most, ++running);
      await settled();
      running--;
      done++;
      if (at % 2 === 0) throw new Error("nobody hears of it");
    });
  }
  await settled();
  await settled();
  await foresight.close();
  foresight.add(async () => {
    done = 100;
  });
  await settled();
  assert.equal(most, 2);
  assert.equal(running, 0);
  assert.ok(done >= 2 && done < 7, `${done}`);
});
