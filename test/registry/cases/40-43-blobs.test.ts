import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { PROFILE_NAMES } from "../../fake-registry/profiles.ts";
import { scriptedHttp } from "../../support/scripted-http.ts";
import { noise } from "./bench.ts";
import { blobOfBytes, loginTo, openClient, openPull, pulled } from "./pull-bench.ts";

const SIZE = 300_000;
const bytes = noise(SIZE);
const blob = blobOfBytes(bytes);
const GET = { method: "GET", path: /blobs\/sha256/ };

for (const profile of PROFILE_NAMES) {
  test(`40 ${profile}: a blob comes from wherever it lies, and nobody else hears of the login`, async (t) => {
    const bench = await openPull(t, { profile });
    bench.registry.seed("team/app", bytes);
    assert.equal(await pulled(bench, blob), "pulled");
    assert.deepEqual(readFileSync(bench.store.path(blob.digest)), bytes);
    bench.registry.audit.noAuthorizationElsewhere();
    const { redirectsPulls } = bench.registry.profile;
    assert.equal(bench.registry.audit.requestsOf({ place: "storage", ...GET }).length, redirectsPulls ? 1 : 0);
  });

  for (const how of ["length", "chunked", "close"] as const) {
    test(`41 ${profile}: a body that ends early (${how}) is taken up where it ended, twice`, async (t) => {
      const bench = await openPull(t, { profile });
      bench.registry.seed("team/app", bytes);
      const place = bench.registry.profile.redirectsPulls ? "storage" : "registry";
      for (const truncate of [100_000, 50_000])
        bench.registry.script.add({ ...GET, place, skip: truncate === 50_000 ? 1 : 0, action: { truncate, how } });
      assert.equal(await pulled(bench, blob), "pulled");
      assert.deepEqual(readFileSync(bench.store.path(blob.digest)), bytes);
      const reads = bench.registry.audit.requestsOf({ ...GET, place });
      assert.equal(reads.length, 3);
      const starts = reads.map(({ headers }) => Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0));
      // Bytes that were still on their way when the connection broke may come twice.
      const [, second = 0, third = 0] = starts;
      assert.ok(0 < second && second <= 100_000 && second < third && third <= second + 50_000, starts.join());
      // What a server leaves on the connection after a range is not read by the next request.
      assert.deepEqual(
        reads.map(({ headers }) => headers.connection),
        ["keep-alive", "close", "close"],
      );
      assert.deepEqual(bench.waits, [500, 1000]);
    });
  }
}

test("40 eleven redirects, a loop, a downgrade and a private address end the download", async (t) => {
  const registry = "https://registry.example";
  const rows: readonly (readonly [(url: URL) => string | undefined, string, number])[] = [
    [(url) => hop(url, 9), "pulled", 12],
    [(url) => hop(url, 10), "REGISTRY_ERROR", 12],
    [() => `${registry}/again`, "REGISTRY_ERROR", 12],
    [() => "http://storage.example/x", "REGISTRY_ERROR", 2],
    [() => "https://192.168.0.1/x", "REGISTRY_ERROR", 2],
    [
      (url) => (url.host === "storage.example" ? "https://127.0.0.1/x" : "https://storage.example/x"),
      "REGISTRY_ERROR",
      3,
    ],
    [
      (url) => (url.host === "storage.example" ? "http://registry.example/x" : "https://storage.example/x"),
      "REGISTRY_ERROR",
      3,
    ],
    [() => "file:///etc/passwd", "REGISTRY_ERROR", 2],
  ];
  for (const [where, expected, count] of rows) {
    const http = scriptedHttp(({ url }) => {
      if (new URL(url).pathname === "/v2/") return {};
      const location = where(new URL(url));
      return location === undefined ? { body: bytes } : { status: 307, headers: { location } };
    });
    const bench = openClient(t, "registry.example", { http, environment: loginTo("registry.example") });
    assert.equal(await pulled(bench, blob), expected, http.requests.map(({ url }) => url).join(" "));
    assert.equal(http.requests.length, count);
  }
});

function hop(url: URL, most: number): string | undefined {
  const at = Number(url.searchParams.get("hop") ?? "0");
  return at > most ? undefined : `https://storage.example/x?hop=${at + 1}`;
}

test("40 a login goes nowhere but to the registry, and does not come back over another host", async (t) => {
  const http = scriptedHttp(({ url, headers }) => {
    const { host, pathname } = new URL(url);
    if (pathname === "/v2/") return { status: 401, headers: { "www-authenticate": "Basic realm=x" } };
    if (host === "storage.example") return { status: 302, headers: { location: "https://registry.example/end" } };
    if (pathname === "/end") return { body: bytes };
    return headers?.["authorization"] === undefined
      ? { status: 401 }
      : { status: 307, headers: { location: "https://storage.example/x?signature=1" } };
  });
  const bench = openClient(t, "registry.example", { http, environment: loginTo("registry.example") });
  assert.equal(await pulled(bench, blob), "pulled");
  const sent = http.requests.map(({ url, headers }) => [
    new URL(url).pathname,
    headers?.["authorization"] !== undefined,
  ]);
  assert.deepEqual(sent, [
    ["/v2/", false],
    [`/v2/team/app/blobs/${blob.digest}`, true],
    ["/x", false],
    ["/end", false],
  ]);
});

