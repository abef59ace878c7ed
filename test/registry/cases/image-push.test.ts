import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { registryDestination } from "../../../src/destination/registry.ts";
import { silent } from "../../../src/events.ts";
import { environmentName } from "../../../src/registry/credentials.ts";
import { PROFILE_NAMES } from "../../fake-registry/profiles.ts";
import { randomFaults } from "../../fake-registry/random-faults.ts";
import { type FakeRegistry, type FakeRegistryOptions, fakeRegistry } from "../../fake-registry/registry.ts";
import { type BuiltImage, buildImage, buildLayer, layersIn, publicationOf } from "../../support/image.ts";
import { temporaryFolder } from "../../support/temporary.ts";

interface Push {
  readonly registry: FakeRegistry;
  readonly abort: AbortController;
  push(images: readonly BuiltImage[]): Promise<unknown>;
}

async function setUp(t: TestContext, options: FakeRegistryOptions): Promise<Push> {
  const registry = await fakeRegistry(t, { users: { ann: "pw" }, ...options });
  const folder = temporaryFolder(t);
  const abort = new AbortController();
  const environment = { HOME: folder, [environmentName(registry.host)]: "ann:pw" };
  // What a destination is given reaches the client as it is: tries follow each other at once.
  const common = { report: silent, signal: abort.signal, environment, sleep: async () => {} };
  const push = (images: readonly BuiltImage[]): Promise<unknown> => {
    const layers = layersIn(join(folder, "store"), images);
    return registryDestination().write(publicationOf(images, [`${registry.host}/team/app:1`]), { ...common, layers });
  };
  return { registry, abort, push };
}

async function twoPlatforms(version: string): Promise<readonly BuiltImage[]> {
  const shared = await buildLayer({ a: version, noise: Buffer.alloc(100_000, 7) });
  const own = await Promise.all(["b", "c"].map((name) => buildLayer({ [name]: version })));
  return own.map((layer, at) => buildImage(at === 0 ? "linux/amd64" : "linux/arm64", [shared, layer, shared]));
}

function topOf(images: readonly BuiltImage[]): string {
  return publicationOf(images, []).index?.descriptor.digest ?? "";
}

for (const profile of PROFILE_NAMES) {
  test(`31, 34 ${profile}: shared layers go up once, children before the index, the tag last`, async (t) => {
    const { registry, push } = await setUp(t, { profile });
    const images = await twoPlatforms("1");
    await push(images);
    assert.equal(registry.manifest("team/app:1")?.digest, topOf(images));
    assert.equal(registry.audit.duplicateBytes(), 0);
    registry.audit.childrenBeforeIndexBeforeTag("team/app");
    registry.audit.everPullable("team/app:1");
    registry.audit.noAuthorizationElsewhere();
  });
}

for (const profile of PROFILE_NAMES) {
  test(`14, 35 ${profile}: what garbage collection took between the check and the manifest is brought again`, async (t) => {
    const { registry, push } = await setUp(t, { profile });
    const images = await twoPlatforms("1");
    await push(images);
    registry.script.add({ method: "HEAD", path: /blobs/, times: 2, action: { drop: "named" } });
    const before = registry.audit.bytesUploaded();
    await push(images);
    assert.ok(registry.audit.bytesUploaded() > before);
    assert.deepEqual(registry.state.missing("team/app", "1"), []);
  });
}

test("33 an interrupted push moves no tag", async (t) => {
  const { registry, abort, push } = await setUp(t, {});
  const [before, after] = [await twoPlatforms("1"), await twoPlatforms("2")];
  await push(before);
  registry.script.add({ method: "PUT", path: /manifests\/sha256/, skip: 1, action: { run: () => abort.abort() } });
  await assert.rejects(push(after), { code: "INTERRUPTED" });
  assert.equal(registry.manifest("team/app:1")?.digest, topOf(before));
});

test("random faults: the push succeeds with the same bytes, or fails and leaves the tag as it was", async (t) => {
  const [before, after] = [await twoPlatforms("1"), await twoPlatforms("2")];
  const outcomes = { succeeded: 0, failed: 0 };
  for (let seed = 1; seed <= 42; seed++) {
    const profile = PROFILE_NAMES[seed % PROFILE_NAMES.length] ?? "spec";
    const { registry, push } = await setUp(t, { profile, changes: { immutableTags: undefined } });
    await push(before);
    const told = `seed ${seed}, ${profile}`;
    registry.script.add(...randomFaults(seed).filter(({ action }) => !("drop" in action)));
    const failure = await push(after).then(
      () => undefined,
      (error: { readonly code: string }) => error.code,
    );
    assert.notEqual(failure, "BUG", told);
    outcomes[failure === undefined ? "succeeded" : "failed"]++;
    const tagged = registry.manifest("team/app:1")?.digest;
    // The answer to the very last request may be what was lost.
    if (failure === undefined) assert.equal(tagged, topOf(after), told);
    else assert.ok(tagged === topOf(before) || tagged === topOf(after), told);
    assert.deepEqual(registry.state.missing("team/app", "1"), [], told);
    registry.audit.everPullable("team/app:1");
    registry.audit.noAuthorizationElsewhere();
    await registry.close();
  }
  assert.ok(outcomes.succeeded > 10 && outcomes.failed > 5, JSON.stringify(outcomes));
});
