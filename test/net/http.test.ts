import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { testHttp } from "../support/http.ts";
import { startHttpServer } from "../support/http-server.ts";

test("raw bytes, lower-case headers and the final URL come back", async (t) => {
  const server = await startHttpServer(t);
  server.serve("/a", { content: "hello", headers: { "X-Thing": "1", "content-encoding": "gzip" } });
  const response = await testHttp(t).request({ method: "GET", url: `${server.url}/a?b=c#d` });
  assert.equal(response.status, 200);
  assert.equal(response.headers["x-thing"], "1");
  assert.equal(response.url, `${server.url}/a?b=c#d`);
  assert.equal(await response.text(100), "hello");
  assert.equal(server.log[0]?.path, "/a?b=c");
  assert.equal(server.log[0]?.headers["user-agent"], "ociasm/test");
  assert.equal(server.log[0]?.headers["accept-encoding"], undefined);
});

test("a body over the limit is refused", async (t) => {
  const server = await startHttpServer(t);
  server.serve("/a", "x".repeat(101));
  const response = await testHttp(t).request({ method: "GET", url: `${server.url}/a` });
  await assert.rejects(response.bytes(100), { code: "NETWORK", message: /larger than 100 bytes/ });
});

test("Authorization follows a redirect on its own host and never to another", async (t) => {
  const [here, there] = [await startHttpServer(t), await startHttpServer(t)];
  here.fail("/a", { status: 302, headers: { location: "/b" } });
  here.fail("/b", { status: 307, headers: { location: `${there.url}/c` } });
  there.serve("/c", "there");
  const headers = { Authorization: "Basic canary", Cookie: "canary", "X-Keep": "1" };
  const response = await testHttp(t).request({ method: "GET", url: `${here.url}/a`, headers });
  assert.equal(await response.text(10), "there");
  assert.equal(response.url, `${there.url}/c`);
  assert.equal(here.requests("/b")[0]?.headers["authorization"], "Basic canary");
  assert.equal(there.log[0]?.headers["authorization"], undefined);
  assert.equal(there.log[0]?.headers["cookie"], undefined);
  assert.equal(there.log[0]?.headers["x-keep"], "1");
});

test("a loop of redirects ends, and 0 hands the answer over", async (t) => {
  const server = await startHttpServer(t);
  server.fail("/a", ...Array.from({ length: 12 }, () => ({ status: 302, headers: { location: "/a?token=canary" } })));
  const http = testHttp(t);
  const first = await http.request({ method: "GET", url: `${server.url}/a`, maxRedirects: 0 });
  assert.equal(first.status, 302);
  await first.discard();
  await assert.rejects(http.request({ method: "GET", url: `${server.url}/a` }), {
    code: "NETWORK",
    message: /^(?!.*canary).*more than 10 redirects/,
  });
});

test("a streamed body is opened anew for a redirect that keeps the method", async (t) => {
  const server = await startHttpServer(t);
  server.fail("/a", { status: 307, headers: { location: "/b" } });
  server.fail("/b", { status: 201 });
  let opened = 0;
  async function* body(): AsyncIterable<Uint8Array> {
    opened++;
    yield Buffer.from("one ");
    yield Buffer.from("two");
  }
  const response = await testHttp(t).request({ method: "PUT", url: `${server.url}/a`, body, bodySize: 7 });
  await response.discard();
  assert.equal(response.status, 201);
  assert.equal(opened, 2);
  assert.equal(server.requests("/b")[0]?.body.toString(), "one two");
  assert.equal(server.requests("/b")[0]?.headers["content-length"], "7");
});

test("bytes of any size are sent with their length, also none at all", async (t) => {
  const server = await startHttpServer(t);
  const http = testHttp(t);
  for (const size of [0, 1, 65_536, 300_000]) {
    server.fail("/a", { status: 201 });
    const response = await http.request({ method: "PUT", url: `${server.url}/a`, body: Buffer.alloc(size, 7) });
    await response.discard();
    const request = server.log.at(-1);
    assert.equal(request?.headers["content-length"], String(size));
    assert.equal(request?.body.length, size);
  }
});

