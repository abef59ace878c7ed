import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Call, call, type Reply } from "./client.ts";
import { digestOf } from "./digest.ts";
import { PROFILE_NAMES, type ProfileChanges, type ProfileName } from "./profiles.ts";
import { type FakeRegistry, fakeRegistry } from "./registry.ts";

const OPEN: ProfileChanges = { auth: "none" };

interface Bench {
  readonly registry: FakeRegistry;
  /** By path below /v2/, or by URL. */
  go(method: string, path: string, call?: Call): Promise<Reply>;
  /** Opens an upload and gives its absolute URL. */
  open(): Promise<string>;
}

async function openBench(t: TestContext, profile: ProfileName, changes: ProfileChanges = {}): Promise<Bench> {
  const registry = await fakeRegistry(t, { profile, changes: { ...OPEN, ...changes } });
  const base = `http://${registry.host}/v2/`;
  const go = (method: string, path: string, given?: Call): Promise<Reply> =>
    call(method, new URL(path, base).href, given);
  return { registry, go, open: async () => next(base, await go("POST", "app/blobs/uploads/")) };
}

const next = (base: string, reply: Reply): string => new URL(String(reply.headers["location"]), base).href;
const closing = (url: string, digest: string): string => `${url}${url.includes("?") ? "&" : "?"}digest=${digest}`;
const code = (reply: Reply): unknown => JSON.parse(reply.body.toString()).errors[0].code;

for (const profile of PROFILE_NAMES) {
  test(`${profile}: a blob goes in by POST and PUT and comes out again, whole and in part`, async (t) => {
    const { registry, go, open } = await openBench(t, profile);
    const digest = digestOf(Buffer.from("hello"));
    const url = await open();
    assert.equal((await go("PUT", closing(url, digest), { body: "hello" })).status, 201);
    const again = await go("PUT", closing(url, digest), { body: "hello" });
    assert.deepEqual([again.status, code(again)], [404, "BLOB_UPLOAD_UNKNOWN"]);
    assert.equal((await go("HEAD", `app/blobs/${digest}`)).headers["content-length"], "5");
    const got = await go("GET", `app/blobs/${digest}`, { headers: { range: "bytes=1-3" } });
    assert.equal(got.status, registry.profile.redirectsPulls ? 307 : 206);
    const there = got.status === 307 ? await go("GET", String(got.headers["location"])) : undefined;
    assert.equal((there?.body ?? got.body).toString(), got.status === 307 ? "hello" : "ell");
    const absent = await go("HEAD", `app/blobs/${digestOf(Buffer.from("no"))}`);
    assert.equal(absent.status, registry.profile.missingStatus);
  });

  test(`${profile}: a login is asked for in the profile's way`, async (t) => {
    const registry = await fakeRegistry(t, { profile, users: { ann: "pw" } });
    const reply = await call("GET", `http://${registry.host}/v2/`);
    const expected = { none: [200, ""], basic: [401, "Basic"], bearer: [401, "Bearer"] }[registry.profile.auth];
    assert.deepEqual([reply.status, String(reply.headers["www-authenticate"] ?? "").split(" ")[0]], expected);
  });
}

/** Status and Range of two chunks, of one at the wrong place, and of the end. */
const CHUNKS: readonly (readonly [ProfileName, ProfileChanges, readonly string[]])[] = [
  ["spec", {}, ["202 0-3", "202 0-7", "416 0-7", "201"]],
  ["ecr", {}, ["201 0-3", "201 0-3", "416 0-3", "201"]],
  ["dist3", {}, ["202 0-3", "202 0-7", "416 0-7", "201"]],
  ["spec", { patchStatus: 204, patchRange: "none" }, ["204 ", "204 ", "416 ", "201"]],
  ["spec", { patchRange: "unit" }, ["202 bytes=0-3", "202 bytes=0-7", "416 bytes=0-7", "201"]],
  ["spec", { chunkMinBytes: 5 }, ["202 0-3", "400 ", "400 ", "400"]],
  ["ghcr", { maxRangedBytes: 3 }, ["416 ", "416 ", "416 0-0", "400"]],
  ["gar", {}, ["405 ", "405 ", "405 ", "400"]],
];

test("chunks are taken, told and refused as the profile says", async (t) => {
  for (const [profile, changes, expected] of CHUNKS) {
    const { registry, go, open } = await openBench(t, profile, changes);
    const seen: string[] = [];
    let url = await open();
    for (const [range, body] of [
      ["0-3", "abcd"],
      ["4-7", "efgh"],
      ["2-3", "zz"],
    ] as const) {
      const reply = await go("PATCH", url, { headers: { "content-range": range }, body });
      seen.push(`${reply.status} ${reply.headers["range"] ?? ""}`);
      if (reply.status < 300) url = next(`http://${registry.host}`, reply);
    }
    seen.push(String((await go("PUT", closing(url, digestOf(Buffer.from("abcdefgh"))))).status));
    assert.deepEqual(seen, expected, `${profile} ${JSON.stringify(changes)}`);
  }
});

test("docker-registry 2 appends whatever Content-Range says and loses an upload that broke", async (t) => {
  const fault = { method: "PATCH", skip: 1, action: { reset: 2 } };
  const { registry, go, open } = await openBench(t, "dist2");
  const first = await go("PATCH", await open(), { headers: { "content-range": "50-51" }, body: "ab" });
  assert.equal(first.status, 202);
  registry.script.add({ ...fault, skip: 0 });
  const url = next(`http://${registry.host}`, first);
  await assert.rejects(go("PATCH", url, { body: "cdefgh" }));
  for (const method of ["GET", "PUT", "DELETE"]) assert.equal((await go(method, url)).status, 404);
});

