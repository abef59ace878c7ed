import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { inspect } from "node:util";
import type { BuildEvent } from "../../src/events.ts";
import { findCredentials } from "../../src/registry/credentials.ts";
import { temporaryFolder } from "../support/temporary.ts";

const basic = (text: string) => Buffer.from(text).toString("base64");

async function find(registry: string, environment: Readonly<Record<string, string>>, repository = "team/app") {
  const events: BuildEvent[] = [];
  const deps = { environment, report: (event: BuildEvent) => events.push(event), signal: new AbortController().signal };
  const found = await findCredentials(registry, repository, deps);
  const shown =
    found === undefined
      ? undefined
      : found.type === "basic"
        ? `${found.username}:${found.password()}`
        : `${found.type} ${found.token()}`;
  return { found, shown, events };
}

function helper(t: TestContext, script: string): { readonly folder: string; readonly path: string } {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "docker-credential-test"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "docker-credential-test"), 0o755);
  return { folder, path: `${folder}:${process.env["PATH"] ?? ""}` };
}

test("an environment variable named after the host wins", async () => {
  assert.equal((await find("localhost:5000", { OCIASM_AUTH_LOCALHOST_5000: "ann:a:b" })).shown, "ann:a:b");
  assert.equal((await find("registry.example", { OCIASM_AUTH_REGISTRY_EXAMPLE: "tok" })).shown, "bearer tok");
  assert.equal((await find("registry.example", { OCIASM_AUTH_OTHER: "a:b" })).found, undefined);
});

test("auths are found by host, URL, alias and, podman's way, by path", async () => {
  const auths = {
    "https://one.example/v1/": { auth: basic("one:1") },
    "two.example/team": { auth: basic("team:2") },
    "two.example": { auth: basic("two:2") },
    "https://index.docker.io/v1/": { username: "hub", password: "h" },
    "id.example": { identitytoken: "refresh" },
    "odd.example": { auth: 5 },
    "empty.example": {},
    "pad.example": { auth: basic("pad:x\0\0") },
  };
  const environment = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) };
  const shown = async (host: string, repository?: string) => (await find(host, environment, repository)).shown;
  assert.equal(await shown("one.example"), "one:1");
  assert.equal(await shown("two.example"), "team:2");
  assert.equal(await shown("two.example", "other/app"), "two:2");
  assert.equal(await shown("docker.io", "library/x"), "hub:h");
  assert.equal(await shown("id.example"), "identity refresh");
  assert.equal(await shown("pad.example"), "pad:x");
  for (const host of ["odd.example", "empty.example", "none.example", "__proto__", "constructor"])
    assert.equal(await shown(host), undefined);
});

test("files are read in order, and one that can't be read is passed over without showing it", async (t) => {
  const home = temporaryFolder(t);
  mkdirSync(join(home, ".docker"));
  mkdirSync(join(home, "run", "containers"), { recursive: true });
  writeFileSync(join(home, ".docker", "config.json"), '{"auths": {"a.example": {"auth": "canary-secret"');
  writeFileSync(
    join(home, "run", "containers", "auth.json"),
    JSON.stringify({ auths: { "a.example": { auth: basic("pod:1") } } }),
  );
  const environment = { HOME: home, XDG_RUNTIME_DIR: join(home, "run") };
  const { shown, events } = await find("a.example", environment);
  assert.equal(shown, "pod:1");
  assert.equal(events.length, 1);
  assert.doesNotMatch(JSON.stringify(events), /canary/);
  writeFileSync(join(home, "first.json"), JSON.stringify({ auths: { "a.example": { auth: basic("first:1") } } }));
  assert.equal(
    (await find("a.example", { ...environment, REGISTRY_AUTH_FILE: join(home, "first.json") })).shown,
    "first:1",
  );
  assert.equal((await find("a.example", { HOME: join(home, "nowhere") })).events.length, 0);
});

test("a helper is asked by name on its standard input", async (t) => {
  const { folder, path } = helper(
    t,
    `read host; printf '{"ServerURL":"%s","Username":"%s","Secret":"s3"}' "$host" "$host"`,
  );
  const config = JSON.stringify({
    credHelpers: { "a.example": "test" },
    auths: { "b.example": { auth: basic("b:1") } },
  });
  const environment = { PATH: path, DOCKER_AUTH_CONFIG: config };
  assert.equal((await find("a.example", environment)).shown, "a.example:s3");
  assert.equal((await find("b.example", environment)).shown, "b:1");
  const store = { PATH: `${folder}:${path}`, DOCKER_AUTH_CONFIG: JSON.stringify({ credsStore: "test" }) };
  assert.equal((await find("docker.io", store)).shown, "https://index.docker.io/v1/:s3");
});

