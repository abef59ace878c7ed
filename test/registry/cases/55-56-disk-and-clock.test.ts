import assert from "node:assert/strict";
import { existsSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { pullBlob } from "../../../src/registry/download.ts";
import type { DiskStore } from "../../../src/store/disk.ts";
import { scriptedHttp } from "../../support/scripted-http.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { noise } from "./bench.ts";
import { blobOfBytes, openClient, openPull, pulled } from "./pull-bench.ts";

const bytes = noise(300_000);
const blob = blobOfBytes(bytes);

test("55 a disk that fills up while a blob comes is named, and leaves nothing behind", async (t) => {
  if (!existsSync("/dev/full")) return t.skip("/dev/full is not there");
  const { registry, client, store } = await openPull(t);
  registry.seed("team/app", bytes);
  const link = join(temporaryFolder(t), "full");
  const full: DiskStore = {
    ...store,
    temporary: async () => {
      symlinkSync("/dev/full", link);
      return link;
    },
  };
  await assert.rejects(pullBlob(client, { repository: "team/app", blob, store: full, report: () => {} }), {
    code: "DISK_FULL",
    hint: /--cache-dir/,
  });
  assert.equal(await store.has(blob.digest), undefined);
  assert.deepEqual(readdirSync(dirname(link)), []);
  assert.equal(registry.audit.requestsOf({ method: "GET", path: /blobs/ }).length, 1);
});

test("55 a blob that broke off for good leaves nothing behind either", async (t) => {
  const faults = [{ path: /blobs/, times: 99, action: { truncate: 1000, how: "length" } } as const];
  const bench = await openPull(t, { faults });
  bench.registry.seed("team/app", bytes);
  assert.equal(await pulled(bench, blob), "NETWORK");
  const folder = join(bench.store.cacheDir, "tmp");
  assert.deepEqual(existsSync(folder) ? readdirSync(folder) : [], []);
  assert.equal(await bench.store.has(blob.digest), undefined);
});

const HOUR = 3_600_000;
/** What this host's clock might say. */
const NOW = Date.UTC(2026, 0, 1);

const rfc3339 = (milliseconds: number): string => new Date(milliseconds).toISOString();

function jwt(claims: object): string {
  return ["{}", JSON.stringify(claims), "x"].map((part) => Buffer.from(part).toString("base64url")).join(".");
}

const access = [{ type: "repository", name: "team/app", actions: ["pull"] }];

/** Token answers of a server whose clock says `now`, and seconds that the token lasts. */
const TOKENS: readonly (readonly [(now: number) => object, number])[] = [
  [() => ({ token: "a", expires_in: 300 }), 300],
  [(now) => ({ token: "a", expires_in: 300, issued_at: rfc3339(now) }), 300],
  // Handed out from a cache of the server: a part of its life is over.
  [(now) => ({ token: "a", expires_in: 300, issued_at: rfc3339(now - 200_000) }), 100],
  [(now) => ({ token: "a", expires_in: 300, issued_at: rfc3339(now + 90_000) }), 300],
  [(now) => ({ token: "a", expires_in: 300, issued_at: "yesterday", now }), 300],
  [(now) => ({ token: jwt({ access, exp: now / 1000 + 600, iat: now / 1000 }) }), 600],
  [() => ({ token: "a" }), 60],
  [() => ({ token: "a", expires_in: -5 }), 60],
];

/** Tokens that are asked for when one is got at second 0 and the next request comes at `seconds`. */
async function tokensUsed(t: TestContext, answer: object, server: number, seconds: number): Promise<number> {
  let now = 0;
  const http = scriptedHttp(({ url, headers }) => {
    if (url.includes("/token"))
      return { headers: { date: new Date(server).toUTCString() }, body: JSON.stringify(answer) };
    if (headers?.["authorization"] !== undefined) return {};
    return { status: 401, headers: { "www-authenticate": 'Bearer realm="/token",service="s"' } };
  });
  const { client } = openClient(t, "registry.example", { http, deps: { clock: () => now } });
  for (const at of [0, seconds]) {
    now = at;
    const target = { path: `team/app/blobs/${blob.digest}` };
    const accessed = { repository: "team/app", actions: "pull" } as const;
    assert.equal((await client.call({ method: "HEAD", target, access: accessed, what: "test" })).status, 200);
  }
  return http.requests.filter(({ url }) => url.includes("/token")).length;
}

test("56 a token lasts as long as its server's clock says, however wrong this host's is", async (t) => {
  for (const skew of [-HOUR, 0, HOUR]) {
    for (const [answer, life] of TOKENS) {
      const server = NOW + skew;
      const name = `${JSON.stringify(answer(server))} ${skew}`;
      assert.equal(await tokensUsed(t, answer(server), server, life - 11), 1, name);
      assert.equal(await tokensUsed(t, answer(server), server, life - 9), 2, name);
    }
  }
});
