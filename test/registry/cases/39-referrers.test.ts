import assert from "node:assert/strict";
import { test } from "node:test";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-types.ts";
import { pushReferrer, type Referrer } from "../../../src/registry/referrers.ts";
import { PROFILE_NAMES } from "../../fake-registry/profiles.ts";
import type { FakeRegistry } from "../../fake-registry/registry.ts";
import { buildDocument, digestOfBytes } from "../../support/image.ts";
import { openBench } from "./bench.ts";

const TYPE = "application/vnd.example.sbom";
const subject: Descriptor = { mediaType: OCI_MANIFEST, digest: digestOfBytes(Buffer.from("image")), size: 5 };
const TAG = subject.digest.replace(":", "-");

function referrer(text: string): Referrer {
  const annotations = { text };
  const value = { schemaVersion: 2, mediaType: OCI_MANIFEST, artifactType: TYPE, layers: [], subject, annotations };
  return { document: buildDocument(OCI_MANIFEST, value), subject, artifactType: TYPE, annotations };
}

function listed(registry: FakeRegistry): readonly unknown[] {
  const bytes = registry.manifest(`team/app:${TAG}`)?.bytes;
  return bytes === undefined ? [] : (JSON.parse(bytes.toString()) as { readonly manifests: unknown[] }).manifests;
}

const entry = ({ document, annotations }: Referrer): object => ({
  ...document.descriptor,
  artifactType: TYPE,
  annotations,
});

for (const profile of PROFILE_NAMES) {
  test(`39 ${profile}: the list at the fallback tag is kept where the registry keeps none`, async (t) => {
    const { registry, client } = await openBench(t, { profile, changes: { immutableTags: undefined } });
    const both = [referrer("a"), referrer("b")];
    for (const one of [...both, ...both]) await pushReferrer(client, "team/app", one);
    assert.deepEqual(listed(registry), registry.profile.referrers ? [] : both.map(entry));
    assert.equal(registry.state.referrers("team/app", subject.digest).length, 2);
  });
}

test("39 a fallback tag that is an image is left alone", async (t) => {
  const { registry, client } = await openBench(t, { profile: "ghcr" });
  registry.seedManifest(
    "team/app",
    TAG,
    OCI_MANIFEST,
    Buffer.from(
      `{"mediaType":"${OCI_MANIFEST}","schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"${subject.digest}","size":5},"layers":[]}`,
    ),
  );
  const before = registry.manifest(`team/app:${TAG}`)?.digest;
  await assert.rejects(pushReferrer(client, "team/app", referrer("a")), {
    code: "REGISTRY_ERROR",
    message: /is an image/,
  });
  assert.equal(registry.manifest(`team/app:${TAG}`)?.digest, before);
});

test("39 an entry that another writer overwrote is put again, and theirs stays", async (t) => {
  const { registry, client } = await openBench(t, { profile: "ghcr" });
  const [mine, theirs] = [referrer("mine"), referrer("theirs")];
  const list = buildDocument(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry(theirs)] });
  // They read the list before this writer wrote it, and write after it.
  registry.script.add({
    method: "GET",
    path: new RegExp(`manifests/${TAG}`),
    skip: 1,
    action: { run: () => void registry.seedManifest("team/app", TAG, OCI_INDEX, list.bytes) },
  });
  registry.seedManifest("team/app", undefined, OCI_MANIFEST, theirs.document.bytes);
  await pushReferrer(client, "team/app", mine);
  assert.deepEqual(listed(registry), [entry(theirs), entry(mine)]);
});

test("39 a list that never keeps what is added is given up", async (t) => {
  const { registry, client, waits } = await openBench(t, { profile: "ghcr" });
  const list = buildDocument(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] });
  const run = (): void => void registry.seedManifest("team/app", TAG, OCI_INDEX, list.bytes);
  registry.script.add({ method: "GET", path: new RegExp(`manifests/${TAG}`), times: 99, action: { run } });
  await assert.rejects(pushReferrer(client, "team/app", referrer("mine")), { message: /keeps losing/ });
  assert.equal(waits.length, 4);
});

test("39 2,000 entries and a referrer that came by another tool are kept byte for byte", async (t) => {
  const { registry, client } = await openBench(t, { profile: "ghcr", changes: { checksManifests: false } });
  const manifests = Array.from({ length: 2000 }, (_, at) => ({
    ...subject,
    digest: digestOfBytes(Buffer.from(String(at))),
    "x-own": at,
  }));
  const list = buildDocument(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests, annotations: { a: "b" } });
  registry.seedManifest("team/app", TAG, OCI_INDEX, list.bytes);
  await pushReferrer(client, "team/app", referrer("mine"));
  assert.deepEqual(listed(registry), [...manifests, entry(referrer("mine"))]);
});
