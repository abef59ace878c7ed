import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { silent } from "../../src/events.ts";
import { environmentName } from "../../src/registry/credentials.ts";
import { getManifest } from "../../src/registry/manifests.ts";
import { createRegistries, type Registries, until } from "../../src/registry/registries.ts";
import { type FakeRegistry, type FakeRegistryOptions, fakeRegistry } from "../fake-registry/registry.ts";
import { testHttp } from "../support/http.ts";
import { temporaryFolder } from "../support/temporary.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const PUSHING = { repository: "team/app", actions: "pull,push" } as const;

async function setUp(
  t: TestContext,
  options: FakeRegistryOptions = {},
): Promise<{ readonly registry: FakeRegistry; readonly registries: Registries }> {
  const registry = await fakeRegistry(t, { users: { ann: "pw" }, changes: { auth: "bearer" }, ...options });
  const descriptor = {
    mediaType: "application/vnd.oci.image.config.v1+json",
    digest: `sha256:${"0".repeat(64)}`,
    size: 2,
  };
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: descriptor, layers: [] };
  registry.seedManifest("team/app", "1", MANIFEST, Buffer.from(JSON.stringify(manifest)));
  const environment = { HOME: temporaryFolder(t), [environmentName(registry.host)]: "ann:pw" };
  const { signal } = new AbortController();
  const registries = createRegistries({
    http: testHttp(t),
    report: silent,
    signal,
    environment,
    sleep: async () => {},
  });
  return { registry, registries };
}

const counts = ({ audit }: FakeRegistry): object => ({
  pings: audit.requestsOf({ path: /^\/v2\/$/ }).length,
  tokens: audit.requestsOf({ place: "token" }).length,
});

test("whoever asks for a registry shares one ping and one token, and a pull does with the token of a push", async (t) => {
  const { registry, registries } = await setUp(t);
  const reading = getManifest(registries(registry.host), "team/app", "1");
  await Promise.all([registries(registry.host).prepare(PUSHING), reading]);
  await registries(registry.host).prepare(PUSHING);
  await getManifest(registries(registry.host), "team/app", "1");
  assert.deepEqual(counts(registry), { pings: 1, tokens: 2 }, "both asked at the same moment");
  const another = await setUp(t);
  const client = another.registries(another.registry.host);
  await client.prepare(PUSHING);
  await getManifest(another.registries(another.registry.host), "team/app", "1");
  assert.deepEqual(counts(another.registry), { pings: 1, tokens: 1 });
});

test("who may not push pulls with a token of its own", async (t) => {
  const { registry, registries } = await setUp(t, { may: (_user, _repository, action) => action === "pull" });
  await assert.rejects(registries(registry.host).prepare(PUSHING), { code: "REGISTRY_AUTH" });
  const { descriptor } = await getManifest(registries(registry.host), "team/app", "1");
  assert.equal(descriptor.mediaType, MANIFEST);
});

test("a push token that runs out while somebody pulls is fetched again", async (t) => {
  const { registry, registries } = await setUp(t);
  await registries(registry.host).prepare(PUSHING);
  registry.expireTokens();
  const { descriptor } = await getManifest(registries(registry.host), "team/app", "1");
  assert.equal(descriptor.mediaType, MANIFEST);
});

test("work that ends early leaves the registry to the others", async (t) => {
  const { registry, registries } = await setUp(t);
  const over = new AbortController();
  const early = until(over.signal, registries(registry.host));
  over.abort();
  await assert.rejects(getManifest(early, "team/app", "1"), { code: "INTERRUPTED" });
  assert.equal((await getManifest(registries(registry.host), "team/app", "1")).descriptor.mediaType, MANIFEST);
});
