import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { BuildEvent } from "../../src/events.ts";
import { digestOfHex } from "../../src/oci/digest.ts";
import { filesOf, testCatalog, warningsOf } from "../support/catalog.ts";
import { startHttpServer } from "../support/http-server.ts";
import { serveSimpleIndex } from "../support/simple-index.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { temporaryStore } from "../support/temporary-store.ts";
import { type BuiltWheel, buildWheel, type WheelSpec } from "../support/wheel.ts";

const noise = (length: number, seed: number): Buffer => {
  let state = seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    }),
  );
};
/** To be served without a sidecar. */
const bare = ({ filename, bytes }: BuiltWheel): { readonly filename: string; readonly bytes: Buffer } => ({
  filename,
  bytes,
});
const DEMO = buildWheel({ name: "demo", version: "1.0", requires: ["six>=1", "click; extra == 'x'"] });
const DEMO_2 = buildWheel({ name: "demo", version: "2.0" });
/** METADATA lies before two megabytes that don't shrink, as meson writes it. */
const FRONT_SPEC: WheelSpec = {
  name: "front",
  version: "1.0",
  requires: ["six"],
  files: { "front.bin": noise(2_000_000, 7) },
  parts: (parts) =>
    [...parts].sort((a, b) => Number(String(a.name).endsWith(".bin")) - Number(String(b.name).endsWith(".bin"))),
};
const FRONT = buildWheel(FRONT_SPEC);

test("a name that no index has is told from one without files", async (t) => {
  const server = await startHttpServer(t);
  const index = serveSimpleIndex(server, [bare(DEMO)]);
  server.serve("/simple/empty/", { content: "<html></html>", headers: { "content-type": "text/html" } });
  const catalog = testCatalog(t, [index.url]);
  assert.deepEqual(
    (await filesOf(catalog, "Demo"))?.map((file) => file.filename),
    [DEMO.filename],
  );
  assert.deepEqual(await filesOf(catalog, "empty"), []);
  assert.equal(await filesOf(catalog, "other"), undefined);
  await Promise.all(["demo", "DEMO", "other"].map((name) => catalog.files(name)));
  assert.equal(server.log.length, 3);
});

test("a named index is asked alone, an explicit one only when it is named", async (t) => {
  const server = await startHttpServer(t);
  const main = serveSimpleIndex(server, [DEMO], { path: "/main/" });
  const gpu = serveSimpleIndex(server, [DEMO_2], { path: "/gpu/" });
  const config = { explicit: [{ url: gpu.url, name: "gpu" }] };
  const catalog = testCatalog(t, [main.url], { config });
  const names = async (index?: string) => (await filesOf(catalog, "demo", index))?.map((file) => file.filename);
  assert.deepEqual(await names(), [DEMO.filename]);
  assert.deepEqual(await names("gpu"), [DEMO_2.filename]);
  assert.deepEqual(await names(gpu.url.slice(0, -1)), [DEMO_2.filename]);
  assert.deepEqual(await names(main.url), [DEMO.filename]);
  await assert.rejects(names("cpu"), { code: "CONFIG_INVALID", message: /"cpu"/, hint: /gpu/ });
  await assert.rejects(names("https://user:secret@index.example/simple"), (error: Error) => {
    assert.doesNotMatch(`${error.message}`, /secret/);
    return true;
  });
});

test("an announced sidecar is all that is read, and a second run reads nothing", async (t) => {
  const server = await startHttpServer(t);
  const store = temporaryStore(t);
  const index = serveSimpleIndex(server, [{ ...DEMO, metadata: DEMO.metadata }], {
    format: "json",
    headers: { "cache-control": "max-age=600" },
  });
  for (const now of [1000, 1200]) {
    const catalog = testCatalog(t, [index.url], { store, now });
    const [file] = (await filesOf(catalog, "demo")) ?? [];
    assert.ok(file);
    const metadata = await catalog.metadata(file);
    assert.deepEqual(metadata.requiresDist, ["six>=1", "click; extra == 'x'"]);
    assert.equal(metadata.name, "demo");
  }
  assert.deepEqual(
    server.log.map((request) => request.path),
    [index.page("demo"), `${index.file(DEMO.filename)}.metadata`],
  );
});