test("40 a storage host that wants a login gets none, and names no place to log in", async (t) => {
  const bench = await openPull(t, { profile: "ghcr" });
  bench.registry.seed("team/app", bytes);
  const headers = { "www-authenticate": 'Bearer realm="http://127.0.0.1:1/token"' };
  bench.registry.script.add({ ...GET, place: "storage", times: 9, action: { status: 401, headers } });
  assert.equal(await pulled(bench, blob), "REGISTRY_AUTH");
  assert.equal(bench.registry.audit.requestsOf({ place: "token" }).length, 1);
  assert.equal(bench.registry.audit.requestsOf({ ...GET, place: "storage" }).length, 1);
});

test("41 a blob that never comes further is given up after five tries", async (t) => {
  const faults = [{ ...GET, times: 99, action: { truncate: 10, how: "close" } } as const];
  const bench = await openPull(t, { faults });
  bench.registry.seed("team/app", bytes);
  assert.equal(await pulled(bench, blob), "NETWORK");
  assert.equal(bench.registry.audit.requestsOf(GET).length, 5);
  assert.equal(await bench.store.has(blob.digest), undefined);
});

test("41 every mebibyte counts the tries anew", async (t) => {
  const many = noise(12 * 1024 * 1024);
  const faults = [{ ...GET, times: 8, action: { truncate: 1_400_000, how: "length" } } as const];
  const bench = await openPull(t, { faults });
  bench.registry.seed("team/app", many);
  assert.equal(await pulled(bench, blobOfBytes(many)), "pulled");
  assert.deepEqual(new Set(bench.waits), new Set([500]));
});

test("42 a server that gets a range wrong is read from the start, once, and one that has another blob is left", async (t) => {
  const cut = { ...GET, action: { truncate: 100_000, how: "length" } } as const;
  const rows = [
    [{ status: 206, headers: { "content-range": `bytes 0-199999/${SIZE}` } }, "pulled"],
    [{ status: 206, headers: { "content-range": "bytes 100000-299999/*", "content-length": null } }, "pulled"],
    [{ status: 206, headers: { "content-range": null } }, "pulled"],
    [{ status: 416, headers: { "content-range": null } }, "pulled"],
    [{ status: 416, headers: { "content-range": `bytes */${SIZE}` } }, "pulled"],
    [{ status: 416, headers: { "content-range": "bytes */5" } }, "HASH_MISMATCH"],
    [{ status: 206, headers: { "content-range": `bytes 100000-299999/${SIZE + 1}` } }, "HASH_MISMATCH"],
    [{ status: 200, body: "short" }, "HASH_MISMATCH"],
    [{ status: 404 }, "REGISTRY_ERROR"],
  ] as const;
  for (const [answer, expected] of rows) {
    const bench = await openPull(t, { faults: [cut, { ...GET, skip: 1, action: { answer } }] });
    bench.registry.seed("team/app", bytes);
    const name = JSON.stringify(answer);
    assert.equal(await pulled(bench, blob), expected, name);
    const asked = bench.registry.audit.requestsOf(GET).map(({ headers }) => headers.range);
    assert.match(asked[1] ?? "", /^bytes=[1-9]\d+-$/);
    if (expected === "pulled") assert.deepEqual(readFileSync(bench.store.path(blob.digest)), bytes, name);
    else assert.equal(await bench.store.has(blob.digest), undefined);
    assert.ok(asked.length <= 3 && asked[2] === undefined);
  }
});

test("42 a server without ranges sends all of it again, and what was there is passed over", async (t) => {
  const bench = await openPull(t, { faults: [{ ...GET, action: { truncate: 100_000, how: "length" } }] });
  bench.registry.seed("team/app", bytes);
  bench.registry.script.add({ ...GET, skip: 1, action: { run: (seen) => delete seen.headers.range } });
  assert.equal(await pulled(bench, blob), "pulled");
  assert.deepEqual(readFileSync(bench.store.path(blob.digest)), bytes);
  const sent = bench.registry.audit.requestsOf(GET).map(({ bytesOut }) => bytesOut);
  assert.deepEqual(sent, [100_000, SIZE]);
});

test("43 what is hashed are the bytes that come, whatever coding and type they are said to have", async (t) => {
  const zipped = gzipSync(bytes);
  const headers = { "content-encoding": "gzip", "content-type": "text/html" };
  const faults = [{ ...GET, action: { answer: { headers } } }];
  const same = await openPull(t, { faults });
  same.registry.seed("team/app", zipped);
  assert.equal(await pulled(same, blobOfBytes(zipped)), "pulled");
  assert.deepEqual(readFileSync(same.store.path(blobOfBytes(zipped).digest)), zipped);
  const [asked] = same.registry.audit.requestsOf(GET);
  assert.equal(asked?.headers["accept-encoding"], "identity");
  // A proxy that encodes what passes makes another blob of it.
  const other = await openPull(t, { faults });
  other.registry.corrupt("team/app", blob.digest, zipped);
  const { pullBlob } = await import("../../../src/registry/download.ts");
  const pull = pullBlob(other.client, { repository: "team/app", blob, store: other.store, report: () => {} });
  await assert.rejects(pull, { code: "HASH_MISMATCH", message: /Content-Encoding "gzip"/ });
});
