import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pushBlob } from "../../../src/registry/upload.ts";
import { PROFILE_NAMES, profileOf } from "../../fake-registry/profiles.ts";
import { scriptedHttp } from "../../support/scripted-http.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { blobOf, noise, openBench, pushed } from "./bench.ts";
import { blobOfBytes, loginTo, openClient, openPull, pulled, warnings } from "./pull-bench.ts";

const bytes = Buffer.from("blob");
const blob = blobOfBytes(bytes);

for (const profile of PROFILE_NAMES) {
  test(`01 ${profile}: eight uploads at once log in once a scope set`, async (t) => {
    const bench = await openBench(t, { profile });
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, at) => pushed(bench, blobOf(`blob ${at}`))));
    assert.deepEqual(new Set(outcomes), new Set(["uploaded"]));
    const { auth, token } = bench.registry.profile;
    const asked = bench.registry.audit.requestsOf({ place: "token", status: 200 });
    assert.equal(asked.length, auth === "bearer" ? 2 : 0, token.form);
    bench.registry.audit.noAuthorizationElsewhere();
  });

  test(`01 ${profile}: a 401 in the middle is answered by one new login and the same request`, async (t) => {
    const faults = [{ method: "POST", path: /uploads/, action: { expireTokens: true } } as const];
    const bench = await openBench(t, { profile, faults });
    assert.equal(await pushed(bench, blobOf("x")), "uploaded");
    const posts = bench.registry.audit.requestsOf({ method: "POST", path: /uploads/ });
    assert.equal(posts.length, bench.registry.profile.auth === "bearer" ? 2 : 1);
  });

  test(`02 ${profile}: a token that ends before the closing PUT is replaced, and the body sent from byte 0`, async (t) => {
    const faults = [{ method: "PUT", path: /uploads/, action: { expireTokens: true } } as const];
    const bench = await openBench(t, { profile, faults });
    const upload = blobOf(noise(300_000));
    assert.equal(await pushed(bench, upload), "uploaded");
    const isAsked = bench.registry.profile.auth === "bearer" && bench.registry.profile.location !== "storage";
    assert.equal(upload.opened, isAsked ? 2 : 1);
    assert.deepEqual(bench.registry.blob("team/app", upload.blob.digest), noise(300_000));
  });
}

test("02 a large PUT begins with a token that lasts a minute", async (t) => {
  let now = 0;
  const registry = { profile: "harbor", clock: () => now } as const;
  const { client, registry: fake } = await openPull(t, registry, { deps: { clock: () => now } });
  await pushBlob(client, "team/app", blobOf("small"));
  now = 250;
  await pushBlob(client, "team/app", blobOf("small too"));
  const tokens = (): number => fake.audit.requestsOf({ place: "token", path: /push/ }).length;
  assert.equal(tokens(), 1);
  await pushBlob(client, "team/app", blobOf(noise(2 * 1024 * 1024)));
  assert.equal(tokens(), 2);
});

