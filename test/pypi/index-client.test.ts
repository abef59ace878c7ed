import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { BuildEvent } from "../../src/events.ts";
import { createCredentials } from "../../src/pypi/credentials.ts";
import { createIndexClient, type IndexClient } from "../../src/pypi/index-client.ts";
import type { IndexConfig } from "../../src/pypi/index-config.ts";
import type { DiskStore } from "../../src/store/disk.ts";
import { testHttp } from "../support/http.ts";
import { startHttpServer } from "../support/http-server.ts";
import { serveSimpleIndex } from "../support/simple-index.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { temporaryStore } from "../support/temporary-store.ts";
import { buildWheel } from "../support/wheel.ts";

const SIX = buildWheel({ name: "six", version: "1.0", files: { "six.py": "x = 1\n" } });
const SIX_2 = buildWheel({ name: "six", version: "2.0" });

interface Setup {
  readonly config?: Partial<IndexConfig>;
  readonly store?: DiskStore;
  readonly offline?: boolean;
  readonly now?: number;
  readonly files?: Readonly<Record<string, string>>;
  readonly events?: BuildEvent[];
}

function client(t: TestContext, urls: readonly string[], setup: Setup = {}): IndexClient {
  const config: IndexConfig = {
    indexes: urls.map((url) => ({ url })),
    findLinks: [],
    trustedHosts: [],
    caFile: undefined,
    isDefault: false,
    strategy: "all",
    ...setup.config,
  };
  return createIndexClient(config, {
    http: testHttp(t),
    store: setup.store ?? temporaryStore(t),
    authorize: createCredentials(config, { HOME: "/home/u" }, async (path) => setup.files?.[path]),
    report: (event) => setup.events?.push(event),
    signal: new AbortController().signal,
    offline: setup.offline ?? false,
    ...(setup.now === undefined ? {} : { now: setup.now }),
    sleep: async () => {},
  });
}

const names = (files: readonly { readonly filename: string }[]): readonly string[] =>
  files.map((file) => file.filename);

for (const format of ["json", "html", "plain"] as const) {
  test(`a project's files come from a ${format} page`, async (t) => {
    const server = await startHttpServer(t);
    const index = serveSimpleIndex(
      server,
      [{ ...SIX, yanked: "old", requiresPython: ">=3.8", metadata: SIX.metadata }, SIX_2],
      { format },
    );
    const [file, other] = await client(t, [index.url]).files("Six");
    assert.equal(file?.filename, SIX.filename);
    assert.equal(file?.url, server.url + index.file(SIX.filename));
    assert.equal(file?.sha256, format === "plain" ? undefined : SIX.sha256);
    assert.equal(file?.size, format === "json" ? SIX.size : undefined);
    assert.equal(file?.yanked, format === "plain" ? undefined : "old");
    assert.equal(file?.requiresPython, format === "plain" ? undefined : ">=3.8");
    assert.equal(file?.coreMetadata === undefined, format === "plain");
    assert.equal(other?.filename, SIX_2.filename);
    assert.match(String(server.log[0]?.headers["accept"]), /^application\/vnd\.pypi\.simple\.v1\+json, /);
  });
}

test("indexes are merged, equal bytes are listed once and known as mirrors", async (t) => {
  const server = await startHttpServer(t);
  const one = serveSimpleIndex(server, [SIX], { path: "/one/" });
  const two = serveSimpleIndex(server, [SIX, SIX_2], { path: "/two/" });
  const index = client(t, [one.url, two.url, `${server.url}/none/`]);
  assert.deepEqual(names(await index.files("six")), [SIX.filename, SIX_2.filename]);
  assert.deepEqual(await index.mirrors(SIX, false), [
    server.url + one.file(SIX.filename),
    server.url + two.file(SIX.filename),
  ]);
  assert.deepEqual(await index.files("unknown"), []);
  await index.files("SIX");
  assert.equal(server.requests(one.page("six")).length, 1);
});

