import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { call, type Reply } from "./client.ts";
import { type FakeRegistry, type FakeRegistryOptions, fakeRegistry } from "./registry.ts";

const BASIC = `Basic ${Buffer.from("ann:pw").toString("base64")}`;

async function setUp(t: TestContext, options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const changes = { auth: "bearer", ...options.changes } as const;
  return fakeRegistry(t, { users: { ann: "pw" }, identityTokens: { refresh: "ann" }, ...options, changes });
}

function ask(registry: FakeRegistry, scopes: readonly string[], authorization?: string): Promise<Reply> {
  const query = new URLSearchParams({ service: "fake, quoted" });
  for (const scope of scopes) query.append("scope", scope);
  const headers = authorization === undefined ? {} : { authorization };
  return call("GET", `http://${registry.tokenHost}/token?${query}`, { headers });
}

const tokenIn = (reply: Reply): string => JSON.parse(reply.body.toString()).token;

function start(registry: FakeRegistry, token: string, query = ""): Promise<Reply> {
  const headers = { authorization: `Bearer ${token}` };
  return call("POST", `http://${registry.host}/v2/app/blobs/uploads/${query}`, { headers });
}

test("a token opens what it names, until it expires", async (t) => {
  let now = 0;
  const registry = await setUp(t, { clock: () => now });
  const token = tokenIn(await ask(registry, ["repository:app:pull,push"], BASIC));
  assert.equal((await start(registry, token)).status, 202);
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  assert.deepEqual(claims.access, [{ type: "repository", name: "app", actions: ["pull", "push"] }]);
  const pull = tokenIn(await ask(registry, ["repository:app:pull"], BASIC));
  const refused = await start(registry, pull);
  assert.equal(refused.status, 401);
  assert.match(
    String(refused.headers["www-authenticate"]),
    /scope="repository:app:pull,push",error="insufficient_scope"/,
  );
  now = 301;
  assert.equal((await start(registry, token)).status, 401);
});

test("a mount needs pull on its source, or becomes an upload", async (t) => {
  for (const [mountWithoutScope, status] of [["challenge", 401] as const, ["session", 202] as const]) {
    const registry = await setUp(t, { changes: { mountWithoutScope, mount: "never" } });
    const token = tokenIn(await ask(registry, ["repository:app:pull,push"], BASIC));
    assert.equal((await start(registry, token, "?mount=sha256:0&from=base")).status, status);
  }
});

test("who gives a wrong password gets no token, who gives none gets an empty one", async (t) => {
  const registry = await setUp(t);
  assert.equal((await ask(registry, [], `Basic ${Buffer.from("ann:no").toString("base64")}`)).status, 401);
  const anonymous = tokenIn(await ask(registry, ["repository:app:pull,push"]));
  assert.equal((await start(registry, anonymous)).status, 401);
});

test("a scope of a repository that is not there fails the whole token where the profile says so", async (t) => {
  const scopes = ["repository:app:pull,push", "repository:none:pull"];
  for (const [profile, status] of [["hub", 401] as const, ["harbor", 200] as const]) {
    assert.equal((await ask(await setUp(t, { profile }), scopes, BASIC)).status, status);
  }
});

test("identity tokens are traded by POST, where there is POST", async (t) => {
  const form = { grant_type: "refresh_token", refresh_token: "refresh", client_id: "x", service: "fake, quoted" };
  const body = new URLSearchParams({ ...form, scope: "repository:app:pull,push" }).toString();
  for (const [profile, status, member] of [
    ["spec", 200, "token"],
    ["acr", 200, "access_token"],
    ["artifactory", 401, ""],
    ["harbor", 404, ""],
  ] as const) {
    const registry = await setUp(t, { profile });
    const reply = await call("POST", `http://${registry.tokenHost}/token`, { body });
    assert.equal(reply.status, status, profile);
    if (status === 200) assert.equal((await start(registry, JSON.parse(reply.body.toString())[member])).status, 202);
  }
});

test("rights can be taken from a user, and challenges replaced", async (t) => {
  const may = (_: string, repository: string, action: string): boolean => action === "pull" || repository === "mine";
  const registry = await setUp(t, { may, challenge: () => 'Weird x="1", Bearer realm="http://a.example"' });
  const token = tokenIn(await ask(registry, ["repository:app:pull,push"], BASIC));
  const refused = await start(registry, token);
  assert.deepEqual(
    [refused.status, refused.headers["www-authenticate"]],
    [401, 'Weird x="1", Bearer realm="http://a.example"'],
  );
});

test("the storage host takes signed requests, and none with credentials", async (t) => {
  const registry = await fakeRegistry(t, { profile: "gar", changes: { auth: "none" } });
  const digest = registry.seed("app", Buffer.from("x"));
  const { headers } = await call("GET", `http://${registry.host}/v2/app/blobs/${digest}`);
  const url = String(headers["location"]);
  assert.equal((await call("GET", url)).status, 200);
  assert.equal((await call("GET", url.replace(/\?.*/, ""))).status, 403);
  registry.audit.noAuthorizationElsewhere();
  assert.equal((await call("GET", url, { headers: { authorization: BASIC } })).status, 400);
  assert.throws(() => registry.audit.noAuthorizationElsewhere(), /storage: GET .* with basic/);
});
