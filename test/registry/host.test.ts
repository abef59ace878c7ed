import assert from "node:assert/strict";
import { test } from "node:test";
import { checkedTarget, isLoopback, isPrivate } from "../../src/registry/host.ts";

test("only names and addresses of this machine are loopback", () => {
  for (const host of ["localhost", "LOCALHOST:5000", "a.localhost", "127.0.0.1", "127.9.9.9:80", "[::1]:5000", "::1"]) {
    assert.ok(isLoopback(host), host);
  }
  for (const host of [
    "localhost.example",
    "127.0.0.1.example",
    "10.0.0.1",
    "registry.example:5000",
    "[::2]:5000",
    "128.0.0.1",
  ]) {
    assert.ok(!isLoopback(host), host);
  }
});

test("private addresses are known in all their forms", () => {
  for (const host of [
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.1:80",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",
    "[fd00::1]",
    "[fe80::1]",
    "[::]",
    "[::ffff:10.0.0.1]",
  ]) {
    assert.ok(isPrivate(host), host);
  }
  for (const host of ["172.32.0.1", "8.8.8.8", "registry.example", "[2001:db8::1]"]) assert.ok(!isPrivate(host), host);
});

test("a registry may send elsewhere, but not into a private network or out of TLS", () => {
  const base = new URL("https://registry.example/");
  const target = (text: string, from = base) => checkedTarget(text, from, "Location").href;
  assert.equal(target("/v2/a?x=1"), "https://registry.example/v2/a?x=1");
  assert.equal(target("https://registry.example:443/a"), "https://registry.example/a");
  assert.equal(target("http://registry.example/a"), "https://registry.example/a");
  assert.equal(
    target("http://registry.example:5000/a", new URL("https://registry.example:5000/")),
    "https://registry.example:5000/a",
  );
  assert.equal(target("https://user:pw@storage.example/a"), "https://storage.example/a");
  for (const bad of [
    "http://storage.example/a",
    "https://10.0.0.1/a",
    "https://localhost/a",
    "https://169.254.169.254/",
    "ftp://registry.example/",
    "https://[",
  ]) {
    assert.throws(() => target(bad), { code: "REGISTRY_ERROR" }, bad);
  }
  const local = new URL("http://127.0.0.1:5000/");
  assert.equal(target("http://127.0.0.1:5001/token", local), "http://127.0.0.1:5001/token");
});