test("an upload that broke goes on where the registry says", async (t) => {
  for (const profile of ["spec", "dist3", "zot"] as const) {
    const { registry, go, open } = await openBench(t, profile);
    registry.script.add({ method: "PATCH", action: { reset: 2 } });
    const url = await open();
    await assert.rejects(go("PATCH", url, { body: "abcdefgh" }));
    const status = await go("GET", url);
    assert.deepEqual([status.status, status.headers["range"]], [204, "0-1"]);
    const digest = digestOf(Buffer.from("abcdefgh"));
    const rest = { headers: { "content-range": "2-7" }, body: "cdefgh" };
    const end = await go("PUT", closing(next(`http://${registry.host}`, status), digest), rest);
    assert.equal(end.status, 201, profile);
  }
});

/** With `from`, without, of a blob that no manifest names. */
const MOUNTS: readonly (readonly [ProfileName, number, number])[] = [
  ["spec", 201, 202],
  ["zot", 201, 201],
  ["ecr", 202, 202],
  ["artifactory", 202, 202],
  ["quay", 201, 400],
];

test("mounts are made, refused and turned into uploads as the profile says", async (t) => {
  for (const [profile, named, anonymous] of MOUNTS) {
    const { registry, go } = await openBench(t, profile);
    const digest = registry.seed("base", Buffer.from("layer"));
    const plain = await go("POST", `other/blobs/uploads/?mount=${digest}`);
    const from = await go("POST", `app/blobs/uploads/?mount=${digest}&from=base`);
    assert.deepEqual([from.status, plain.status], [named, anonymous], profile);
    assert.equal(registry.blob("app", digest) !== undefined, named === 201);
  }
});

const OCI = "application/vnd.oci.image.manifest.v1+json";
const manifest = (content: object): Call => ({
  headers: { "content-type": OCI },
  body: JSON.stringify({ schemaVersion: 2, mediaType: OCI, ...content }),
});

test("manifests are capped, checked, kept from moving and matched to Accept as the profile says", async (t) => {
  const large = manifest({ layers: [], annotations: { a: "x".repeat(4 * 1024 * 1024) } });
  const one = manifest({ layers: [] });
  const other = manifest({ layers: [], annotations: { a: "1" } });
  const rows: readonly (readonly [ProfileName, number, number, number])[] = [
    ["spec", 413, 201, 200],
    ["dist2", 400, 201, 404],
    ["dist3", 400, 201, 200],
    ["ecr", 413, 400, 200],
    ["harbor", 413, 412, 200],
  ];
  for (const [profile, tooLarge, moved, unaccepted] of rows) {
    const { go } = await openBench(t, profile);
    assert.equal((await go("PUT", "app/manifests/1", large)).status, tooLarge, profile);
    assert.equal((await go("PUT", "app/manifests/1", one)).status, 201);
    assert.equal((await go("PUT", "app/manifests/1", one)).status, 201);
    assert.equal((await go("PUT", "app/manifests/1", other)).status, moved, profile);
    assert.equal((await go("GET", "app/manifests/1")).status, unaccepted, profile);
    const unknown = manifest({ layers: [{ digest: digestOf(Buffer.from("?")) }] });
    const refused = await go("PUT", "app/manifests/2", unknown);
    assert.deepEqual([refused.status, code(refused)], [400, "MANIFEST_BLOB_UNKNOWN"]);
  }
});

test("referrers are listed by those who have the API", async (t) => {
  const subject = digestOf(Buffer.from("subject"));
  const put = manifest({ layers: [], artifactType: "a/b", subject: { digest: subject } });
  for (const profile of ["spec", "zot", "ghcr", "dist2"] as const) {
    const { registry, go } = await openBench(t, profile);
    const reply = await go("PUT", "app/manifests/1", put);
    const has = registry.profile.referrers;
    assert.equal(reply.headers["oci-subject"], has ? subject : undefined);
    const listed = await go("GET", `app/referrers/${subject}?artifactType=a/b`);
    assert.equal(listed.status, has ? 200 : 404);
    if (has) assert.equal(JSON.parse(listed.body.toString()).manifests.length, 1);
  }
});

test("bodies above the edge's limit are refused before they are read", async (t) => {
  const { registry, open, go } = await openBench(t, "r2", { maxBodyBytes: 1000 });
  const reply = await go("PUT", closing(await open(), digestOf(Buffer.alloc(1001))), { body: Buffer.alloc(1001) });
  assert.deepEqual([reply.status, reply.headers["content-type"]], [413, "text/html"]);
  assert.equal(registry.audit.bytesUploaded(), 0);
});

test("a repository that nobody made is unknown, or ends the connection", async (t) => {
  const unknown = await openBench(t, "ecr", { missingRepository: "unknown" });
  assert.equal(code(await unknown.go("POST", "app/blobs/uploads/")), "NAME_UNKNOWN");
  const close = await openBench(t, "ecr", { missingRepository: "close" });
  await assert.rejects(close.go("POST", "app/blobs/uploads/"), { code: "ECONNRESET" });
});
