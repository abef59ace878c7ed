import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { type TestContext, test } from "node:test";
import { registryDestination } from "../../../src/destination/registry.ts";
import { type ErrorCode, exitCode } from "../../../src/errors.ts";
import { silent } from "../../../src/events.ts";
import { createHttp } from "../../../src/net/http.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-types.ts";
import { environmentName } from "../../../src/registry/credentials.ts";
import type { Fault, FaultAction } from "../../fake-registry/faults.ts";
import { PROFILE_NAMES, type ProfileName } from "../../fake-registry/profiles.ts";
import { type FakeRegistry, fakeRegistry } from "../../fake-registry/registry.ts";
import { type BuiltImage, buildImage, buildLayer, layersIn, publicationOf } from "../../support/image.ts";
import { Random } from "../../support/random.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const SCHEDULES = 2000;
const KIBIBYTE = 1024;

/** Two images that share a layer; the bytes of `version` are its own. */
async function twoPlatforms(version: string): Promise<readonly BuiltImage[]> {
  const noise = Buffer.from(Array.from({ length: 20 * KIBIBYTE }, (_, at) => (at * at * 31 + at) & 255));
  const shared = await buildLayer({ version, noise });
  const own = await Promise.all(["b", "c"].map((name) => buildLayer({ [name]: version })));
  return own.map((layer, at) => buildImage(at === 0 ? "linux/amd64" : "linux/arm64", [shared, layer]));
}

const STATUSES: readonly [number, ...number[]] = [400, 401, 403, 404, 405, 408, 413, 416, 429, 500, 502, 503, 504];

function randomAction(random: Random): FaultAction {
  const actions: readonly [() => FaultAction, ...(() => FaultAction)[]] = [
    () => ({ status: random.pick(STATUSES), headers: { "retry-after": String(random.below(3)) } }),
    () => ({ status: random.pick(STATUSES), early: true, body: "<html>gateway</html>" }),
    () => ({ status: random.pick(STATUSES), body: '{"errors":[{"code":"DENIED"},{"code":7},null]}' }),
    () => ({ status: 400, body: '{"errors":[{"code":"DIGEST_INVALID"}]}' }),
    () => ({ status: 416, headers: { range: `0-${random.below(30 * KIBIBYTE)}` } }),
    () => ({ reset: random.below(30 * KIBIBYTE) }),
    () => ({ reset: "after" }),
    () => ({ reset: "after" }),
    () => ({ truncate: random.below(300), how: random.pick(["length", "chunked", "close"]) }),
    () => ({ drop: "named" }),
    () => ({ expireTokens: true }),
    () => ({ answer: { headers: { "docker-content-digest": null } } }),
    () => ({ answer: { headers: { location: null } } }),
    () => ({ answer: { headers: { range: "0-0" } } }),
    () => ({ answer: { headers: { "www-authenticate": 'Bearer realm="http://["' } } }),
  ];
  return random.pick(actions)();
}

function randomSchedule(random: Random, repository: string): readonly Fault[] {
  const own = (rest: string): RegExp => new RegExp(`/${repository}/${rest}|${encodeURIComponent(repository)}.*${rest}`);
  const steps = [
    { method: "HEAD", path: own("blobs") },
    { method: "POST", path: own("blobs/uploads") },
    { method: "PUT", path: own("blobs/uploads") },
    { method: "PUT", path: own("blobs/uploads") },
    { method: "PATCH", path: own("blobs/uploads") },
    { method: "GET", path: own("blobs/uploads") },
    { method: "PUT", path: own("manifests") },
    { method: "PUT", path: own("manifests") },
    { method: "HEAD", path: own("manifests") },
    { place: "token", path: new RegExp(`${encodeURIComponent(repository)}|${repository}|token$`) },
    { place: "storage", path: own("") },
  ] as const;
  return Array.from({ length: 1 + random.below(5) }, () => ({
    ...random.pick(steps),
    skip: random.below(4),
    times: random.below(8) === 0 ? 99 : 1 + random.below(3),
    action: randomAction(random),
  }));
}

interface World {
  readonly profile: ProfileName;
  readonly before: readonly BuiltImage[];
  readonly after: readonly BuiltImage[];
  readonly registry: FakeRegistry;
  push(repository: string): Promise<unknown>;
}

