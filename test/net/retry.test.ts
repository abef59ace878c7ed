import assert from "node:assert/strict";
import { test } from "node:test";
import { OciasmError } from "../../src/errors.ts";
import { isTransient, retrying, statusError, statusOf } from "../../src/net/retry.ts";

const answer = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers,
  url: "https://user:canary@mirror.example/x?sig=canary",
});
const reset = () => new OciasmError("NETWORK", "cut", { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) });

async function pauses(errors: readonly Error[], random?: () => number): Promise<readonly number[]> {
  const slept: number[] = [];
  const left = [...errors];
  const options = { sleep: async (ms: number) => void slept.push(ms), ...(random === undefined ? {} : { random }) };
  await retrying(async () => {
    const error = left.shift();
    if (error !== undefined) throw error;
  }, options).catch(() => slept.push(-1));
  return slept;
}

test("waits grow, are the same in every run, and end", async () => {
  assert.deepEqual(await pauses([reset(), reset(), reset()]), [500, 1000, 2000]);
  assert.deepEqual(await pauses([reset(), reset(), reset(), reset(), reset()]), [500, 1000, 2000, 4000, -1]);
  assert.deepEqual(await pauses([reset(), reset()], () => 0), [250, 500]);
});

test("Retry-After is obeyed in seconds and as a date by the server's clock, up to a bound", async () => {
  const date = { "retry-after": "Wed, 21 Oct 2015 07:28:07 GMT", date: "Wed, 21 Oct 2015 07:28:00 GMT" };
  assert.deepEqual(await pauses([statusError("NETWORK", answer(429, { "retry-after": "3" }))]), [3000]);
  assert.deepEqual(await pauses([statusError("NETWORK", answer(503, date))]), [7000]);
  const long = statusError("NETWORK", answer(429, { "retry-after": "3600" }));
  assert.deepEqual(await pauses([long]), [-1]);
  assert.match(long.message, /3600 s/);
});

test("statuses and failures that stay are not tried again", async () => {
  for (const status of [400, 401, 403, 404, 416, 501])
    assert.equal(isTransient(statusError("NETWORK", answer(status))), false);
  for (const status of [408, 429, 500, 502, 503, 504])
    assert.equal(isTransient(statusError("NETWORK", answer(status))), true);
  const expired = Object.assign(new Error("x"), { code: "CERT_HAS_EXPIRED" });
  assert.equal(isTransient(new OciasmError("NETWORK", "x", { cause: expired })), false);
  assert.equal(isTransient(new OciasmError("HASH_MISMATCH", "x")), false);
  assert.equal(isTransient(new Error("x")), false);
});

test("a status error says where and what without secrets", () => {
  const error = statusError("INDEX_ERROR", answer(502));
  assert.equal(error.message, "https://mirror.example/x answered 502");
  assert.equal(statusOf(error), 502);
});

test("an interrupted wait ends the tries", async () => {
  const signal = AbortSignal.timeout(30);
  await assert.rejects(
    retrying(() => Promise.reject(reset()), { signal }),
    { code: "INTERRUPTED" },
  );
});
