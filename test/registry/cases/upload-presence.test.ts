import assert from "node:assert/strict";
import { test } from "node:test";
import { OCI_MANIFEST } from "../../../src/oci/media-types.ts";
import { putManifest } from "../../../src/registry/put-manifest.ts";
import { pushBlob } from "../../../src/registry/upload.ts";
import { PROFILE_NAMES } from "../../fake-registry/profiles.ts";
import { buildDocument } from "../../support/image.ts";
import { blobOf, openBench, pushed } from "./bench.ts";

for (const lie of ["HEAD was wrong", "garbage collection came"]) {
  test(`14 ${lie}: the registry's word at the manifest counts, and the blobs go up again`, async (t) => {
    const bench = await openBench(t);
    const { registry, client } = bench;
    const blobs = [blobOf("one"), blobOf("two")];
    if (lie === "HEAD was wrong") {
      for (const { blob } of blobs) {
        const answer = { status: 200, headers: { "content-length": String(blob.size) } };
        registry.script.add({ method: "HEAD", path: new RegExp(blob.digest), times: 2, action: { answer } });
      }
    } else {
      for (const { blob } of blobs) registry.seed("team/app", Buffer.from(blob === blobs[0]?.blob ? "one" : "two"));
      registry.script.add({ method: "HEAD", times: 2, action: { drop: "named" } });
    }
    for (const blob of blobs) assert.equal(await pushed(bench, blob), "existing");
    const layers = blobs.map(({ blob }) => blob);
    const document = buildDocument(OCI_MANIFEST, { schemaVersion: 2, mediaType: OCI_MANIFEST, layers });
    const repaired: string[] = [];
    await putManifest(client, "team/app", "1", document, {
      repair: async (missing) => {
        for (const blob of blobs.filter((one) => missing.includes(one.blob.digest)))
          repaired.push(await pushBlob(client, "team/app", { ...blob, isLacking: true }));
      },
    });
    assert.deepEqual(repaired, ["uploaded", "uploaded"]);
    registry.audit.everPullable("team/app:1");
  });
}

test("14 a registry that never finds its blobs is given up after three repairs", async (t) => {
  const body = '{"errors":[{"code":"BLOB_UNKNOWN","message":"gone"}]}';
  const { client } = await openBench(t, {
    faults: [{ method: "PUT", path: /manifests/, times: 99, action: { status: 404, body } }],
  });
  const document = buildDocument(OCI_MANIFEST, { schemaVersion: 2, mediaType: OCI_MANIFEST, layers: [] });
  let repairs = 0;
  const repair = async (): Promise<void> => {
    repairs++;
  };
  const put = putManifest(client, "team/app", "1", document, { repair });
  await assert.rejects(put, { code: "REGISTRY_ERROR", message: /BLOB_UNKNOWN: gone/ });
  assert.equal(repairs, 3);
});

test("15 HEAD that says no in any way leads to an upload, one that failed is repeated", async (t) => {
  for (const [status, heads, expected] of [
    [400, 1, "uploaded"],
    [403, 1, "uploaded"],
    [404, 1, "uploaded"],
    [405, 1, "uploaded"],
    [500, 2, "uploaded"],
    [503, 2, "uploaded"],
  ] as const) {
    const bench = await openBench(t, { faults: [{ method: "HEAD", action: { status } }] });
    assert.equal(await pushed(bench, blobOf("x")), expected, String(status));
    assert.equal(bench.registry.audit.requestsOf({ method: "HEAD" }).length, heads, String(status));
  }
});

test("15 HEAD 401 is answered by a login, and by an error when the login doesn't help", async (t) => {
  const once = await openBench(t, { profile: "harbor", faults: [{ method: "HEAD", action: { expireTokens: true } }] });
  assert.equal(await pushed(once, blobOf("x")), "uploaded");
  const faults = [{ method: "HEAD", times: 99, action: { status: 401 } }];
  const never = await openBench(t, { profile: "harbor", faults });
  assert.equal(await pushed(never, blobOf("x")), "REGISTRY_AUTH");
  assert.equal(never.registry.audit.requestsOf({ method: "HEAD" }).length, 2);
});

for (const profile of PROFILE_NAMES) {
  test(`16 ${profile}: a mount spares the bytes where there are mounts, and costs nothing where there are none`, async (t) => {
    const bench = await openBench(t, { profile });
    const { registry } = bench;
    const digest = registry.seed("base", Buffer.from("layer"));
    const layers = [{ digest, mediaType: "x/y", size: 5 }];
    registry.seedManifest("base", "1", OCI_MANIFEST, Buffer.from(JSON.stringify({ layers })));
    const mounts = registry.profile.mount !== "never";
    assert.equal(await pushed(bench, blobOf("layer", ["team/app", "base"])), mounts ? "mounted" : "uploaded");
    assert.equal(registry.audit.bytesUploaded(), mounts ? 0 : 5);
    const none = await pushed(bench, blobOf("other", ["nobody/here"]));
    assert.equal(none, "uploaded");
    assert.equal(registry.audit.duplicateBytes(), 0);
  });
}

test("16 whatever a mount answers, the blob arrives", async (t) => {
  for (const status of [400, 401, 403, 404, 405, 429, 500]) {
    const bench = await openBench(t, { faults: [{ method: "POST", path: /mount=/, times: 9, action: { status } }] });
    assert.equal(await pushed(bench, blobOf("x", ["base"])), "uploaded", String(status));
    assert.equal(bench.registry.audit.requestsOf({ method: "POST", path: /uploads\/$/ }).length, 1);
  }
});

test("17 a mount of something else is no mount", async (t) => {
  const headers = { "docker-content-digest": `sha256:${"0".repeat(64)}` };
  const bench = await openBench(t, {
    faults: [{ method: "POST", path: /mount=/, action: { status: 201, headers } }],
  });
  bench.registry.seed("base", Buffer.from("x"));
  assert.equal(await pushed(bench, blobOf("x", ["base"])), "uploaded");
});
