import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type DownloadRequest, download } from "../../src/net/download.ts";
import { testHttp } from "../support/http.ts";
import { startHttpServer, type TestServer } from "../support/http-server.ts";
import { temporaryFolder } from "../support/temporary.ts";

const CONTENT = Buffer.from(Array.from({ length: 40_000 }, (_, index) => (index * 7 + (index >> 8)) % 256));
const sha256 = createHash("sha256").update(CONTENT).digest("hex");

interface Bench {
  readonly server: TestServer;
  readonly folder: string;
  readonly pauses: number[];
  fetch(more?: Partial<DownloadRequest>): Promise<{ readonly sha256: string; readonly size: number }>;
}

async function bench(t: TestContext): Promise<Bench> {
  const [server, folder, http] = [await startHttpServer(t), temporaryFolder(t), testHttp(t)];
  server.serve("/f.whl", CONTENT);
  const pauses: number[] = [];
  const request: DownloadRequest = {
    url: `${server.url}/f.whl?token=canary`,
    file: join(folder, "f"),
    sha256,
    size: CONTENT.length,
    code: "INDEX_ERROR",
    sleep: async (ms) => void pauses.push(ms),
  };
  return { server, folder, pauses, fetch: (more) => download(http, { ...request, ...more }) };
}

test("a file arrives with its hash and size", async (t) => {
  const { folder, fetch } = await bench(t);
  const seen: number[] = [];
  assert.deepEqual(await fetch({ progress: (bytes) => seen.push(bytes) }), { sha256, size: CONTENT.length });
  assert.deepEqual(await readFile(join(folder, "f")), CONTENT);
  assert.equal(seen.at(-1), CONTENT.length);
});

test("a cut connection is resumed, and no byte comes twice", async (t) => {
  const { server, folder, fetch } = await bench(t);
  let got = 0;
  server.fail(
    "/f.whl",
    { cutAt: 10_000, arrived: () => got === 10_000 },
    { cutAt: 5_000, arrived: () => got === 15_000 },
  );
  const progress = (bytes: number): void => {
    got = bytes;
  };
  assert.equal((await fetch({ progress })).sha256, sha256);
  assert.deepEqual(await readFile(join(folder, "f")), CONTENT);
  assert.deepEqual(
    server.log.map((request) => request.headers["range"]),
    [undefined, "bytes=10000-", "bytes=15000-"],
  );
  assert.equal(
    server.log.reduce((sum, request) => sum + request.sent, 0),
    CONTENT.length,
  );
  assert.match(String(server.log[1]?.headers["if-range"]), /^"/);
});

test("a file that changed between two parts is fetched anew", async (t) => {
  const { server, fetch } = await bench(t);
  server.serve("/f.whl", Buffer.concat([Buffer.from("!"), CONTENT.subarray(1)]));
  server.fail("/f.whl", { cutAt: 10_000 });
  const done = fetch();
  while (server.log.length === 0) await new Promise((resolve) => setImmediate(resolve));
  server.serve("/f.whl", CONTENT);
  assert.equal((await done).sha256, sha256);
});

test("a server that ignores ranges sends all of it again", async (t) => {
  const { server, folder, fetch } = await bench(t);
  server.fail("/f.whl", { cutAt: 10_000 }, { ignoreRange: true });
  await fetch();
  assert.deepEqual(await readFile(join(folder, "f")), CONTENT);
});

test("an end that comes too early without a length is noticed and resumed", async (t) => {
  const { server, fetch } = await bench(t);
  server.fail("/f.whl", { silentCutAt: 30_000 });
  assert.equal((await fetch()).size, CONTENT.length);
  assert.equal(server.log[1]?.headers["range"], "bytes=30000-");
});

test("overload is waited out as the server asks", async (t) => {
  const { server, pauses, fetch } = await bench(t);
  server.fail("/f.whl", { status: 429, headers: { "retry-after": "2" } }, { status: 503 }, { stallAt: 100 });
  await fetch({ stallSeconds: 1 });
  assert.deepEqual(pauses, [2000, 1000, 2000]);
});

test("a lying hash is named with URL, expectation and finding, without secrets, and leaves no file", async (t) => {
  const { server, folder, fetch } = await bench(t);
  server.serve("/f.whl", Buffer.alloc(CONTENT.length));
  const got = createHash("sha256").update(Buffer.alloc(CONTENT.length)).digest("hex");
  await assert.rejects(fetch(), {
    code: "HASH_MISMATCH",
    message: `${server.url}/f.whl: expected ${sha256}, got ${got}`,
  });
  assert.deepEqual(await readdir(folder), []);
  assert.equal(server.log.length, 1);
});

test("a file that is too short or too long by its own account is not even read", async (t) => {
  const { server, folder, fetch } = await bench(t);
  server.serve("/f.whl", CONTENT.subarray(1));
  await assert.rejects(fetch(), { code: "HASH_MISMATCH", message: /expected 40000 bytes, got 39999 bytes/ });
  server.serve("/f.whl", Buffer.concat([CONTENT, CONTENT]));
  await assert.rejects(fetch(), { code: "HASH_MISMATCH" });
  assert.deepEqual(await readdir(folder), []);
});

test("an error page with status 200 is called what it is", async (t) => {
  const { server, fetch } = await bench(t);
  server.serve("/f.whl", { content: " <!doctype html><p>log in", headers: { "content-type": "text/html" } });
  await assert.rejects(fetch(), { code: "INDEX_ERROR", message: /web page instead of the file/ });
});

test("not there, no login and forbidden are told apart", async (t) => {
  const { server, fetch } = await bench(t);
  server.fail("/f.whl", { status: 404 }, { status: 401 }, { status: 403 });
  await assert.rejects(fetch(), { code: "INDEX_ERROR", message: /is not there/ });
  await assert.rejects(fetch(), { message: /wants credentials/, hint: /127\.0\.0\.1:\d+ to ~\/\.netrc/ });
  await assert.rejects(fetch(), { message: /forbidden/ });
  assert.equal(server.log.length, 3);
});

test("a dead server is given up after the last attempt", async (t) => {
  const { server, pauses, fetch } = await bench(t);
  server.fail("/f.whl", ...Array.from({ length: 9 }, () => ({ cutAt: 0 })));
  await assert.rejects(fetch({ attempts: 3 }), { code: "NETWORK" });
  assert.deepEqual(pauses, [500, 1000]);
});

test("an interrupted download leaves no file", async (t) => {
  const { server, folder, fetch } = await bench(t);
  server.fail("/f.whl", { stallAt: 1000 });
  await assert.rejects(fetch({ signal: AbortSignal.timeout(100) }), { code: "INTERRUPTED" });
  assert.deepEqual(await readdir(folder), []);
});

test("without hash and ETag nothing is pieced together", async (t) => {
  const { server, folder, fetch } = await bench(t);
  server.serve("/f.whl", { content: CONTENT, headers: { etag: 'W/"weak"' } });
  server.fail("/f.whl", { cutAt: 10_000 });
  const { sha256: expected, ...unknown } = { sha256: undefined };
  await fetch(unknown);
  assert.equal(expected, undefined);
  assert.deepEqual(await readFile(join(folder, "f")), CONTENT);
});