test("without max-age a second run asks once a page, and gets no page", async (t) => {
  const server = await startHttpServer(t);
  const store = temporaryStore(t);
  const index = serveSimpleIndex(server, [bare(DEMO)]);
  for (let run = 0; run < 2; run++) {
    const catalog = testCatalog(t, [index.url], { store });
    const [file] = (await filesOf(catalog, "demo")) ?? [];
    await catalog.metadata(file ?? DEMO_FILE);
  }
  assert.deepEqual(
    server.log.map((request) => [request.path, request.sent > 0]),
    [
      [index.page("demo"), true],
      [index.file(DEMO.filename), true],
      [index.page("demo"), false],
    ],
  );
});

test("a size that ranges tell is not asked for again", async (t) => {
  const server = await startHttpServer(t);
  const store = temporaryStore(t);
  const index = serveSimpleIndex(server, [bare(FRONT)], { format: "html" });
  const catalog = testCatalog(t, [index.url], { store });
  const [file] = (await filesOf(catalog, "front")) ?? [];
  assert.ok(file?.sha256 !== undefined && file.size === undefined);
  await catalog.metadata(file);
  assert.equal(await store.get("sizes", file.sha256), FRONT.size);
});

const NOISE = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * at * 31 + (at >> 3)) % 251));

const DEMO_FILE = { filename: DEMO.filename, url: "http://127.0.0.1:9/none" };

for (const format of ["json", "html", "plain"] as const) {
  test(`a wheel whose METADATA lies far from its end costs two small ranges (${format})`, async (t) => {
    const server = await startHttpServer(t);
    const index = serveSimpleIndex(server, [bare(FRONT)], { format });
    const catalog = testCatalog(t, [index.url]);
    const [file] = (await filesOf(catalog, "front")) ?? [];
    assert.ok(file);
    const [one, two] = await Promise.all([catalog.metadata(file), catalog.metadata(file)]);
    assert.deepEqual(one.requiresDist, ["six"]);
    assert.equal(one, two);
    const requests = server.requests(index.file(FRONT.filename));
    assert.equal(requests.length, 2);
    assert.ok(requests.reduce((sum, request) => sum + request.sent, 0) < 200_000);
  });
}

for (const [count, requests, most] of [
  [3, 1, 12 * 1024],
  [400, 2, 100_000],
  [1500, 3, 200_000],
] as const) {
  test(`of a wheel with ${count} files METADATA costs no more than ${most} bytes in ${requests} ranges`, async (t) => {
    // Empty ones, so that nothing but names and RECORD takes room.
    const paths = Array.from({ length: count }, (_, at) => `many/module_number_${at}.py`);
    const files = Object.fromEntries(["many/data.bin", ...paths].map((path, at) => [path, at === 0 ? NOISE : ""]));
    const wheel = buildWheel({ name: "many", version: "1.0", requires: ["six"], files });
    const server = await startHttpServer(t);
    const index = serveSimpleIndex(server, [bare(wheel)], { format: "plain" });
    const catalog = testCatalog(t, [index.url]);
    const [file] = (await filesOf(catalog, "many")) ?? [];
    assert.deepEqual((await catalog.metadata(file ?? DEMO_FILE)).requiresDist, ["six"]);
    const ranges = server.requests(index.file(wheel.filename)).map(({ sent }) => sent);
    assert.equal(ranges.length, requests);
    const sum = ranges.reduce((all, sent) => all + sent, 0);
    assert.ok(sum <= most, `${sum} bytes`);
  });
}

test("a wheel in the store or in a folder is read there", async (t) => {
  const server = await startHttpServer(t);
  const store = temporaryStore(t);
  await store.put(DEMO.bytes);
  const catalog = testCatalog(t, [], { store });
  const file = { filename: DEMO.filename, url: `${server.url}/gone.whl`, sha256: DEMO.sha256 };
  assert.equal((await catalog.metadata(file)).version, "1.0");
  assert.equal(server.log.length, 0);
  const path = join(temporaryFolder(t), DEMO_2.filename);
  await writeFile(path, DEMO_2.bytes);
  const local = { filename: DEMO_2.filename, url: pathToFileURL(path).href, sha256: DEMO_2.sha256 };
  assert.equal((await catalog.metadata(local)).version, "2.0");
  await assert.rejects(testCatalog(t, []).metadata({ ...local, sha256: DEMO.sha256 }), { code: "HASH_MISMATCH" });
});

