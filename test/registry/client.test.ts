import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { inspect } from "node:util";
import { silent } from "../../src/events.ts";
import { createHttp } from "../../src/net/http.ts";
import { OCI_MANIFEST } from "../../src/oci/media-types.ts";
import { headBlob } from "../../src/registry/blobs.ts";
import { createRegistry, type RegistryClient } from "../../src/registry/client.ts";
import { environmentName } from "../../src/registry/credentials.ts";
import { pullBlob } from "../../src/registry/download.ts";
import { getManifest, headManifest } from "../../src/registry/manifests.ts";
import { putManifest } from "../../src/registry/put-manifest.ts";
import { type BlobUpload, pushBlob } from "../../src/registry/upload.ts";
import { type FakeRegistry, type FakeRegistryOptions, fakeRegistry } from "../fake-registry/registry.ts";
import { buildDocument, buildImage, buildLayer, digestOfBytes } from "../support/image.ts";
import { temporaryStore } from "../support/temporary-store.ts";

interface Setting {
  readonly registry: FakeRegistry;
  readonly client: RegistryClient;
}

async function setUp(
  t: TestContext,
  options: FakeRegistryOptions = {},
  login?: string,
  clock?: () => number,
): Promise<Setting> {
  const http = createHttp({ environment: {}, userAgent: "test" });
  t.after(() => http.close());
  const registry = await fakeRegistry(t, options);
  const environment = login === undefined ? {} : { [environmentName(registry.host)]: login };
  const deps = { http, report: silent, signal: new AbortController().signal, environment };
  return { registry, client: createRegistry(registry.host, clock === undefined ? deps : { ...deps, clock }) };
}

function upload(content: string | Uint8Array, mountFrom: readonly string[] = []): BlobUpload & { opened: number } {
  const bytes = Buffer.from(content);
  const result = {
    blob: { mediaType: "x/y", digest: digestOfBytes(bytes), size: bytes.length },
    mountFrom,
    opened: 0,
    open: async function* () {
      result.opened++;
      for (let at = 0; at < bytes.length; at += 65536) yield bytes.subarray(at, at + 65536);
    },
  };
  return result;
}

const count = (registry: FakeRegistry, method: string, path: RegExp) =>
  registry.audit.requestsOf({ method, path }).length;

test("a blob goes up by one POST and one PUT, and a second time not at all", async (t) => {
  const { registry, client } = await setUp(t);
  const blob = upload("x".repeat(300_000));
  assert.equal(await pushBlob(client, "team/app", blob), "uploaded");
  assert.equal(await pushBlob(client, "team/app", blob), "existing");
  assert.equal(blob.opened, 1);
  assert.equal(registry.blob("team/app", blob.blob.digest)?.length, 300_000);
  assert.deepEqual([count(registry, "POST", /uploads/), count(registry, "PUT", /uploads/)], [1, 1]);
  assert.equal(await headBlob(client, "team/app", blob.blob.digest), 300_000);
});

test("an empty blob is a blob", async (t) => {
  const { registry, client } = await setUp(t);
  const blob = upload("");
  assert.equal(await pushBlob(client, "app", blob), "uploaded");
  assert.equal(registry.blob("app", blob.blob.digest)?.length, 0);
});

test("a connection that breaks in the middle is tried again from the first byte", async (t) => {
  const fault = { method: "PUT", path: /uploads/, action: { reset: 100_000 } };
  const { registry, client } = await setUp(t, { faults: [fault] });
  const blob = upload(Buffer.alloc(400_000, 7));
  assert.equal(await pushBlob(client, "app", blob), "uploaded");
  assert.equal(blob.opened, 2);
  assert.equal(registry.blob("app", blob.blob.digest)?.length, 400_000);
});

test("an answer that got lost after the blob was stored is looked up, not repeated", async (t) => {
  const fault = { method: "PUT", path: /uploads/, action: { reset: "after" } } as const;
  const { registry, client } = await setUp(t, { faults: [fault] });
  const blob = upload("x".repeat(1000));
  assert.equal(await pushBlob(client, "app", blob), "existing");
  assert.equal(count(registry, "PUT", /uploads/), 1);
});

test("an unknown session is forgiven when the blob is there", async (t) => {
  const action = { status: 404, body: '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"gone"}]}' };
  const hidden = { method: "HEAD", path: /blobs\/sha256/, action: { status: 404 } };
  const other = await setUp(t, { faults: [{ method: "PUT", path: /uploads/, action }, hidden] });
  other.registry.seed("app", Buffer.from("y"));
  assert.equal(await pushBlob(other.client, "app", upload("y")), "uploaded");
  assert.equal(count(other.registry, "PUT", /uploads/), 1);
});

