import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createPolite } from "../../src/net/polite.ts";
import { retrying, statusError } from "../../src/net/retry.ts";
import { testHttp } from "../support/http.ts";
import { startHttpServer } from "../support/http-server.ts";

test("no more requests than allowed are under way at one host, until the last byte of each", async (t) => {
  const server = await startHttpServer(t);
  let [open, most] = [0, 0];
  server.handle("/f", (_, response) => {
    most = Math.max(most, ++open);
    response.writeHead(200).write("one");
    // The first three wait for each other, however slow the machine is.
    const finish = (): void => {
      if (most < 3) return void setTimeout(finish, 20);
      open--;
      response.end("two");
    };
    setTimeout(finish, 20);
  });
  const http = createPolite(testHttp(t), { perHost: 3 });
  const texts = await Promise.all(
    Array.from({ length: 12 }, async (_, at) => {
      const response = await http.request({ method: "GET", url: `${server.url}/f` });
      if (at % 3 === 0) return response.text(100);
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    }),
  );
  assert.deepEqual(new Set(texts), new Set(["onetwo"]));
  assert.equal(most, 3);
});

test("a place is free again after a discarded answer, a HEAD, a body given up and a failure", async (t) => {
  const server = await startHttpServer(t);
  server.serve("/f", Buffer.alloc(1_000_000));
  const http = createPolite(testHttp(t), { perHost: 1 });
  const url = `${server.url}/f`;
  await (await http.request({ method: "GET", url })).discard();
  await http.request({ method: "HEAD", url });
  for await (const chunk of (await http.request({ method: "GET", url })).body) if (chunk.length > 0) break;
  await assert.rejects((await http.request({ method: "GET", url })).bytes(10), { code: "NETWORK" });
  server.fail("/f", { stallAt: 0 });
  await assert.rejects(http.request({ method: "GET", url, stallSeconds: 1 }), { code: "NETWORK" });
  assert.equal((await (await http.request({ method: "GET", url })).bytes(2_000_000)).length, 1_000_000);
});

for (const [status, headers, pauses] of [
  [429, { "retry-after": "7" }, [7000]],
  [503, { "retry-after": "3" }, [3000]],
  [429, {}, [1000]],
  [503, {}, []],
  [429, { "retry-after": "4000" }, []],
] as const) {
  const told = "retry-after" in headers ? `Retry-After ${headers["retry-after"]}` : "no time";
  test(`${status} with ${told} stops ${pauses.length === 0 ? "nobody" : "all requests to the host"}`, async (t) => {
    const [server, other] = [await startHttpServer(t), await startHttpServer(t)];
    for (const one of [server, other]) one.serve("/f", "content");
    server.fail("/f", { status, headers });
    const slept: number[] = [];
    let wake = (): void => {};
    const sleep = async (milliseconds: number): Promise<void> => {
      slept.push(milliseconds);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    };
    const http = createPolite(testHttp(t), { sleep });
    const get = async (url: string): Promise<number> => {
      const response = await http.request({ method: "GET", url: `${url}/f` });
      await response.discard();
      return response.status;
    };
    assert.equal(await get(server.url), status);
    assert.deepEqual(slept, pauses);
    const next = get(server.url);
    assert.equal(await get(other.url), 200);
    await wait(30);
    assert.equal(server.log.length, pauses.length === 0 ? 2 : 1);
    wake();
    assert.equal(await next, 200);
  });
}

test("who was told to wait waits with the others, not after them", { timeout: 60_000 }, async (t) => {
  const server = await startHttpServer(t);
  server.serve("/f", "content");
  server.fail("/f", { status: 429, headers: { "retry-after": "1" } });
  const asleep: (() => void)[] = [];
  const sleep = (): Promise<void> => new Promise((resolve) => asleep.push(resolve));
  const http = createPolite(testHttp(t), { sleep });
  const got = retrying(
    async () => {
      const response = await http.request({ method: "GET", url: `${server.url}/f` });
      await response.discard();
      if (response.status !== 200) throw statusError("INDEX_ERROR", response);
    },
    { sleep },
  );
  while (asleep.length < 2) await wait(2);
  for (const wake of asleep) wake();
  await got;
  assert.equal(asleep.length, 2);
});