test("a server without ranges sends a small wheel once, and a large one once into the store", async (t) => {
  const server = await startHttpServer(t);
  const store = temporaryStore(t);
  const events: BuildEvent[] = [];
  const index = serveSimpleIndex(server, [bare(DEMO), bare(FRONT)]);
  for (const wheel of [bare(DEMO), bare(FRONT)]) {
    server.fail(index.file(wheel.filename), ...Array.from({ length: 9 }, () => ({ ignoreRange: true }) as const));
  }
  const catalog = testCatalog(t, [index.url], { store, events });
  const [demo] = (await filesOf(catalog, "demo")) ?? [];
  assert.equal((await catalog.metadata(demo ?? DEMO_FILE)).version, "1.0");
  assert.equal(server.requests(index.file(DEMO.filename)).length, 1);
  const [front] = (await filesOf(catalog, "front")) ?? [];
  assert.ok(front);
  const many = await Promise.all(Array.from({ length: 5 }, () => catalog.metadata(front)));
  assert.equal(new Set(many).size, 1);
  const whole = server.requests(index.file(FRONT.filename)).filter((one) => one.headers["range"] === undefined);
  assert.equal(whole.length, 1);
  assert.equal(await store.has(digestOfHex(FRONT.sha256)), FRONT.size);
  assert.ok(events.some((event) => event.type === "transfer" && event.state === "done"));
});

test("a wheel above the limit is not downloaded for its metadata", async (t) => {
  const server = await startHttpServer(t);
  const index = serveSimpleIndex(server, [bare(FRONT)]);
  server.fail(index.file(FRONT.filename), ...Array.from({ length: 9 }, () => ({ ignoreRange: true }) as const));
  const catalog = testCatalog(t, [index.url], { maxWheel: 1_500_000 });
  const [file] = (await filesOf(catalog, "front")) ?? [];
  await assert.rejects(catalog.metadata(file ?? DEMO_FILE), { code: "INDEX_ERROR", message: /larger than 1500000/ });
});

test("offline everything comes from the cache, and what is missing is named", async (t) => {
  const server = await startHttpServer(t);
  const store = temporaryStore(t);
  const index = serveSimpleIndex(server, [DEMO, DEMO_2], { format: "plain" });
  const online = testCatalog(t, [index.url], { store });
  const [one, two] = (await filesOf(online, "demo")) ?? [];
  assert.ok(one && two);
  await online.metadata(one);
  const count = server.log.length;
  const offline = testCatalog(t, [index.url], { store, offline: true });
  assert.equal((await filesOf(offline, "demo"))?.length, 2);
  assert.deepEqual((await offline.metadata(one)).requiresDist, ["six>=1", "click; extra == 'x'"]);
  await assert.rejects(offline.metadata(two), { code: "OFFLINE", message: new RegExp(DEMO_2.filename) });
  await assert.rejects(offline.files("other"), { code: "OFFLINE", message: /other/ });
  assert.equal(server.log.length, count);
});

test("what one server says of a wheel is not believed of another's", async (t) => {
  const [evil, good] = [await startHttpServer(t), await startHttpServer(t)];
  const store = temporaryStore(t);
  const lie = `${DEMO.metadata.trimEnd()}\nRequires-Dist: malware\n\n`;
  const evilIndex = serveSimpleIndex(evil, [{ ...DEMO, metadata: lie }]);
  const goodIndex = serveSimpleIndex(good, [{ ...DEMO, metadata: DEMO.metadata }]);
  for (const [url, count] of [
    [evilIndex.url, 3],
    [goodIndex.url, 2],
  ] as const) {
    const catalog = testCatalog(t, [url], { store });
    const [file] = (await filesOf(catalog, "demo")) ?? [];
    assert.equal((await catalog.metadata(file ?? DEMO_FILE)).requiresDist.length, count);
  }
});