async function openWorld(t: TestContext, profile: ProfileName): Promise<World> {
  const options = { profile, users: { ann: "pw" }, changes: { immutableTags: undefined, ...CHANGES[profile] } };
  const registry = await fakeRegistry(t, options);
  const [before, after] = [await twoPlatforms("1"), await twoPlatforms("2")];
  const folder = temporaryFolder(t);
  const http = createHttp({ environment: {}, userAgent: "test" });
  t.after(() => http.close());
  const signal = new AbortController().signal;
  setMaxListeners(0, signal);
  const environment = { HOME: folder, [environmentName(registry.host)]: "ann:pw" };
  // What a destination is given reaches the client as it is: waits take no time.
  const common = { report: silent, signal, environment, http, sleep: async () => {}, layers: layersIn(folder, after) };
  const push = (repository: string): Promise<unknown> =>
    registryDestination().write(publicationOf(after, [`${registry.host}/${repository}:1`]), common);
  return { profile, before, after, registry, push };
}

/** So that chunks and limits take part. */
const CHANGES: Partial<Record<ProfileName, object>> = {
  r2: { chunkMaxBytes: 8 * KIBIBYTE, maxBodyBytes: 8 * KIBIBYTE },
  ecr: { chunkMaxBytes: 8 * KIBIBYTE },
  dist2: { chunkMaxBytes: 8 * KIBIBYTE },
  dist3: { chunkMaxBytes: 8 * KIBIBYTE },
  acr: { location: "storage" },
};

/** As if the image had been pushed before. */
function seed({ registry, before }: World, repository: string): void {
  for (const image of before) {
    for (const layer of image.built) registry.seed(repository, layer.bytes);
    registry.seed(repository, image.config.bytes);
    registry.seedManifest(repository, undefined, OCI_MANIFEST, image.manifest.bytes);
  }
  const { index } = publicationOf(before, []);
  registry.seedManifest(repository, "1", OCI_INDEX, index?.bytes ?? Buffer.alloc(0));
}

/** Everything of the image is stored, byte for byte. */
function assertStored({ registry, after }: World, repository: string, told: string): void {
  const { index } = publicationOf(after, []);
  assert.ok(registry.manifest(`${repository}:1`)?.bytes.equals(index?.bytes ?? Buffer.alloc(0)), `${told}: index`);
  for (const image of after) {
    const stored = registry.manifest(`${repository}@${image.manifest.descriptor.digest}`);
    assert.ok(stored?.bytes.equals(image.manifest.bytes), `${told}: manifest`);
    assert.ok(registry.blob(repository, image.config.descriptor.digest)?.equals(image.config.bytes), `${told}: config`);
    for (const layer of image.built) {
      assert.ok(registry.blob(repository, layer.descriptor.digest)?.equals(layer.bytes), `${told}: layer`);
    }
  }
}

test(`${SCHEDULES} random schedules of faults: the push succeeds byte for byte, or fails and the old tag pulls`, async (t) => {
  const worlds = await Promise.all(PROFILE_NAMES.map((profile) => openWorld(t, profile)));
  const outcomes = new Map<string, number>();
  const run = async (at: number): Promise<void> => {
    const world = worlds[at % worlds.length];
    if (world === undefined) return;
    const { registry, profile, before } = world;
    const repository = `team/app${at}`;
    const told = `schedule ${at}, ${profile}`;
    seed(world, repository);
    registry.script.add(...randomSchedule(new Random((at + 1) * 2654435761), repository));
    const failure = await world.push(repository).then(
      () => undefined,
      (error: { readonly code: ErrorCode }) => error,
    );
    const outcome = failure === undefined ? "pushed" : failure.code;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const tagged = registry.manifest(`${repository}:1`)?.digest;
    const old = publicationOf(before, []).index?.descriptor.digest;
    if (failure === undefined || tagged !== old) assertStored(world, repository, told);
    if (failure !== undefined) assert.equal(exitCode(failure.code), 4, `${told}: ${failure.code} ${String(failure)}`);
    assert.deepEqual(registry.state.missing(repository, "1"), [], told);
    registry.audit.everPullable(`${repository}:1`);
  };
  // Some at a time: what waits are real is the sockets'.
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < SCHEDULES; at = next++) await run(at);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  for (const { registry } of worlds) registry.audit.noAuthorizationElsewhere();
  t.diagnostic(JSON.stringify(Object.fromEntries(outcomes)));
  assert.ok((outcomes.get("pushed") ?? 0) > SCHEDULES / 4, "enough succeed");
  assert.ok((outcomes.get("pushed") ?? 0) < SCHEDULES * 0.95, "enough fail");
});
