import assert from "node:assert/strict";
import { test } from "node:test";
import { proxyFor } from "../../src/net/proxy.ts";

const proxy = (url: string, environment: Record<string, string>): string | undefined =>
  proxyFor(new URL(url), environment);

test("each scheme has its own variable, and ALL_PROXY stands in for both", () => {
  const environment = { HTTP_PROXY: "http://a:1", HTTPS_PROXY: "b:2" };
  assert.equal(proxy("http://x.example/", environment), "http://a:1");
  assert.equal(proxy("https://x.example/", environment), "http://b:2");
  assert.equal(proxy("https://x.example/", { HTTP_PROXY: "http://a:1" }), undefined);
  assert.equal(proxy("https://x.example/", { ALL_PROXY: "http://c:3" }), "http://c:3");
  assert.equal(proxy("http://x.example/", { http_proxy: "http://low:1", HTTP_PROXY: "http://up:1" }), "http://low:1");
  assert.equal(proxy("http://x.example/", { http_proxy: "" }), undefined);
});

test("NO_PROXY knows hosts, domains, ports, addresses, blocks and the star", () => {
  const exempt = (url: string, noProxy: string): boolean =>
    proxy(url, { HTTP_PROXY: "p:1", NO_PROXY: noProxy }) === undefined;
  assert.ok(exempt("http://a.mirror.example/", "other, .mirror.example"));
  assert.ok(exempt("http://mirror.example/", "*.mirror.example"));
  assert.ok(!exempt("http://notmirror.example/", "mirror.example"));
  assert.ok(exempt("http://h.example:81/", "h.example:81") && !exempt("http://h.example/", "h.example:81"));
  assert.ok(exempt("http://10.1.2.3/", "10.0.0.0/8") && !exempt("http://11.1.2.3/", "10.0.0.0/8"));
  assert.ok(exempt("http://[fd00::1]/", "fd00::/8") && exempt("http://[::1]:80/", "[::1]"));
  assert.ok(exempt("http://x/", "*") && !exempt("http://x/", "999.0.0.0/8, 10.0.0.0/99"));
});