test("busy servers are asked again", async (t) => {
  const { registry, client } = await setUp(t, {
    faults: [{ method: "POST", path: /uploads/, action: { status: 429, headers: { "retry-after": "0" } } }],
  });
  assert.equal(await pushBlob(client, "app", upload("z")), "uploaded");
  assert.equal(count(registry, "POST", /uploads/), 2);
});

test("a session without Location is an error, one with a fragment or a query keeps what counts", async (t) => {
  const { client } = await setUp(t, {
    faults: [{ method: "POST", path: /uploads/, times: 9, action: { status: 202 } }],
  });
  await assert.rejects(pushBlob(client, "app", upload("z")), { code: "REGISTRY_ERROR", message: /no Location/ });
});

test("credentials stay with the registry when it sends the upload elsewhere", async (t) => {
  const options = { changes: { auth: "basic", location: "storage" }, users: { ann: "pw" } } as const;
  const { registry, client } = await setUp(t, options, "ann:pw");
  assert.equal(await pushBlob(client, "app", upload("z")), "uploaded");
  assert.equal(registry.audit.requestsOf({ place: "storage", method: "PUT" }).length, 1);
  registry.audit.noAuthorizationElsewhere();
  assert.ok(registry.audit.requests.some((request) => request.authorization === "basic"));
});

test("Basic and Bearer logins work, and nobody is let in with the wrong password", async (t) => {
  for (const auth of ["basic", "bearer"] as const) {
    const users = { ann: "pw" };
    const good = await setUp(t, { changes: { auth }, users }, "ann:pw");
    assert.equal(await pushBlob(good.client, "team/app", upload("a")), "uploaded");
    for (const login of ["ann:canary-wrong", undefined]) {
      const bad = await setUp(t, { changes: { auth }, users }, login);
      const error = await pushBlob(bad.client, "team/app", upload("a")).then(
        () => undefined,
        (caught: unknown) => caught,
      );
      assert.equal((error as { code?: string }).code, "REGISTRY_AUTH");
      assert.doesNotMatch(inspect(error, { depth: 9 }), /canary|Y2FuYXJ5/);
    }
  }
});

test("one token serves eight requests at once, and pull needs no push token", async (t) => {
  const { registry, client } = await setUp(t, { changes: { auth: "bearer" }, users: { ann: "pw" } }, "ann:pw");
  await Promise.all(Array.from({ length: 8 }, (_, at) => pushBlob(client, "team/app", upload(`blob ${at}`))));
  const scopes = registry.audit.requests
    .filter((request) => request.path.startsWith("/token"))
    .map((request) => new URL(request.path, "http://x").searchParams.getAll("scope"));
  assert.deepEqual(scopes.sort(), [["repository:team/app:pull"], ["repository:team/app:pull,push"]]);
});

test("anonymous pull works and anonymous push is refused", async (t) => {
  const { registry, client } = await setUp(t, {
    changes: { auth: "bearer", anonymousPull: true },
    users: { ann: "pw" },
  });
  const digest = registry.seed("app", Buffer.from("public"));
  assert.equal(await headBlob(client, "app", digestOfBytes(Buffer.from("public"))), 6);
  assert.ok(digest.startsWith("sha256:"));
  await assert.rejects(pushBlob(client, "app", upload("mine")), { code: "REGISTRY_AUTH", hint: /login/ });
});

test("a token that the server forgot is replaced once", async (t) => {
  const fault = { method: "POST", path: /uploads/, action: { status: 401, headers: { "www-authenticate": "" } } };
  const { registry, client } = await setUp(
    t,
    { changes: { auth: "bearer" }, users: { ann: "pw" }, faults: [fault] },
    "ann:pw",
  );
  assert.equal(await pushBlob(client, "app", upload("a")), "uploaded");
  assert.equal(count(registry, "GET", /^\/token.*push/), 2);
});

test("a token that is about to end is not used for the next request", async (t) => {
  let now = 0;
  const { registry, client } = await setUp(
    t,
    { changes: { auth: "bearer" }, users: { ann: "pw" } },
    "ann:pw",
    () => now,
  );
  await pushBlob(client, "app", upload("a"));
  now = 295;
  await pushBlob(client, "app", upload("b"));
  assert.equal(count(registry, "GET", /^\/token.*push/), 2);
});

test("a realm that would leak the password is refused before anything is sent", async (t) => {
  const challenge = (realm: string) => ({
    path: /^\/v2\/$/,
    action: { status: 401, headers: { "www-authenticate": `Bearer realm="${realm}"` } },
  });
  for (const realm of ["ftp://a.example/", ""]) {
    const { client } = await setUp(t, { faults: [challenge(realm)] }, "ann:pw");
    await assert.rejects(headBlob(client, "app", digestOfBytes(Buffer.from("x"))), (error: { code: string }) =>
      ["REGISTRY_ERROR", "REGISTRY_AUTH"].includes(error.code),
    );
  }
});