test("with uv's strategy the first index that has the name is the only one", async (t) => {
  const server = await startHttpServer(t);
  const one = serveSimpleIndex(server, [SIX], { path: "/one/" });
  const two = serveSimpleIndex(server, [SIX_2], { path: "/two/" });
  const index = client(t, [`${server.url}/none/`, one.url, two.url], { config: { strategy: "first" } });
  assert.deepEqual(names(await index.files("six")), [SIX.filename]);
  assert.equal(server.requests(two.page("six")).length, 0);
});

test("what was read once is known without a request, and a page that has not changed is not sent again", async (t) => {
  const server = await startHttpServer(t);
  const store = temporaryStore(t);
  const index = serveSimpleIndex(server, [SIX]);
  assert.deepEqual(await client(t, [index.url], { store }).cachedFiles("six", [SIX.sha256]), []);
  await client(t, [index.url], { store }).files("six");
  assert.equal((await client(t, [index.url], { store }).cachedFiles("six", [SIX.sha256]))[0]?.sha256, SIX.sha256);
  assert.equal(server.log.length, 1);
  assert.deepEqual(names(await client(t, [index.url], { store }).files("six")), [SIX.filename]);
  assert.equal(server.log[1]?.sent, 0);
  assert.match(String(server.log[1]?.headers["if-none-match"]), /^"/);
  assert.deepEqual(names(await client(t, [index.url], { store, offline: true }).files("six")), [SIX.filename]);
  await assert.rejects(client(t, [index.url], { store, offline: true }).files("seven"), { code: "OFFLINE" });
});

test("a page within its max-age is not asked for again", async (t) => {
  const server = await startHttpServer(t);
  const store = temporaryStore(t);
  const index = serveSimpleIndex(server, [SIX], { headers: { "cache-control": "max-age=600, public" } });
  for (const now of [1000, 1599, 1600]) await client(t, [index.url], { store, now }).files("six");
  assert.equal(server.log.length, 2);
});

test("login pages, other types and broken JSON are errors of the index", async (t) => {
  const server = await startHttpServer(t);
  const index = client(t, [`${server.url}/simple/`]);
  const page = "/simple/six/";
  server.fail(page, { status: 200, body: "<form>login</form>" });
  await assert.rejects(index.files("six"), { code: "INDEX_ERROR", message: /no index page/ });
  server.fail(page, { status: 200, headers: { "content-type": "application/pdf" } });
  await assert.rejects(index.files("six"), { code: "INDEX_ERROR", message: /application\/pdf/ });
  server.fail(page, { status: 200, headers: { "content-type": "application/json" }, body: "{" });
  await assert.rejects(index.files("six"), { code: "INDEX_ERROR" });
});

test("an overloaded index is asked again", async (t) => {
  const server = await startHttpServer(t);
  const index = serveSimpleIndex(server, [SIX]);
  server.fail(index.page("six"), { status: 503 }, { cutAt: 5 }, { status: 429 });
  assert.deepEqual(names(await client(t, [index.url]).files("six")), [SIX.filename]);
  assert.equal(server.log.length, 4);
});

test("403 means unknown where another index knows the name, else it is told; 401 always stops", async (t) => {
  const server = await startHttpServer(t);
  const good = serveSimpleIndex(server, [SIX], { path: "/good/" });
  const bad = `${server.url}/bad/`;
  server.fail("/bad/six/", { status: 403 }, { status: 403 }, { status: 401 });
  assert.deepEqual(names(await client(t, [bad, good.url]).files("six")), [SIX.filename]);
  await assert.rejects(client(t, [bad]).files("six"), { code: "INDEX_ERROR", message: /forbidden/ });
  await assert.rejects(client(t, [bad, good.url]).files("six"), { message: /wants credentials/, hint: /netrc/ });
});

test("logins come from the URL or netrc, go to their host only, and show up nowhere", async (t) => {
  const [server, stranger] = [await startHttpServer(t), await startHttpServer(t)];
  const authorization = `Basic ${Buffer.from("me:canary").toString("base64")}`;
  const index = serveSimpleIndex(server, [SIX], { authorization });
  const store = temporaryStore(t);
  const withLogin = client(t, [], {
    store,
    config: { indexes: [{ url: index.url, login: { user: "me", password: "canary" } }] },
  });
  const files = await withLogin.files("six");
  assert.equal(await withLogin.sizeOf(files[0] ?? assert.fail()), SIX.size);
  const netrc = { "/home/u/.netrc": "machine 127.0.0.1 login me password canary" };
  assert.equal((await client(t, [index.url], { files: netrc }).files("six")).length, 1);
  assert.doesNotMatch(
    JSON.stringify([files, withLogin.places, await store.get("index-pages", `${index.url}six/`)]),
    /canary/,
  );
  server.fail(index.page("six"), { status: 302, headers: { location: `${stranger.url}/simple/six/?token=canary` } });
  assert.deepEqual(
    await client(t, [], { config: { indexes: [{ url: index.url, login: { user: "me", password: "canary" } }] } }).files(
      "six",
    ),
    [],
  );
  assert.equal(stranger.log[0]?.headers["authorization"], undefined);
});

test("folders, pages and single files of find-links are searched by project", async (t) => {
  const server = await startHttpServer(t);
  const folder = temporaryFolder(t);
  await writeFile(join(folder, SIX.filename), SIX.bytes);
  await writeFile(join(folder, "six_extra-1.0-py3-none-any.whl"), "");
  await writeFile(join(folder, "links.html"), `<a href="${SIX_2.filename}#sha256=${SIX_2.sha256}">`);
  await mkdir(join(folder, "six-9.0.zip"));
  const single = `${server.url}/x/six-3.0-py3-none-any.whl#sha256=${"c".repeat(64)}`;
  const places = [folder, pathToFileURL(folder).href, join(folder, "links.html"), single];
  const findLinks = places.map((location) => ({ location, required: true }));
  const files = await client(t, [], { config: { findLinks } }).files("six");
  assert.deepEqual(
    files.map((file) => [file.filename, file.sha256, file.size]),
    [
      [SIX.filename, SIX.sha256, SIX.size],
      [SIX_2.filename, SIX_2.sha256, undefined],
      ["six-3.0-py3-none-any.whl", "c".repeat(64), undefined],
    ],
  );
  assert.equal(server.log.length, 0);
});

test("a folder that is not there is an error from the command line and a warning from elsewhere", async (t) => {
  const location = join(temporaryFolder(t), "none");
  const events: BuildEvent[] = [];
  const lenient = client(t, [], { config: { findLinks: [{ location, required: false }] }, events });
  assert.deepEqual(await lenient.files("six"), []);
  assert.deepEqual(events, [{ type: "warning", message: `find-links: ${location} is not there` }]);
  const strict = client(t, [], { config: { findLinks: [{ location, required: true }] } });
  await assert.rejects(strict.files("six"), { code: "INPUT_NOT_FOUND" });
});

test("an index in a folder needs no server", async (t) => {
  const folder = temporaryFolder(t);
  await mkdir(join(folder, "six"));
  await writeFile(join(folder, "six", "index.html"), `<a href="${SIX.filename}">`);
  const url = `${pathToFileURL(folder).href}/`;
  assert.deepEqual(names(await client(t, [url]).files("six")), [SIX.filename]);
});

test("a size is asked for once, by HEAD or else by one byte", async (t) => {
  const server = await startHttpServer(t);
  const store = temporaryStore(t);
  const index = serveSimpleIndex(server, [SIX]);
  const file = { filename: SIX.filename, url: server.url + index.file(SIX.filename), sha256: SIX.sha256 };
  server.fail(index.file(SIX.filename), { status: 405 });
  assert.equal(await client(t, [index.url], { store }).sizeOf(file), SIX.size);
  assert.deepEqual(
    server.log.map((request) => [request.method, request.headers["range"]]),
    [
      ["HEAD", undefined],
      ["GET", "bytes=0-0"],
    ],
  );
  assert.equal(await client(t, [index.url], { store, offline: true }).sizeOf(file), SIX.size);
  assert.equal(server.log.length, 2);
});
