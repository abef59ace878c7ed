import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openDestination } from "../../src/destination/destinations.ts";
import { engineDestination } from "../../src/destination/engine.ts";
import { enginePlaces } from "../../src/destination/engine-places.ts";
import { silent } from "../../src/events.ts";
import { fakeEngine } from "../support/fake-engine.ts";
import { buildImage, buildLayer, layersIn, publicationOf } from "../support/image.ts";
import { temporaryFolder } from "../support/temporary.ts";

const TAG = "docker.io/library/app:1";

async function setUp(t: TestContext, environment: Readonly<Record<string, string>>) {
  const image = buildImage("linux/arm64", [await buildLayer({ a: "1" })]);
  const layers = layersIn(temporaryFolder(t), [image]);
  const deps = { layers, report: silent, signal: new AbortController().signal, environment };
  const load = (...tags: readonly string[]) => engineDestination().write(publicationOf([image], tags), deps);
  return { image, deps, layers, load };
}

test("an image is loaded once; then only its new names are told", async (t) => {
  const { socket, images, requests } = await fakeEngine(t);
  const { image, load, layers } = await setUp(t, { DOCKER_HOST: `unix://${socket}` });
  const size = image.layers[0]?.size;
  assert.deepEqual(await load("app:1"), { uploaded: size, mounted: 0, existing: 0 });
  assert.equal(images.get(TAG), image.config.descriptor.digest);
  layers.asked.length = 0;
  assert.deepEqual(await load("app:1", "registry.example/app:2"), { uploaded: 0, mounted: 0, existing: size });
  assert.equal(images.get("registry.example/app:2"), image.config.descriptor.digest);
  assert.deepEqual(layers.asked, []);
  assert.equal(requests.filter((request) => request === "POST /images/load").length, 1);
});

test("the engine says which platform it runs", async (t) => {
  for (const [said, architecture] of [
    ["aarch64", "arm64"],
    ["amd64", "amd64"],
  ] as const) {
    const { socket } = await fakeEngine(t, { architecture: said });
    const { deps } = await setUp(t, { DOCKER_HOST: `unix://${socket}` });
    assert.deepEqual(await engineDestination().platform?.(deps), { os: "linux", architecture });
  }
});

for (const [name, options, expected] of [
  [
    "a refusal in the lines of a good answer",
    {
      load: { status: 200, body: '{"stream":"x"}\n{"errorDetail":{"message":"no space\\nleft"},"error":"no space"}\n' },
    },
    { code: "IO_ERROR", message: /could not load the image: no space left$/ },
  ],
  [
    "a refusal by its status",
    { load: { status: 500, body: '{"message":"unexpected EOF"}' } },
    { code: "IO_ERROR", message: /500, unexpected EOF/ },
  ],
  [
    "another image under the name",
    { id: `sha256:${"1".repeat(64)}` },
    { code: "HASH_MISMATCH", message: /library\/app:1/ },
  ],
  ["a load that did nothing", { load: { status: 200, body: "not json\n" } }, { code: "HASH_MISMATCH" }],
  ["a server that is no engine", { version: { status: 404, body: "<html>" } }, { code: "IO_ERROR", message: /404/ }],
  [
    "an engine that speaks no JSON",
    { version: { status: 200, body: "OK" } },
    { code: "IO_ERROR", message: /not JSON/ },
  ],
] as const) {
  test(`an error: ${name}`, async (t) => {
    const { socket } = await fakeEngine(t, options);
    const { load } = await setUp(t, { DOCKER_HOST: `unix://${socket}` });
    await assert.rejects(load("app:1"), expected);
  });
}

test("several platforms don't fit into an engine", async (t) => {
  const { socket, requests } = await fakeEngine(t);
  const { image, deps } = await setUp(t, { DOCKER_HOST: `unix://${socket}` });
  const other = buildImage("linux/amd64", image.built);
  const publication = publicationOf([image, other], ["app:1"]);
  await assert.rejects(engineDestination().write(publication, deps), { code: "USAGE", message: /one platform/ });
  assert.deepEqual(requests, []);
});

