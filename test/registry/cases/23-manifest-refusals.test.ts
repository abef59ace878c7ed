import assert from "node:assert/strict";
import { test } from "node:test";
import { OCI_MANIFEST } from "../../../src/oci/media-types.ts";
import { bringAgain } from "../../../src/registry/bring-again.ts";
import type { FetchedManifest } from "../../../src/registry/manifests.ts";
import { putManifest } from "../../../src/registry/put-manifest.ts";
import { PROFILE_NAMES } from "../../fake-registry/profiles.ts";
import { buildDocument } from "../../support/image.ts";
import { blobOf, noise, openBench, pushed } from "./bench.ts";

const MEBIBYTE = 1024 * 1024;
const HEAD = { method: "HEAD", path: /blobs/ };
const MANIFEST = { method: "PUT", path: /manifests/ };

function manifest(text: string, more: object = {}): FetchedManifest {
  const annotations = { text };
  return buildDocument(OCI_MANIFEST, { schemaVersion: 2, mediaType: OCI_MANIFEST, layers: [], annotations, ...more });
}

test("23 a blob that was taken and is late at a replica is waited for, and not sent again", async (t) => {
  const bench = await openBench(t);
  const blob = blobOf(noise(1000));
  const before = await pushed(bench, blob);
  assert.equal(before, "uploaded");
  bench.registry.script.add({ ...HEAD, times: 3, action: { status: 404 } });
  assert.equal(await bringAgain(bench.client, "team/app", blob, "uploaded"), "existing");
  assert.deepEqual(bench.waits, [500, 1000, 2000]);
  assert.equal(bench.registry.audit.duplicateBytes(), 0);
});

test("23 a blob that does not come within ten seconds is sent again, one that was there before at once", async (t) => {
  for (const [before, waited] of [
    ["uploaded", 10_000],
    ["existing", 0],
  ] as const) {
    const bench = await openBench(t);
    assert.equal(await bringAgain(bench.client, "team/app", blobOf("abc"), before), "uploaded");
    assert.equal(
      bench.waits.reduce((sum, wait) => sum + wait, 0),
      waited,
    );
  }
});

test("36 a registry that made another manifest of it is an error; another algorithm says nothing", async (t) => {
  for (const [digest, expected] of [
    [`sha256:${"0".repeat(64)}`, "HASH_MISMATCH"],
    [`sha512:${"0".repeat(128)}`, undefined],
    ["nonsense", undefined],
  ] as const) {
    const answer = { headers: { "docker-content-digest": digest } };
    const bench = await openBench(t, { faults: [{ ...MANIFEST, times: 9, action: { answer } }] });
    const outcome = await putManifest(bench.client, "team/app", "1", manifest("x")).then(
      () => undefined,
      (error: { readonly code: string }) => error.code,
    );
    assert.equal(outcome, expected, digest);
  }
});

test("37 a manifest over 4 MiB is not sent, and the error says what is large", async (t) => {
  const bench = await openBench(t);
  const layers = Array.from({ length: 40_000 }, (_, at) => ({ digest: `sha256:${at}`.padEnd(71, "0"), size: at }));
  for (const [document, part] of [
    [manifest("x".repeat(4 * MEBIBYTE)), /4194\d+ bytes, 4194\d+ of them in "annotations"/],
    [manifest("x".repeat(MEBIBYTE), { layers }), /in "layers"/],
  ] as const) {
    await assert.rejects(putManifest(bench.client, "team/app", "1", document), {
      code: "REGISTRY_ERROR",
      message: part,
    });
  }
  assert.equal(bench.registry.audit.requestsOf(MANIFEST).length, 0);
});

for (const profile of PROFILE_NAMES) {
  test(`37 ${profile}: a registry with a lower limit is quoted, with what is large`, async (t) => {
    const bench = await openBench(t, { profile, changes: { maxManifestBytes: 2 * MEBIBYTE } });
    if (profile === "ecr") bench.registry.seed("team/app", Buffer.from("x"));
    await assert.rejects(putManifest(bench.client, "team/app", "1", manifest("x".repeat(3 * MEBIBYTE))), {
      code: "REGISTRY_ERROR",
      message: /3145\d+ of them in "annotations"; .*manifest too large/,
    });
  });
}

for (const profile of PROFILE_NAMES) {
  for (const [status, code] of [
    [400, "TAG_INVALID"],
    [403, "DENIED"],
    [409, "CONFLICT"],
    [412, "PRECONDITION"],
  ] as const) {
    test(`38 ${profile}: a tag that stays where it is, told by ${status}, is a success for the same image only`, async (t) => {
      const bench = await openBench(t, { profile, changes: { immutableTags: { status, code } } });
      const [first, second] = [manifest("1"), manifest("2")];
      await putManifest(bench.client, "team/app", "1", first);
      const refused = { status, body: JSON.stringify({ errors: [{ code, message: "tag is immutable" }] }) };
      bench.registry.script.add({ ...MANIFEST, action: refused });
      await putManifest(bench.client, "team/app", "1", first);
      await assert.rejects(putManifest(bench.client, "team/app", "1", second), {
        code: "REGISTRY_ERROR",
        message: /the tag 1 can't be moved from sha256:[0-9a-f]{64} to sha256:/,
        hint: /another tag/,
      });
      assert.equal(bench.registry.manifest("team/app:1")?.digest, first.descriptor.digest);
    });
  }
}

test("38 a refusal that is none of immutability stays what it is", async (t) => {
  const bench = await openBench(t, { profile: "harbor" });
  await putManifest(bench.client, "team/app", "1", manifest("1"));
  const body = '{"errors":[{"code":"DENIED","message":"adding 1 GiB will exceed the configured upper limit"}]}';
  bench.registry.script.add({ ...MANIFEST, action: { status: 403, body } });
  await assert.rejects(putManifest(bench.client, "team/app", "1", manifest("2")), {
    code: "REGISTRY_AUTH",
    hint: /free space in the registry/,
  });
});
