import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { BuildEvent } from "../../src/events.ts";
import { filesOf, testCatalog, warningsOf } from "../support/catalog.ts";
import { type LoggedRequest, startHttpServer, type TestServer } from "../support/http-server.ts";
import { serveSimpleIndex } from "../support/simple-index.ts";
import { buildWheel, type WheelSpec } from "../support/wheel.ts";

const HTML = { "content-type": "text/html" };
const DEMO = buildWheel({ name: "demo", version: "1.0", requires: ["six"] });
/** Larger than any first look. */
const LARGE = buildWheel({
  name: "large",
  version: "1.0",
  requires: ["six"],
  files: { "large.bin": { content: Buffer.alloc(2_000_000, 1), method: 0 } },
});
const bare = ({ filename, bytes }: { readonly filename: string; readonly bytes: Uint8Array }) => ({ filename, bytes });

async function metadataOf(t: TestContext, server: TestServer, wheel: typeof DEMO, events: BuildEvent[] = []) {
  const catalog = testCatalog(t, [`${server.url}/simple/`], { events });
  const [file] = (await filesOf(catalog, wheel.filename.split("-")[0] ?? "")) ?? [];
  assert.ok(file);
  return catalog.metadata(file);
}

test("a page that stalls is given up and asked for again", async (t) => {
  const server = await startHttpServer(t);
  const index = serveSimpleIndex(server, [bare(DEMO)]);
  server.fail(index.page("demo"), { stallAt: 0 }, { stallAt: 20 }, { cutAt: 30 });
  const catalog = testCatalog(t, [index.url], { stallSeconds: 1 });
  assert.equal((await filesOf(catalog, "demo"))?.length, 1);
  assert.equal(server.log.length, 4);
});