test("a helper without an entry is no error, and any other failure is a warning", async (t) => {
  const rows: readonly (readonly [script: string, warning: RegExp | undefined])[] = [
    ["echo credentials not found in native keychain; exit 1", undefined],
    [`echo '{"Username":"<token>","Secret":""}'`, undefined],
    ["echo boom; exit 2", /failed: boom/],
    ["echo '{\"Username\": 5}'", /something else/],
    ["head -c 200000 /dev/zero | tr '\\0' x", /failed|something else/],
  ];
  for (const [script, warning] of rows) {
    const { path } = helper(t, script);
    const environment = { PATH: path, DOCKER_AUTH_CONFIG: JSON.stringify({ credsStore: "test" }) };
    const { found, events } = await find("a.example", environment);
    assert.equal(found, undefined);
    if (warning === undefined) assert.deepEqual(events, []);
    else assert.match(events.map((event) => ("message" in event ? event.message : "")).join(), warning);
  }
});

test("a helper that is missing, or has no helper's name, is named", async (t) => {
  const empty = temporaryFolder(t);
  for (const [name, message] of [
    ["gone", /docker-credential-gone is named/],
    ["../../bin/sh", /not a helper's name/],
  ] as const) {
    const { found, events } = await find("a.example", {
      PATH: empty,
      DOCKER_AUTH_CONFIG: JSON.stringify({ credsStore: name }),
    });
    assert.equal(found, undefined);
    assert.match(JSON.stringify(events), message);
  }
});

test("a secret shows itself to nobody who does not call it", async () => {
  const { found } = await find("a.example", { OCIASM_AUTH_A_EXAMPLE: "ann:canary" });
  assert.doesNotMatch(inspect(found, { depth: 9, showHidden: true }) + JSON.stringify(found) + String(found), /canary/);
});

test("a workflow's token is for GitHub's registry alone, and comes after everything that was given", async () => {
  const environment = { GITHUB_TOKEN: "canary", GITHUB_ACTOR: "ann" };
  assert.equal((await find("ghcr.io", environment)).shown, "ann:canary");
  assert.equal((await find("ghcr.io", { GITHUB_TOKEN: "t" })).shown, "x-access-token:t");
  for (const host of ["docker.io", "ghcr.io.example", "registry.example", "ghcr.io:444"])
    assert.equal((await find(host, environment)).found, undefined, host);
  const auths = { "ghcr.io": { auth: basic("bob:pw") } };
  assert.equal(
    (await find("ghcr.io", { ...environment, DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) })).shown,
    "bob:pw",
  );
  assert.equal((await find("ghcr.io", { ...environment, OCIASM_AUTH_GHCR_IO: "eve:x" })).shown, "eve:x");
  assert.equal((await find("ghcr.io", { GITHUB_TOKEN: "" })).found, undefined);
});

test("the first place that knows the host wins, in the order of the documentation", async (t) => {
  const home = temporaryFolder(t);
  const login = (user: string): string => JSON.stringify({ auths: { "a.example": { auth: basic(`${user}:1`) } } });
  const put = (user: string, ...path: readonly string[]): string => {
    const file = join(home, ...path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, login(user));
    return file;
  };
  const podmanHome = put("config", ".config", "containers", "auth.json");
  const run = put("run", "run", "containers", "auth.json");
  const docker = put("docker", ".docker", "config.json");
  const own = put("own", "own", "config.json");
  const file = put("file", "file.json");
  assert.ok(podmanHome !== run && docker !== own);
  const steps: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ["config:1", {}],
    ["run:1", { XDG_RUNTIME_DIR: join(home, "run") }],
    ["own:1", { DOCKER_CONFIG: join(home, "own") }],
    ["file:1", { REGISTRY_AUTH_FILE: file }],
    ["inline:1", { DOCKER_AUTH_CONFIG: login("inline") }],
    ["env:1", { OCIASM_AUTH_A_EXAMPLE: "env:1" }],
  ];
  // DOCKER_CONFIG of a folder without a file leaves podman's places.
  let environment: Readonly<Record<string, string>> = { HOME: home, DOCKER_CONFIG: join(home, "nowhere") };
  for (const [expected, more] of steps) {
    environment = { ...environment, ...more };
    assert.equal((await find("a.example", environment)).shown, expected);
  }
  assert.equal((await find("a.example", { HOME: home })).shown, "docker:1");
});

test("in one file a host's helper comes before the store, and the store before what is written there", async (t) => {
  const folder = temporaryFolder(t);
  for (const name of ["own", "store"]) {
    const script = `#!/bin/sh\nread host\n[ "$host" = gone.example ] && { echo credentials not found; exit 1; }\n`;
    const answer = `printf '{"Username":"${name}","Secret":"s"}'\n`;
    writeFileSync(join(folder, `docker-credential-${name}`), script + answer);
    chmodSync(join(folder, `docker-credential-${name}`), 0o755);
  }
  const written = { auth: basic("written:1") };
  const config = {
    credHelpers: { "https://a.example/": "own" },
    credsStore: "store",
    auths: { "a.example": written, "b.example": written, "gone.example": written },
  };
  const environment = {
    PATH: `${folder}:${process.env["PATH"] ?? ""}`,
    DOCKER_AUTH_CONFIG: JSON.stringify(config),
  };
  assert.equal((await find("a.example", environment)).shown, "own:s");
  assert.equal((await find("b.example", environment)).shown, "store:s");
  assert.equal((await find("gone.example", environment)).shown, "written:1");
});