test("without an engine every place that was looked at is named", async (t) => {
  const folder = temporaryFolder(t);
  const { load } = await setUp(t, { XDG_RUNTIME_DIR: folder, HOME: folder, PATH: folder });
  await assert.rejects(load("app:1"), (error: Error) => {
    for (const place of [
      `${folder}/docker.sock: not there`,
      `${folder}/podman/podman.sock: not there`,
      "nerdctl and ctr",
    ])
      assert.ok(error.message.includes(place), error.message);
    return true;
  });
});

test("containerd's client is the last way, and its words are passed on", async (t) => {
  const folder = temporaryFolder(t);
  const { load, image } = await setUp(t, { HOME: folder, PATH: `${folder}:/usr/bin:/bin` });
  const program = (script: string): void => {
    writeFileSync(join(folder, "nerdctl"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "nerdctl"), 0o755);
  };
  program(`[ "$1" = version ] || cat > ${folder}/loaded.tar`);
  assert.equal((await load("app:1")).uploaded, image.layers[0]?.size);
  program('[ "$1" = version ] || { echo "cannot unpack" >&2; exit 3; }');
  await assert.rejects(load("app:1"), { code: "IO_ERROR", message: /nerdctl could not load the image: cannot unpack/ });
});

test("DOCKER_HOST comes before the context, and the context before CONTAINER_HOST and the usual sockets", async (t) => {
  const folder = temporaryFolder(t);
  const meta = join(folder, ".docker/contexts/meta", createHash("sha256").update("colima").digest("hex"));
  mkdirSync(meta, { recursive: true });
  writeFileSync(
    join(meta, "meta.json"),
    JSON.stringify({ Endpoints: { docker: { Host: "unix:///run/colima.sock" } } }),
  );
  writeFileSync(join(folder, ".docker/config.json"), '{"currentContext": "colima"}');
  const sockets = async (environment: Readonly<Record<string, string>>) =>
    (await enginePlaces({ HOME: folder, ...environment })).places.map(({ address }) => Object.values(address)[0]);
  assert.deepEqual(await sockets({ DOCKER_HOST: "tcp://127.0.0.1:2375", CONTAINER_HOST: "unix:///c" }), [
    "http://127.0.0.1:2375/",
  ]);
  assert.deepEqual(await sockets({ CONTAINER_HOST: "unix:///c" }), ["/run/colima.sock"]);
  assert.deepEqual(await sockets({ DOCKER_CONTEXT: "default", CONTAINER_HOST: "unix:///c" }), ["/c"]);
  assert.deepEqual(await sockets({ DOCKER_CONTEXT: "default", XDG_RUNTIME_DIR: "/r" }), [
    "/var/run/docker.sock",
    "/r/docker.sock",
    `${folder}/.docker/run/docker.sock`,
    "/r/podman/podman.sock",
    "/run/podman/podman.sock",
  ]);
  await assert.rejects(sockets({ DOCKER_CONTEXT: "gone" }), { code: "USAGE", message: /context "gone"/ });
});

test("addresses that can't be spoken to are refused with a way out", async () => {
  for (const host of ["ssh://me@host", "npipe:////./pipe/docker", "unix://relative", "tcp://me:secret@host:1"]) {
    await assert.rejects(enginePlaces({ DOCKER_HOST: host }), (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, "USAGE");
      assert.match(error.hint ?? "", /type=docker,dest=FILE/);
      assert.ok(!error.message.includes("secret"));
      return true;
    });
  }
});

test("`type=docker` is the engine without dest and a file with it", () => {
  assert.equal(openDestination("type=docker").title, "container engine");
  assert.match(openDestination("type=docker,dest=x.tar").title, /x\.tar/);
});