test("03 a 401 without a challenge is answered as the ping asked, and a ping without one is an error", async (t) => {
  const headers = { "www-authenticate": "" };
  const action = { status: 401, headers } as const;
  const bench = await openPull(t, { profile: "harbor", faults: [{ path: /blobs/, action }] });
  bench.registry.seed("team/app", bytes);
  assert.equal(await pulled(bench, blob), "pulled");
  const mute = await openPull(t, { profile: "harbor", challenge: () => undefined });
  await assert.rejects(mute.client.call(get("team/app")), { code: "REGISTRY_AUTH", message: /doesn't say which/ });
});

test("04 Bearer is chosen among several challenges, whatever stands around it", async (t) => {
  const rows: readonly ((realm: string) => string)[] = [
    (realm) => `Basic realm="x", Bearer realm="${realm}",service="fake, quoted"`,
    (realm) => `Negotiate abc==, Bearer realm="${realm}",service="fake, quoted",error="a, Basic \\"b\\""`,
    (realm) => `bearer Realm=${JSON.stringify(realm)} , service="fake, quoted" , BASIC realm=x`,
  ];
  for (const challenge of rows) {
    const bench = await openPull(t, { profile: "harbor", challenge });
    bench.registry.seed("team/app", bytes);
    assert.equal(await pulled(bench, blob), "pulled", challenge("R"));
    bench.registry.audit.noAuthorizationElsewhere();
  }
});

const get = (repository: string) =>
  ({
    method: "GET",
    target: { path: `${repository}/blobs/${blob.digest}` },
    access: { repository, actions: "pull" },
    what: "test",
  }) as const;

test("05 a realm that would show the password to others is refused before anything is sent", async (t) => {
  for (const realm of [
    "",
    "http://tokens.example/token",
    "https://10.0.0.1/token",
    "https://169.254.169.254/latest",
    "https://localhost./token",
    "https://[::ffff:127.0.0.1]/token",
    "https://100.100.100.200/",
    "ftp://tokens.example/",
    "https://[",
  ]) {
    const headers = { "www-authenticate": `Bearer realm="${realm}",service="s"` };
    const http = scriptedHttp(() => ({ status: 401, headers }));
    const { client } = openClient(t, "registry.example", { http, environment: loginTo("registry.example") });
    await assert.rejects(client.call(get("app")), (error: { readonly code: string }) =>
      ["REGISTRY_AUTH", "REGISTRY_ERROR"].includes(error.code),
    );
    assert.ok(
      http.requests.every(({ url }) => new URL(url).host === "registry.example"),
      realm,
    );
    assert.ok(
      http.requests.every(({ headers: sent }) => sent?.["authorization"] === undefined),
      realm,
    );
  }
});

test("05 a relative realm, and one of another host with encryption, are where the login goes", async (t) => {
  for (const [realm, expected] of [
    ["/token", "https://registry.example/token"],
    ["http://registry.example/token", "https://registry.example/token"],
    ["https://tokens.example/t?a=b", "https://tokens.example/t"],
  ] as const) {
    const challenge = { status: 401, headers: { "www-authenticate": `Bearer realm="${realm}",service="s"` } };
    const http = scriptedHttp(({ url, headers }) => {
      if (/\/t(oken)?\?/.test(url)) return { body: '{"token":"abc"}' };
      return headers?.["authorization"] === "Bearer abc" ? {} : challenge;
    });
    const { client } = openClient(t, "registry.example", { http, environment: loginTo("registry.example") });
    assert.equal((await client.call(get("app"))).status, 200);
    assert.equal(http.requests[1]?.url.split("?")[0], expected);
    assert.match(http.requests[1]?.headers?.["authorization"] ?? "", /^Basic /);
  }
});

test("05 a token server that redirects gets no password sent on, and no secret form at all", async (t) => {
  const rows = [
    ["https://other.example/t", "pulled", undefined],
    ["https://10.0.0.1/t", "REGISTRY_ERROR", undefined],
    ["http://other.example/t", "REGISTRY_ERROR", undefined],
    ["https://other.example/t", "REGISTRY_ERROR", "refresh"],
  ] as const;
  for (const [location, expected, identity] of rows) {
    const http = scriptedHttp(({ url, headers, method }) => {
      const { host, pathname } = new URL(url);
      if (host === "other.example") return { body: '{"token":"abc"}' };
      if (pathname === "/t") return { status: method === "POST" ? 307 : 302, headers: { location } };
      if (headers?.["authorization"] === "Bearer abc") return { body: bytes };
      return { status: 401, headers: { "www-authenticate": 'Bearer realm="https://tokens.example/t"' } };
    });
    const auths = { "registry.example": { identitytoken: identity } };
    const environment =
      identity === undefined ? loginTo("registry.example") : { DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) };
    const bench = openClient(t, "registry.example", { http, environment });
    assert.equal(await pulled(bench, blob), expected, location);
    for (const request of http.requests.filter(({ url }) => new URL(url).host === "other.example")) {
      assert.equal(request.headers?.["authorization"], undefined);
      assert.equal(request.body, undefined);
    }
  }
});

test("06 servers that know one way of asking for a token are asked that way", async (t) => {
  for (const token of [
    { get: false, post: 200 },
    { get: true, post: 404 },
    { get: true, post: 401 },
    { get: true, post: 405 },
  ]) {
    const bench = await openPull(t, { changes: { auth: "bearer", token } });
    bench.registry.seed("team/app", bytes);
    assert.equal(await pulled(bench, blob), "pulled", JSON.stringify(token));
    bench.registry.audit.noAuthorizationElsewhere();
  }
});

test("06 a refresh token is traded by OAuth2, and by Basic where that is not known", async (t) => {
  const auths = (host: string) => ({
    DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [host]: { identitytoken: "r" } } }),
  });
  const users = { identityTokens: { r: "ann" }, users: { ann: "pw", "<token>": "r" } };
  for (const post of [200, 404, 401]) {
    const { registry } = await openPull(t, { ...users, changes: { auth: "bearer", token: { post } } });
    registry.seed("team/app", bytes);
    const bench = openClient(t, registry.host, { environment: auths(registry.host) });
    assert.equal(await pulled(bench, blob), "pulled", String(post));
    const methods = registry.audit.requestsOf({ place: "token" }).map(({ method }) => method);
    assert.deepEqual(methods, post === 200 ? ["POST"] : ["POST", "GET"]);
  }
});