test("an answer that comes while the body is still being sent is seen", async (t) => {
  const server = createServer((_request, response) => {
    response.writeHead(413, { connection: "close" }).end("too large");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  async function* body(): AsyncIterable<Uint8Array> {
    for (let count = 0; count < 2000; count++) {
      yield Buffer.alloc(65_536);
      await wait(1);
    }
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const response = await testHttp(t).request({ method: "PUT", url, body, bodySize: 2000 * 65_536 });
  assert.equal(response.status, 413);
  await response.discard();
});

test("a silent server is given up, before and after its headers; a slow one is not", async (t) => {
  const server = await startHttpServer(t);
  server.serve("/a", "x".repeat(50));
  server.fail("/a", { stallAt: 0 }, { stallAt: 20 }, { slow: { piece: 10, milliseconds: 60 } });
  const http = testHttp(t);
  const request = { method: "GET", url: `${server.url}/a`, stallSeconds: 1 } as const;
  await assert.rejects(http.request(request), { code: "NETWORK", message: /no byte moved for 1 seconds/ });
  const cut = await http.request(request);
  await assert.rejects(cut.text(100), { code: "NETWORK", message: /no byte moved/ });
  assert.equal((await (await http.request(request)).text(100)).length, 50);
});

test("a reader that takes its time is not taken for a stalled server", async (t) => {
  const server = await startHttpServer(t);
  server.serve("/a", "x".repeat(1_000_000));
  const response = await testHttp(t).request({ method: "GET", url: `${server.url}/a`, stallSeconds: 0.5 });
  let size = 0;
  let first = true;
  for await (const chunk of response.body) {
    if (first) await wait(1000);
    first = false;
    size += chunk.length;
  }
  assert.equal(size, 1_000_000);
});

test("a signal interrupts a request that waits and one that reads", async (t) => {
  const server = await startHttpServer(t);
  server.serve("/a", "x".repeat(50));
  server.fail("/a", { stallAt: 0 }, { stallAt: 10 });
  const http = testHttp(t);
  const request = { method: "GET", url: `${server.url}/a` } as const;
  await assert.rejects(http.request({ ...request, signal: AbortSignal.timeout(50) }), { code: "INTERRUPTED" });
  const stop = new AbortController();
  const reading = (await http.request({ ...request, signal: stop.signal })).text(100);
  setTimeout(() => stop.abort(), 30);
  await assert.rejects(reading, { code: "INTERRUPTED" });
  await assert.rejects(http.request({ ...request, signal: AbortSignal.abort() }), { code: "INTERRUPTED" });
});

test("errors name the host without its credentials", async (t) => {
  const http = testHttp(t);
  await assert.rejects(http.request({ method: "GET", url: "http://user:canary@127.0.0.1:1/a?sig=canary" }), {
    code: "NETWORK",
    message: "http://127.0.0.1:1/a: connection refused",
  });
  await assert.rejects(http.request({ method: "GET", url: "ftp://user:canary@host/a" }), {
    code: "NETWORK",
    message: "not an http URL: ftp://host/a",
  });
});

test("plain HTTP goes through the proxy of the environment, unless NO_PROXY exempts the host", async (t) => {
  const [proxy, target] = [await startHttpServer(t), await startHttpServer(t)];
  target.serve("/a", "direct");
  proxy.handle("http://mirror.example/a", (_request, response) => response.end("proxied"));
  const http = testHttp(t, { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.0/8" });
  assert.equal(await (await http.request({ method: "GET", url: `${target.url}/a` })).text(10), "direct");
  assert.equal(await (await http.request({ method: "GET", url: "http://mirror.example/a" })).text(10), "proxied");
  assert.equal(proxy.log[0]?.headers["host"], "mirror.example");
});

test("one connection serves many requests", async (t) => {
  const ports = new Set<number | undefined>();
  const server = createServer((request, response) => {
    ports.add(request.socket.remotePort);
    response.end("x");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const http = testHttp(t);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (let count = 0; count < 9; count++) await (await http.request({ method: "GET", url })).text(1);
  // The first answer may still be on its way back to the pool when the second request starts.
  assert.ok(ports.size <= 2, `${ports.size} connections`);
});