test("a foreseen question is asked once, downloads no wheel and keeps its failure to itself", async (t) => {
  const server = await startHttpServer(t);
  const index = serveSimpleIndex(server, [bare(DEMO), bare(FRONT)]);
  server.fail(index.file(FRONT.filename), ...Array.from({ length: 9 }, () => ({ ignoreRange: true }) as const));
  const catalog = testCatalog(t, [index.url]);
  const [front] = (await filesOf(catalog, "front")) ?? [];
  assert.ok(front);
  catalog.prefetch?.({ name: "demo" });
  catalog.prefetch?.({ name: "nobody", index: "unknown" });
  catalog.prefetch?.({ file: front });
  catalog.prefetch?.({ file: { filename: "x-1-py3-none-any.whl", url: `${server.url}/none.whl` } });
  await filesOf(catalog, "demo");
  await catalog.close();
  assert.equal(server.requests(index.page("demo")).length, 1);
  assert.ok(server.requests(index.file(FRONT.filename)).every((one) => one.headers["range"] !== undefined));
});

test("an interrupt ends every question", async (t) => {
  const server = await startHttpServer(t);
  const index = serveSimpleIndex(server, [bare(DEMO)]);
  server.fail(index.page("demo"), { stallAt: 0 });
  const controller = new AbortController();
  const catalog = testCatalog(t, [index.url], { signal: controller.signal });
  const asked = catalog.files("demo");
  setTimeout(() => controller.abort(), 50);
  await assert.rejects(asked, { code: "INTERRUPTED" });
});

test("a sidecar that is not what was announced is warned of once, and the wheels are read", async (t) => {
  const server = await startHttpServer(t);
  const events: BuildEvent[] = [];
  const served = [DEMO, DEMO_2].map((wheel) => ({ ...wheel, metadata: wheel.metadata }));
  const index = serveSimpleIndex(server, served);
  server.fail(`${index.file(DEMO.filename)}.metadata`, { status: 404 });
  server.serve(`${index.file(DEMO_2.filename)}.metadata`, DEMO.metadata);
  const catalog = testCatalog(t, [index.url], { events });
  for (const file of (await filesOf(catalog, "demo")) ?? []) await catalog.metadata(file);
  assert.equal(warningsOf(events).length, 1);
  assert.match(warningsOf(events)[0] ?? "", /127\.0\.0\.1.*\.metadata/);
  assert.equal(server.requests(index.file(DEMO_2.filename)).length, 1);
});

test("one odd file does not make a server one without ranges, three do", async (t) => {
  const server = await startHttpServer(t);
  const store = temporaryStore(t);
  const wheels = Array.from({ length: 5 }, (_, at) => buildWheel({ ...FRONT_SPEC, version: `1.${at}` }));
  const index = serveSimpleIndex(server, wheels.map(bare), { format: "plain" });
  const ranged = (filename: string) =>
    server.requests(index.file(filename)).some((request) => request.headers["range"] !== undefined);
  const refuse = (count: number): void => {
    for (const wheel of wheels.slice(0, count)) {
      server.fail(index.file(wheel.filename), { status: 416 }, { status: 416 });
    }
  };
  refuse(1);
  const lenient = testCatalog(t, [index.url], { store });
  for (const file of ((await filesOf(lenient, "front")) ?? []).slice(0, 2)) await lenient.metadata(file);
  assert.equal(server.requests(index.file(wheels[1]?.filename ?? "")).length, 2);
  refuse(3);
  const strict = testCatalog(t, [index.url], { store });
  for (const file of (await filesOf(strict, "front")) ?? []) await strict.metadata(file);
  assert.deepEqual(
    wheels.map((wheel) => ranged(wheel.filename)),
    [true, true, true, false, false],
  );
});

test("pages are told of as they come", async (t) => {
  const server = await startHttpServer(t);
  const store = temporaryStore(t);
  const index = serveSimpleIndex(server, [bare(DEMO)]);
  const events: BuildEvent[] = [];
  for (let run = 0; run < 2; run++) await filesOf(testCatalog(t, [index.url], { store, events }), "demo");
  const bytes = server.log[0]?.sent;
  const common = { type: "transfer", id: `${index.url}demo/`, what: "index" };
  assert.deepEqual(events, [
    { ...common, state: "done", bytes },
    { ...common, state: "reused", bytes: 0 },
  ]);
});

test("a page that one asked for in this run is not asked for by another", async (t) => {
  const server = await startHttpServer(t);
  const shared = { store: temporaryStore(t), seen: new Set<string>() };
  const index = serveSimpleIndex(server, [bare(DEMO)]);
  for (let run = 0; run < 3; run++) {
    assert.equal((await filesOf(testCatalog(t, [index.url], shared), "demo"))?.length, 1);
  }
  assert.equal(server.log.length, 1);
});