test("06 a tired token server is asked again, and a wrong password is told once by each way", async (t) => {
  const faults = [{ place: "token", times: 2, action: { status: 503 } } as const];
  const bench = await openPull(t, { profile: "harbor", faults });
  bench.registry.seed("team/app", bytes);
  assert.equal(await pulled(bench, blob), "pulled");
  assert.deepEqual(bench.waits, [500, 1000]);
  const wrong = await openPull(t, { profile: "dist2", changes: { auth: "bearer" } });
  const other = openClient(t, wrong.registry.host, { environment: loginTo(wrong.registry.host, "ann:no") });
  assert.equal(await pulled(other, blob), "REGISTRY_AUTH");
  assert.ok(wrong.registry.audit.requestsOf({ place: "token" }).length <= 2);
});

test("06 a token answer is read up to 128 KiB, and shown to nobody", async (t) => {
  const rows = [
    JSON.stringify({ token: "canary".repeat(30_000) }),
    "x".repeat(10 * 1024 * 1024),
    "canary",
    '{"token":"canary\\r\\nx: y"}',
    '{"token":5}',
    "[]",
    "null",
  ];
  for (const body of rows) {
    const faults = [{ place: "token", times: 9, action: { status: 200, body } } as const];
    const { client, registry } = await openPull(t, { profile: "harbor", faults });
    const error = await client.call(get("app")).then(
      () => undefined,
      (caught: unknown) => caught as { readonly code: string; readonly message: string },
    );
    assert.ok(error?.code === "REGISTRY_AUTH" || error?.code === "NETWORK", body.slice(0, 30));
    assert.doesNotMatch(error.message, /canary/);
    assert.equal(registry.audit.requestsOf({ path: /blobs/ }).length, 0);
  }
});

for (const profile of PROFILE_NAMES.filter((name) => profileOf(name).auth !== "none")) {
  test(`07 ${profile}: a mount source that the login may not read is passed over, and asked for once`, async (t) => {
    const may = (_user: string, repository: string): boolean => repository === "team/app";
    const bench = await openBench(t, { profile, may });
    bench.registry.seed("secret/base", Buffer.from("layer"));
    for (const content of ["layer", "second", "third"])
      assert.equal(await pushed(bench, blobOf(content, ["secret/base"])), "uploaded");
    const asked = bench.registry.audit.requestsOf({ place: "token", path: /secret/ });
    assert.ok(asked.length <= 3, `${asked.length} tokens`);
    const tried = bench.registry.audit.requestsOf({ method: "POST", path: /mount=/ });
    if (bench.registry.profile.auth === "bearer") assert.ok(tried.length <= 3, `${tried.length} mounts`);
  });
}

test("08 a token that says that it is for reading is one clear error, before anything is tried", async (t) => {
  const may = (_user: string, _repository: string, action: string): boolean => action === "pull";
  const { registry, client } = await openPull(t, { profile: "harbor", may });
  await assert.rejects(pushBlob(client, "team/app", blobOf("x")), {
    code: "REGISTRY_AUTH",
    message: /gives this login no permission to push to team\/app/,
    hint: /docker login/,
  });
  assert.equal(registry.audit.requestsOf({ place: "registry", method: "POST" }).length, 0);
});

test("08 a token that keeps its rights to itself ends in an error after two tries", async (t) => {
  const may = (_user: string, _repository: string, action: string): boolean => action === "pull";
  const bench = await openBench(t, { profile: "ghcr", may });
  assert.equal(await pushed(bench, blobOf("x")), "REGISTRY_AUTH");
  assert.equal(bench.registry.audit.requestsOf({ place: "registry", method: "POST" }).length, 2);
});

