import assert from "node:assert/strict";
import { test } from "node:test";
import { withRegistries } from "../../src/build/registry-settings.ts";
import { settingsOf } from "../../src/registry/settings.ts";

test("what the configuration says of a registry reaches whoever speaks to it, with paths from the context", () => {
  const registries = {
    "docker.io": { mirrors: ["mirror.example/hub"], ca: "certs/ca.pem" },
    "localhost:5000": { http: true },
    "test.example": { insecure: true },
  };
  const environment = withRegistries({ HOME: "/home/ann" }, registries, "/work/project");
  assert.equal(environment["HOME"], "/home/ann");
  assert.deepEqual(settingsOf("docker.io", environment), {
    mirrors: ["mirror.example/hub"],
    ca: "/work/project/certs/ca.pem",
    insecure: false,
    http: false,
  });
  assert.ok(settingsOf("localhost:5000", environment).http);
  assert.ok(settingsOf("test.example", environment).insecure);
  assert.deepEqual(settingsOf("constructor", environment).mirrors, []);
});

test("the environment has the last word about a host, and must be JSON", () => {
  const environment = { OCIASM_REGISTRIES: '{"a.example":{"mirrors":[5,"x.example"],"ca":""}}' };
  const both = withRegistries(environment, { "a.example": { http: true }, "b.example": { http: true } }, "/");
  assert.deepEqual(settingsOf("a.example", both), {
    mirrors: ["x.example"],
    ca: undefined,
    insecure: false,
    http: false,
  });
  assert.ok(settingsOf("b.example", both).http);
  assert.equal(withRegistries(environment, undefined, "/"), environment);
  assert.throws(() => withRegistries({ OCIASM_REGISTRIES: "{" }, {}, "/"), { code: "CONFIG_INVALID" });
});

test("hosts of OCIASM_INSECURE_REGISTRY are insecure, whatever else is said", () => {
  const environment = { OCIASM_INSECURE_REGISTRY: "a.example, b.example:5000" };
  assert.ok(settingsOf("b.example:5000", environment).insecure);
  assert.ok(!settingsOf("b.example", environment).insecure);
});
