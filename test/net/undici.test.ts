import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { loadUndici } from "../../src/net/undici.ts";

test("of undici only what is used is loaded", async () => {
  const { Agent, ProxyAgent } = await loadUndici();
  assert.deepEqual([Agent.name, ProxyAgent.name], ["Agent", "ProxyAgent"]);
  // Its agent of proxies asks for tunnels by the latter.
  const { request, connect } = Agent.prototype;
  assert.deepEqual([typeof request, typeof connect], ["function", "function"]);
  const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes("undici"));
  assert.ok(loaded.length > 0);
  assert.deepEqual(
    loaded.filter((path) => /mock|websocket|eventsource|web.fetch.index/.test(path)),
    [],
  );
});
