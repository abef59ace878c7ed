import assert from "node:assert/strict";
import { test } from "node:test";
import { readNpmConfig } from "../../src/interpreter/npm-config.ts";

function config(environment: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) {
  return readNpmConfig({
    environment: { HOME: "/home/me", ...environment },
    execPath: "/opt/node/bin/node",
    readText: async (path) => files[path],
  });
}

test("the environment goes before the user's file, and that before the global one", async () => {
  const global = { "/opt/node/etc/npmrc": "registry=https://global.example/\n" };
  const user = { ...global, "/home/me/.npmrc": "; mine\nregistry = https://user.example/npm\n" };
  assert.equal((await config({})).registry, undefined);
  assert.equal((await config({}, global)).registry, "https://global.example/");
  assert.equal((await config({}, user)).registry, "https://user.example/npm/");
  assert.equal((await config({ NPM_CONFIG_REGISTRY: "http://127.0.0.1:1/" }, user)).registry, "http://127.0.0.1:1/");
  const elsewhere = { "/etc/mine": "registry=https://elsewhere.example" };
  assert.equal(
    (await config({ npm_config_userconfig: "/etc/mine" }, elsewhere)).registry,
    "https://elsewhere.example/",
  );
});

test("logins go to their host and path alone", async () => {
  const text = [
    "registry=https://npm.example/team/",
    `//npm.example/team/:_authToken=${"$"}{TOKEN}`,
    "//npm.example/:_auth=YTpi",
    "//other.example/:username=me",
    `//other.example/:_password=${Buffer.from("secret").toString("base64")}`,
  ].join("\n");
  const { authorize } = await config({ TOKEN: "t0" }, { "/home/me/.npmrc": text });
  assert.deepEqual(authorize("https://npm.example/team/pyodide/-/p.tgz"), { authorization: "Bearer t0" });
  assert.deepEqual(authorize("https://npm.example/pyodide/-/p.tgz"), { authorization: "Basic YTpi" });
  assert.deepEqual(authorize("https://other.example/x"), { authorization: "Basic bWU6c2VjcmV0" });
  assert.deepEqual(authorize("https://npm.example:444/team/x"), {});
  assert.deepEqual(authorize("https://third.example/team/x"), {});
});

test("a login in the registry's own URL is sent there and not shown in it", async () => {
  const { registry, authorize } = await config({ npm_config_registry: "https://me:pw@npm.example/r" });
  assert.equal(registry, "https://npm.example/r/");
  assert.deepEqual(authorize("https://npm.example/r/x"), { authorization: "Basic bWU6cHc=" });
  assert.deepEqual(authorize("https://npm.example/s/x"), {});
});

test("strict-ssl=false is honoured, and nothing else turns checks off", async () => {
  assert.equal((await config({})).insecure, false);
  assert.equal((await config({ npm_config_strict_ssl: "true" })).insecure, false);
  assert.equal((await config({}, { "/home/me/.npmrc": "strict-ssl=false" })).insecure, true);
});
