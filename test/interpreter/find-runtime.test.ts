import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { silent } from "../../src/events.ts";
import { bringRuntime, findRuntime, type RuntimeDeps } from "../../src/interpreter/find-runtime.ts";
import type { RuntimeRelease } from "../../src/interpreter/runtime.ts";
import { testHttp } from "../support/http.ts";
import { startHttpServer } from "../support/http-server.ts";
import { buildTar } from "../support/tar.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { temporaryStore } from "../support/temporary-store.ts";

const CONTENT = { "package.json": "{}", "pyodide.mjs": "export {};\n" };
const PACKED = gzipSync(
  buildTar([
    ...Object.entries(CONTENT).map(([name, content]) => ({ path: `package/${name}`, content })),
    { path: "package/README.md", content: "not needed" },
  ]),
);
const RELEASE: RuntimeRelease = {
  minor: "3.99",
  release: "9.9.9",
  python: "3.99.1",
  magic: 1,
  size: PACKED.length,
  integrity: `sha512-${createHash("sha512").update(PACKED).digest("base64")}`,
  files: Object.entries(CONTENT).map(([name, text]) => ({
    name,
    size: text.length,
    sha256: createHash("sha256").update(text).digest("hex"),
  })),
};
const PATH = "/npm/pyodide/-/pyodide-9.9.9.tgz";

function runtimeDeps(t: TestContext, more: Partial<RuntimeDeps> = {}): RuntimeDeps {
  return {
    store: temporaryStore(t),
    http: testHttp(t),
    report: silent,
    signal: new AbortController().signal,
    environment: {},
    offline: false,
    ...more,
  };
}

test("a runtime is fetched once from the registry that npm names, with its login, and only what is needed is kept", async (t) => {
  const server = await startHttpServer(t);
  server.serve(PATH, { content: PACKED, authorization: "Bearer t0" });
  const host = server.url.slice("http:".length);
  const environment = { npm_config_registry: `${server.url}/npm/`, [`npm_config_${host}/npm/:_authToken`]: "t0" };
  const deps = runtimeDeps(t, { environment });
  const project = temporaryFolder(t);
  const found = await Promise.all([1, 2, 3].map(() => bringRuntime(RELEASE, project, deps)));
  for (const { folder } of found) assert.deepEqual(readdirSync(folder).sort(), ["package.json", "pyodide.mjs"]);
  assert.equal(server.requests(PATH).length, 1);
  await bringRuntime(RELEASE, project, { ...deps, offline: true });
  assert.equal(server.requests(PATH).length, 1);
});

test("a file of the cache that was changed is not run but fetched again", async (t) => {
  const server = await startHttpServer(t);
  server.serve(PATH, PACKED);
  const deps = runtimeDeps(t, { environment: { npm_config_registry: `${server.url}/npm` } });
  const project = temporaryFolder(t);
  const { folder } = await bringRuntime(RELEASE, project, deps);
  writeFileSync(join(folder, "pyodide.mjs"), "attack()   ");
  await bringRuntime(RELEASE, project, deps);
  assert.equal(readFileSync(join(folder, "pyodide.mjs"), "utf8"), CONTENT["pyodide.mjs"]);
  assert.equal(server.requests(PATH).length, 2);
});

test("another package under the same name is refused before it is unpacked", async (t) => {
  const server = await startHttpServer(t);
  const other = Buffer.from(PACKED);
  other[other.length - 9] = (other[other.length - 9] ?? 0) ^ 1;
  server.serve(PATH, other);
  const deps = runtimeDeps(t, { environment: { npm_config_registry: `${server.url}/npm/` } });
  await assert.rejects(bringRuntime(RELEASE, temporaryFolder(t), deps), { code: "HASH_MISMATCH" });
  assert.throws(() => readdirSync(join(deps.store.cacheDir, "runtimes", "9.9.9")));
});

test("an installed package is taken where its files are the pinned ones", async (t) => {
  const project = temporaryFolder(t);
  const installed = join(project, "node_modules", "pyodide");
  mkdirSync(installed, { recursive: true });
  for (const [name, content] of Object.entries(CONTENT)) writeFileSync(join(installed, name), content);
  const deps = runtimeDeps(t, { offline: true });
  assert.equal((await bringRuntime(RELEASE, project, deps)).folder, installed);
  const named = runtimeDeps(t, { offline: true, environment: { OCIASM_PYODIDE: installed } });
  assert.equal((await bringRuntime(RELEASE, temporaryFolder(t), named)).folder, installed);
  writeFileSync(join(installed, "pyodide.mjs"), "another version");
  await assert.rejects(bringRuntime(RELEASE, project, deps), { code: "OFFLINE", hint: /npm install pyodide@9\.9\.9/ });
});

test("a registry without it says how to get it elsewhere", async (t) => {
  const server = await startHttpServer(t);
  const deps = runtimeDeps(t, { environment: { npm_config_registry: server.url } });
  await assert.rejects(bringRuntime(RELEASE, temporaryFolder(t), deps), {
    code: "INDEX_ERROR",
    hint: /npm install pyodide@9\.9\.9/,
  });
});

test("a registry that is down is asked twice, and no more", async (t) => {
  const server = await startHttpServer(t);
  server.serve(PATH, PACKED);
  server.fail(PATH, { status: 503 }, { status: 503 }, { status: 503 });
  const deps = runtimeDeps(t, { environment: { npm_config_registry: `${server.url}/npm/` } });
  await assert.rejects(bringRuntime(RELEASE, temporaryFolder(t), deps), { code: "INDEX_ERROR" });
  assert.equal(server.requests(PATH).length, 2);
});

test("a minor that no release has is no error", async (t) => {
  assert.equal(await findRuntime("3.6", temporaryFolder(t), runtimeDeps(t)), undefined);
});