test("09 a scope that is found to lack is added once, and of this repository only", async (t) => {
  for (const status of [401, 403]) {
    const challenge = (scope: string) =>
      `Bearer realm="REALM",service="fake, quoted",scope="${scope}",error="insufficient_scope"`;
    for (const [times, expected] of [
      [1, "pulled"],
      [9, "REGISTRY_AUTH"],
    ] as const) {
      const bench = await openPull(t, { profile: "harbor" });
      bench.registry.seed("team/app", bytes);
      const scope = "repository:team/app:pull,push repository:other/app:pull";
      const value = challenge(scope).replace("REALM", `http://${bench.registry.tokenHost}/token`);
      const action = { status, headers: { "www-authenticate": value } };
      bench.registry.script.add({ method: "GET", path: /blobs/, times, action });
      assert.equal(await pulled(bench, blob), expected);
      const scopes = bench.registry.audit
        .requestsOf({ place: "token" })
        .map(({ path }) => new URL(path, "http://x").searchParams.getAll("scope"));
      assert.deepEqual(scopes, [
        ["repository:team/app:pull"],
        ["repository:team/app:pull", "repository:team/app:pull,push"],
      ]);
      assert.equal(bench.registry.audit.requestsOf({ method: "GET", path: /blobs/ }).length, 2);
    }
  }
});

/** A folder with `docker-credential-test`, which is this script. */
function helperPath(t: TestContext, script: string): string {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "docker-credential-test"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "docker-credential-test"), 0o755);
  return `${folder}:${process.env["PATH"] ?? ""}`;
}

test("10 a helper that is missing, hangs, knows nothing or talks nonsense leaves the user anonymous", async (t) => {
  const rows = [
    ["sleep 60 & sleep 60", /gave no answer within 0.2 s/, 0.2],
    ["echo credentials not found in native keychain; exit 1", undefined, 60],
    ["echo canary", /something else than credentials/, 60],
    ["exit 3", /failed/, 60],
    ["yes canary", /failed|no answer/, 1],
    [undefined, /not installed/, 60],
  ] as const;
  for (const [script, warning, helperSeconds] of rows) {
    const { registry } = await openPull(t, { changes: { auth: "bearer", anonymousPull: true } });
    registry.seed("team/app", bytes);
    const environment = {
      PATH: script === undefined ? temporaryFolder(t) : helperPath(t, script),
      DOCKER_AUTH_CONFIG: JSON.stringify({ credsStore: "test" }),
    };
    const bench = openClient(t, registry.host, { environment, deps: { helperSeconds } });
    assert.equal(await pulled(bench, blob), "pulled", script);
    if (warning === undefined) assert.deepEqual(warnings(bench), []);
    else assert.match(warnings(bench).join(), warning);
  }
});

for (const auth of ["basic", "bearer"] as const) {
  test(`10 ${auth}: a helper's password that has run out is asked for again`, async (t) => {
    const { registry } = await openPull(t, { changes: { auth }, users: { ann: "new" } });
    registry.seed("team/app", bytes);
    const count = join(temporaryFolder(t), "count");
    const script = `echo x >> ${count}
if [ $(wc -l < ${count}) = 1 ]; then p=old; else p=new; fi
printf '{"Username":"ann","Secret":"%s"}' $p`;
    const config = JSON.stringify({ credHelpers: { [registry.host]: "test" } });
    const environment = { PATH: helperPath(t, script), DOCKER_AUTH_CONFIG: config };
    const bench = openClient(t, registry.host, { environment });
    assert.equal(await pulled(bench, blob), "pulled");
    assert.equal(await pulled({ ...bench, store: openClient(t, registry.host).store }, blob), "pulled");
    assert.equal(registry.audit.requestsOf({ path: /blobs/, status: 401 }).length, auth === "basic" ? 1 : 0);
  });
}

test("10 a workflow's token that GitHub won't take leaves a public image to be pulled by nobody in particular", async (t) => {
  const realm = "https://ghcr.io/token";
  const http = scriptedHttp(({ url, headers }) => {
    const { pathname } = new URL(url);
    if (pathname === "/token") {
      const isAnonymous = headers?.["authorization"] === undefined;
      return isAnonymous ? { body: '{"token":"anonymous"}' } : { status: 403, body: "denied" };
    }
    if (headers?.["authorization"] === "Bearer anonymous") return { body: bytes };
    return { status: 401, headers: { "www-authenticate": `Bearer realm="${realm}"` } };
  });
  const environment = { GITHUB_TOKEN: "canary" };
  assert.equal(await pulled(openClient(t, "ghcr.io", { http, environment }), blob), "pulled");
  const { client } = openClient(t, "ghcr.io", { http, environment });
  const push = {
    ...get("team/app"),
    method: "POST",
    access: { repository: "team/app", actions: "pull,push" },
  } as const;
  await assert.rejects(client.call(push), { code: "REGISTRY_AUTH" });
  const given = openClient(t, "ghcr.io", { http, environment: { ...environment, ...loginTo("ghcr.io") } });
  assert.equal(await pulled(given, blob), "REGISTRY_AUTH");
});
