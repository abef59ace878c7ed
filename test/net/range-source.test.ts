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
  assert.deepEqual(Buffer.from((await source?.read(60, 50)) ?? []), CONTENT.subarray(60, 110));
  assert.deepEqual(
    server.log.map(({ sent }) => sent),
    [32 * 1024, 70],
  );
  await assert.rejects(source?.read(199_999, 2) ?? Promise.resolve(), RangeError);
});

test("with a part that passes the beginning of the end, what lies before it is asked for once, if it is short", async (t) => {
  const server = await startHttpServer(t);
  server.serve("/f", CONTENT);
  const open = () => openRangeSource(testHttp(t), { url: `${server.url}/f`, code: "INDEX_ERROR", tailSize: 10_000 });
  const short = await open();
  assert.deepEqual(Buffer.from((await short?.read(180_000, 20_000)) ?? []), CONTENT.subarray(180_000));
  assert.deepEqual(Buffer.from((await short?.read(165_000, 300)) ?? []), CONTENT.subarray(165_000, 165_300));
  await short?.read(160_000, 10_000);
  const long = await open();
  assert.deepEqual(Buffer.from((await long?.read(100_000, 100_000)) ?? []), CONTENT.subarray(100_000));
  const [before, row] = [4096 + 15_000, 180_000 - 4096 - 15_000];
  assert.deepEqual(
    server.log.map(({ sent }) => sent),
    [10_000, 10_000 + before, row - 160_000, 10_000, 90_000],
  );
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