test("a manifest is got and put by tag and by digest, checked both ways", async (t) => {
  const { registry, client } = await setUp(t);
  const layer = await buildLayer({ a: "1" });
  const image = buildImage("linux/amd64", [layer]);
  await pushBlob(client, "app", upload(layer.bytes));
  await pushBlob(client, "app", upload(image.config.bytes));
  await putManifest(client, "app", "1", image.manifest);
  const { digest } = image.manifest.descriptor;
  assert.deepEqual((await getManifest(client, "app", "1")).descriptor, image.manifest.descriptor);
  assert.deepEqual(Buffer.from((await getManifest(client, "app", digest)).bytes), Buffer.from(image.manifest.bytes));
  assert.equal(await headManifest(client, "app", "1"), digest);
  assert.equal(await headManifest(client, "app", "2"), undefined);
  await assert.rejects(getManifest(client, "app", "2"), { code: "IMAGE_NOT_FOUND" });
  registry.corruptManifest("app", digest, OCI_MANIFEST, Buffer.from("{}"));
  await assert.rejects(getManifest(client, "app", digest), { code: "HASH_MISMATCH" });
});

test("a registry that stored something else is found out", async (t) => {
  const other = digestOfBytes(Buffer.from("other"));
  const fault = {
    method: "PUT",
    path: /manifests/,
    action: { answer: { headers: { "docker-content-digest": other } } },
  };
  const { client } = await setUp(t, { faults: [fault] });
  const index = buildDocument("application/vnd.oci.image.index.v1+json", {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [],
  });
  await assert.rejects(putManifest(client, "app", "1", index), { code: "HASH_MISMATCH" });
});

test("a manifest that no registry takes is not sent", async (t) => {
  const { registry, client } = await setUp(t);
  const huge = buildDocument(OCI_MANIFEST, { a: "x".repeat(4 * 1024 * 1024) });
  await assert.rejects(putManifest(client, "app", "1", huge), { code: "REGISTRY_ERROR", message: /bytes/ });
  assert.equal(registry.audit.requests.length, 0);
});

test("a blob comes down into the store once, whatever breaks on the way", async (t) => {
  const bytes = Buffer.alloc(500_000, 3);
  const fault = { method: "GET", path: /blobs/, action: { reset: 0 } };
  const { registry, client } = await setUp(t, { faults: [fault] });
  const digest = digestOfBytes(registry.blob("app", registry.seed("app", bytes)) ?? Buffer.alloc(0));
  const store = temporaryStore(t);
  const download = { repository: "app", blob: { mediaType: "x", digest, size: bytes.length }, store, report: silent };
  await pullBlob(client, download);
  await pullBlob(client, download);
  assert.equal(count(registry, "GET", /blobs/), 2);
  assert.deepEqual(readFileSync(store.path(digest)), bytes);
});

test("a blob of other content or size never reaches the store", async (t) => {
  const { registry, client } = await setUp(t);
  const store = temporaryStore(t);
  const digest = digestOfBytes(Buffer.from("good"));
  registry.seed("app", Buffer.from("good"));
  for (const bad of ["evil", "longer than it", "x"]) {
    registry.corrupt("app", digest, Buffer.from(bad));
    const blob = { mediaType: "x", digest, size: 4 };
    await assert.rejects(pullBlob(client, { repository: "app", blob, store, report: silent }), {
      code: "HASH_MISMATCH",
    });
    assert.equal(await store.has(digest), undefined);
  }
});

test("errors carry the registry's words, cut and harmless", async (t) => {
  const rows: readonly (readonly [body: string, message: RegExp])[] = [
    ["<html>\u001b[31mBad\u0007 Gateway</html>", /answered 400: <html>\\x1b\[31mBad\\x07 Gateway/],
    ["x".repeat(100_000), /answered 400$|x{50}…$/],
    ['{"errors": "none"}', /answered 400/],
    [
      '{"errors": [null, 5, {"code": 1}, {"code": "NAME_INVALID", "message": "bad https://u:canary@h/p"}]}',
      /NAME_INVALID/,
    ],
  ];
  for (const [body, message] of rows) {
    const { client } = await setUp(t, {
      faults: [{ method: "POST", path: /uploads/, times: 9, action: { status: 400, body } }],
    });
    const error = await pushBlob(client, "app", upload("a")).then(
      () => undefined,
      (caught: unknown) => caught as Error,
    );
    assert.match(error?.message ?? "", message);
    assert.doesNotMatch(error?.message ?? "", /canary|\u001b/);
  }
});
