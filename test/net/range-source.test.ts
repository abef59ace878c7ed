import assert from "node:assert/strict";
import { test } from "node:test";
import { openRangeSource } from "../../src/net/range-source.ts";
import { testHttp } from "../support/http.ts";
import { startHttpServer } from "../support/http-server.ts";

const CONTENT = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7 + (index >> 8)) % 256));

test("any part of a remote file can be read, the end for one request", async (t) => {
  const server = await startHttpServer(t);
  server.serve("/f", CONTENT);
  const source = await openRangeSource(testHttp(t), { url: `${server.url}/f`, code: "INDEX_ERROR" });
  assert.equal(source?.size, CONTENT.length);
  assert.deepEqual(Buffer.from((await source?.read(199_000, 1000)) ?? []), CONTENT.subarray(199_000));
  assert.equal(server.log.length, 1);
  assert.deepEqual(Buffer.from((await source?.read(50, 70)) ?? []), CONTENT.subarray(50, 120));
  assert.deepEqual(Buffer.from((await source?.read(120, 500)) ?? []), CONTENT.subarray(120, 620));
  assert.equal(server.log.length, 2);
  await assert.rejects(source?.read(199_999, 2) ?? Promise.resolve(), RangeError);
});

test("a server that ignores ranges gives no source and sends little", async (t) => {
  const server = await startHttpServer(t);
  server.serve("/f", CONTENT);
  server.fail("/f", { ignoreRange: true }, { ignoreRange: true });
  assert.equal(await openRangeSource(testHttp(t), { url: `${server.url}/f`, code: "INDEX_ERROR" }), undefined);
});

test("a server without suffix ranges is asked for its first byte", async (t) => {
  const server = await startHttpServer(t);
  server.serve("/f", CONTENT);
  server.fail("/f", { status: 501 });
  const source = await openRangeSource(testHttp(t), { url: `${server.url}/f`, code: "INDEX_ERROR" });
  assert.deepEqual(Buffer.from((await source?.read(7, 9)) ?? []), CONTENT.subarray(7, 16));
});

test("a file that changes between two reads is refused", async (t) => {
  const server = await startHttpServer(t);
  server.serve("/f", CONTENT);
  const source = await openRangeSource(testHttp(t), { url: `${server.url}/f?canary`, code: "INDEX_ERROR" });
  server.serve("/f", Buffer.alloc(CONTENT.length));
  await assert.rejects(source?.read(0, 9) ?? Promise.resolve(), {
    code: "INDEX_ERROR",
    message: `${server.url}/f changed while it was read`,
  });
});

test("a missing file is named", async (t) => {
  const server = await startHttpServer(t);
  const request = { url: `${server.url}/none`, code: "INDEX_ERROR" } as const;
  await assert.rejects(openRangeSource(testHttp(t), request), { code: "INDEX_ERROR", message: /is not there/ });
});