test("a page that never comes is an error that names it", async (t) => {
  const server = await startHttpServer(t);
  const index = serveSimpleIndex(server, [bare(DEMO)]);
  server.fail(index.page("demo"), ...Array.from({ length: 5 }, () => ({ cutAt: 30 }) as const));
  const catalog = testCatalog(t, [index.url]);
  await assert.rejects(catalog.files("demo"), { code: "NETWORK", message: /\/simple\/demo\// });
  assert.equal((await filesOf(catalog, "demo"))?.length, 1);
});

for (const [what, body, headers] of [
  ["a login page", "<html><form action='/login'><input name='user'></form></html>", HTML],
  ["an image", "GIF89a", { "content-type": "image/gif" }],
  [
    "half a JSON page",
    '{"meta":{"api-version":"1.0"},"files":[{"filename":"demo-1.0-py3-none-any.whl","url":"x"',
    jsonType(),
  ],
  ["a JSON item that is none", '{"files":[{"filename":]}', jsonType()],
  ["a JSON list", "[]", jsonType()],
  ["the API of the future", '{"meta":{"api-version":"2.0"},"files":[]}', jsonType()],
  ["an encoding nobody asked for", "demo", { ...HTML, "content-encoding": "br" }],
] as const) {
  test(`${what} with status 200 is no index page`, async (t) => {
    const server = await startHttpServer(t);
    server.serve("/simple/demo/", { content: body, headers });
    await assert.rejects(testCatalog(t, [`${server.url}/simple/`]).files("demo"), {
      code: "INDEX_ERROR",
      message: new RegExp(`^${server.url}/simple/demo/ `),
    });
    assert.equal(server.log.length, 1);
  });
}

function jsonType(): { readonly "content-type": string } {
  return { "content-type": "application/vnd.pypi.simple.v1+json" };
}

test("a page may come packed, and a damaged packing is an error", async (t) => {
  const server = await startHttpServer(t);
  const packed = gzipSync(`<a href="/f/${DEMO.filename}">x</a>`);
  const headers = { ...HTML, "content-encoding": "gzip" };
  server.serve("/simple/demo/", { content: packed, headers });
  server.serve("/simple/broken/", { content: `no gzip at all`, headers });
  server.serve("/simple/cut/", { content: packed.subarray(0, -12), headers });
  const catalog = testCatalog(t, [`${server.url}/simple/`]);
  assert.equal((await filesOf(catalog, "demo"))?.length, 1);
  await assert.rejects(catalog.files("broken"), { code: "NETWORK", message: /damaged gzip/ });
  assert.equal(server.requests("/simple/broken/").length, 1);
  await assert.rejects(catalog.files("cut"), { code: "NETWORK", message: /damaged gzip/ });
});

for (const [status, code] of [
  [401, "INDEX_ERROR"],
  [403, "INDEX_ERROR"],
  [500, "INDEX_ERROR"],
] as const) {
  test(`an index that answers ${status} for a page is an error`, async (t) => {
    const server = await startHttpServer(t);
    server.fail("/simple/demo/", ...Array.from({ length: 5 }, () => ({ status })));
    await assert.rejects(testCatalog(t, [`${server.url}/simple/`]).files("demo"), { code, message: /demo/ });
  });
}

test("an index in object storage that answers 403 for every unknown name does not hide the next one", async (t) => {
  const server = await startHttpServer(t);
  const index = serveSimpleIndex(server, [bare(DEMO)]);
  server.fail("/gpu/demo/", { status: 403 });
  const catalog = testCatalog(t, [`${server.url}/gpu/`, index.url], { config: { strategy: "first" } });
  assert.equal((await filesOf(catalog, "demo"))?.length, 1);
});

test("a login goes to its own host alone: not to the files' nor to where a redirect leads", async (t) => {
  const [own, other] = [await startHttpServer(t), await startHttpServer(t)];
  other.serve("/moved/", { content: `<a href="/f/${DEMO.filename}">x</a>`, headers: HTML });
  other.serve(`/f/${DEMO.filename}`, DEMO.bytes);
  own.fail("/simple/demo/", { status: 302, headers: { location: `${other.url}/moved/` } });
  const login = { user: "me", password: "secret" };
  const config = { indexes: [{ url: `${own.url}/simple/`, login }] };
  const catalog = testCatalog(t, [], { config });
  const [file] = (await filesOf(catalog, "demo")) ?? [];
  assert.ok(file);
  assert.equal((await catalog.metadata(file)).name, "demo");
  assert.match(String(own.log[0]?.headers["authorization"]), /^Basic /);
  assert.ok(other.log.length >= 2 && other.log.every((request) => request.headers["authorization"] === undefined));
});

test("links are read as their page means them: base, relative, encoded, and no path tricks", async (t) => {
  const server = await startHttpServer(t);
  const local = buildWheel({ name: "demo", version: "1.0+cu121", requires: ["six"] });
  server.serve(`/wheels/${encodeURIComponent(local.filename)}`, local.bytes);
  const page = `<base href="${server.url}/wheels/"><a href="demo-1.0%2Bcu121-py3-none-any.whl">a</a>
    <a href="..%2f..%2fdemo-2.0-py3-none-any.whl">b</a><a href="file:///etc/demo-3.0-py3-none-any.whl">c</a>
    <a href="javascript:demo-4.0-py3-none-any.whl">d</a><a href="%00demo-5.0-py3-none-any.whl">e</a>`;
  server.serve("/simple/demo-pkg/", { content: page, headers: HTML });
  const catalog = testCatalog(t, [`${server.url}/simple/`]);
  const files = (await filesOf(catalog, "Demo._PKG")) ?? [];
  assert.deepEqual(
    files.map((file) => file.filename),
    ["demo-1.0+cu121-py3-none-any.whl"],
  );
  assert.equal((await catalog.metadata(files[0] ?? { filename: "", url: "" })).version, "1.0+cu121");
});

type Lie = (request: LoggedRequest, response: ServerResponse, bytes: Buffer) => void;

/** The honest part of a file that a Range header asks for. */
function partOf(request: LoggedRequest, bytes: Buffer): { readonly first: number; readonly part: Buffer } | undefined {
  const range = /^bytes=(\d*)-(\d*)$/.exec(String(request.headers["range"] ?? ""));
  if (range === null) return undefined;
  const first = range[1] === "" ? Math.max(0, bytes.length - Number(range[2])) : Number(range[1]);
  const last = range[1] === "" || range[2] === "" ? bytes.length - 1 : Math.min(bytes.length - 1, Number(range[2]));
  return { first, part: bytes.subarray(first, last + 1) };
}

function send(response: ServerResponse, status: number, headers: Record<string, string>, body: Buffer): void {
  response.writeHead(status, { ...headers, "content-length": String(body.length) }).end(body);
}

const contentRange = (first: number, part: Buffer, total: number): Record<string, string> => ({
  "content-range": `bytes ${first}-${first + part.length - 1}/${total}`,
});

const LIES: readonly (readonly [string, Lie])[] = [
  ["ignores ranges", (_, response, bytes) => send(response, 200, {}, bytes)],
  ...[400, 405, 416, 501].map((status): readonly [string, Lie] => [
    `answers ${status} to ranges`,
    (request, response, bytes) => send(response, request.headers["range"] === undefined ? 200 : status, {}, bytes),
  ]),
  [
    "sends ranges that are off by one",
    (request, response, bytes) => {
      const range = partOf(request, bytes);
      if (range === undefined) return send(response, 200, {}, bytes);
      const { first, part } = range;
      const shifted = Buffer.concat([bytes.subarray(first - 1, first), part]).subarray(0, part.length);
      send(response, 206, contentRange(first, part, bytes.length), shifted);
    },
  ],
  [
    "says another Content-Range than it was asked for",
    (request, response, bytes) => {
      const range = partOf(request, bytes);
      if (range === undefined) return send(response, 200, {}, bytes);
      send(response, 206, contentRange(range.first - 1, range.part, bytes.length), range.part);
    },
  ],
  [
    "says no total",
    (request, response, bytes) => {
      const range = partOf(request, bytes);
      if (range === undefined) return send(response, 200, {}, bytes);
      const { first, part } = range;
      send(response, 206, { "content-range": `bytes ${first}-${first + part.length - 1}/*` }, part);
    },
  ],
  [
    "packs ranges",
    (request, response, bytes) => {
      const range = partOf(request, bytes);
      if (range === undefined) return send(response, 200, {}, bytes);
      const { first, part } = range;
      send(response, 206, { ...contentRange(first, part, bytes.length), "content-encoding": "gzip" }, gzipSync(part));
    },
  ],
  [
    "gives every answer another ETag",
    (request, response, bytes) => {
      const range = partOf(request, bytes);
      const etag = `"${Math.floor(performance.now() * 1000)}"`;
      if (range === undefined) return send(response, 200, { etag }, bytes);
      send(response, 206, { etag, ...contentRange(range.first, range.part, bytes.length) }, range.part);
    },
  ],
];

const FRONT: WheelSpec = {
  name: "front",
  version: "1.0",
  requires: ["six"],
  files: { "front.bin": { content: Buffer.alloc(2_000_000, 1), method: 0 } },
  parts: (parts) => [...parts].reverse(),
};

for (const [what, lie] of LIES) {
  test(`a server that ${what} still tells the truth in the end`, async (t) => {
    const server = await startHttpServer(t);
    const wheel = buildWheel(FRONT);
    const index = serveSimpleIndex(server, [bare(wheel)]);
    server.handle(index.file(wheel.filename), (request, response) => lie(request, response, wheel.bytes));
    assert.deepEqual((await metadataOf(t, server, wheel)).requiresDist, ["six"]);
    assert.ok(server.requests(index.file(wheel.filename)).length <= 4);
  });
}

test("a range that is cut is asked for again", async (t) => {
  const server = await startHttpServer(t);
  const index = serveSimpleIndex(server, [bare(LARGE)]);
  server.fail(index.file(LARGE.filename), { cutAt: 100 }, { cutAt: 2000 });
  assert.deepEqual((await metadataOf(t, server, LARGE)).requiresDist, ["six"]);
  assert.equal(server.requests(index.file(LARGE.filename)).length, 3);
});

for (const [what, body] of [
  ["with another hash", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: evil\n\n"],
  ["that is a web page", "<html>welcome</html>"],
  ["of another project", "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n\n"],
  ["without end", Buffer.alloc(17 * 1024 * 1024, 32)],
] as const) {
  test(`a sidecar ${what} is not believed`, async (t) => {
    const server = await startHttpServer(t);
    const events: BuildEvent[] = [];
    const index = serveSimpleIndex(server, [bare(DEMO)]);
    const hash = what === "with another hash" ? `sha256=${"0".repeat(64)}` : "true";
    const page = `<a href="${index.file(DEMO.filename)}" data-core-metadata="${hash}">x</a>`;
    server.serve(index.page("demo"), { content: page, headers: HTML });
    server.serve(`${index.file(DEMO.filename)}.metadata`, body);
    assert.deepEqual((await metadataOf(t, server, DEMO, events)).requiresDist, ["six"]);
    assert.equal(warningsOf(events).length, 1);
    assert.equal(server.log.length, 3);
  });
}

for (const [what, spec] of [
  [
    "has another METADATA than its name",
    { distInfo: { METADATA: "Metadata-Version: 2.1\nName: demo\nVersion: 9\n\n" } },
  ],
  ["has METADATA without a name", { distInfo: { METADATA: "Metadata-Version: 2.1\n\n" } }],
  ["has two of them", { files: { "x-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: x\nVersion: 1\n\n" } }],
  ["has a directory that counts more than there is", { zip: { end: { entries: 60_000, entriesHere: 60_000 } } }],
  ["has a directory that is said to be huge", { zip: { end: { centralSize: 0xfffffff0, centralOffset: 10 } } }],
  ["has a METADATA that is not where the directory says", { parts: shiftMetadata }],
  ["promises a METADATA of gigabytes", { parts: inflateMetadata }],
] as const satisfies readonly (readonly [string, Partial<WheelSpec>])[]) {
  test(`a wheel that ${what} is refused by name, at little cost`, async (t) => {
    const server = await startHttpServer(t);
    const large = { "demo.bin": { content: Buffer.alloc(34_000_000, 1), method: 0 } };
    const given: Partial<WheelSpec> = spec;
    const wheel = buildWheel({ name: "demo", version: "1.0", ...given, files: { ...large, ...given.files } });
    const index = serveSimpleIndex(server, [bare(wheel)]);
    await assert.rejects(metadataOf(t, server, wheel), { code: "WHEEL_INVALID", message: new RegExp(wheel.filename) });
    const requests = server.requests(index.file(wheel.filename));
    assert.ok(requests.length <= 3 && requests.reduce((sum, one) => sum + one.sent, 0) < 2_000_000);
  });
}

type Parts = NonNullable<WheelSpec["parts"]>;

function shiftMetadata(parts: Parameters<Parts>[0]): ReturnType<Parts> {
  return parts.map((part) => (String(part.name).endsWith("METADATA") ? { ...part, central: { offset: 17 } } : part));
}

function inflateMetadata(parts: Parameters<Parts>[0]): ReturnType<Parts> {
  const size = 0xf0000000;
  return parts.map((part) => (String(part.name).endsWith("METADATA") ? { ...part, central: { size } } : part));
}

test("what is no zip at all is refused by name", async (t) => {
  const server = await startHttpServer(t);
  const index = serveSimpleIndex(server, [{ filename: DEMO.filename, bytes: Buffer.from("<html>gone</html>") }]);
  await assert.rejects(metadataOf(t, server, DEMO), { code: "WHEEL_INVALID", message: new RegExp(DEMO.filename) });
  assert.ok(server.requests(index.file(DEMO.filename)).length <= 2);
});

test("a file that is not there, or not for us, is an error of the index", async (t) => {
  const server = await startHttpServer(t);
  const index = serveSimpleIndex(server, [bare(DEMO)]);
  for (const status of [404, 403, 401]) {
    server.fail(index.file(DEMO.filename), { status });
    await assert.rejects(metadataOf(t, server, DEMO), { code: "INDEX_ERROR", message: /demo-1\.0/ });
  }
});

test("a large file that is tagged anew between two parts is read from the start once more", async (t) => {
  const server = await startHttpServer(t);
  const wheel = buildWheel({ ...FRONT, files: { "front.bin": { content: Buffer.alloc(34_000_000, 1), method: 0 } } });
  const index = serveSimpleIndex(server, [bare(wheel)]);
  const tags = ["1", "2", "2", "2"];
  server.handle(index.file(wheel.filename), (request, response) => {
    const range = partOf(request, wheel.bytes);
    if (range === undefined) return send(response, 200, {}, wheel.bytes);
    const etag = `"${tags.shift() ?? "3"}"`;
    send(response, 206, { etag, ...contentRange(range.first, range.part, wheel.bytes.length) }, range.part);
  });
  assert.deepEqual((await metadataOf(t, server, wheel)).requiresDist, ["six"]);
  assert.equal(server.requests(index.file(wheel.filename)).length, 4);
  tags.push("4", "5", "6", "7");
  await assert.rejects(metadataOf(t, server, wheel), { code: "INDEX_ERROR", message: /changed while it was read/ });
});
