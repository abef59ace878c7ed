import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fakeRegistry } from "../fake-registry/registry.ts";
import { ociasm, type RunResult, startOciasm } from "../support/cli.ts";
import { mixedIndex, seedMoved } from "../support/moving.ts";
import { temporaryFolder } from "../support/temporary.ts";

// The verbs that move images, as a person runs them.

interface Bench {
  readonly folder: string;
  readonly cache: string;
  run(...words: readonly string[]): Promise<RunResult>;
  /** stdout of a command that has to succeed. */
  ok(...words: readonly string[]): Promise<string>;
}

function bench(t: TestContext): Bench {
  const folder = temporaryFolder(t);
  const cache = join(folder, "cache");
  mkdirSync(join(folder, "app"));
  writeFileSync(join(folder, "app", "main.py"), "print(1)\n");
  const run: Bench["run"] = (...words) => ociasm([...words, "--cache-dir", cache], { env: { HOME: folder } });
  return {
    folder,
    cache,
    run,
    ok: async (...words) => {
      const { code, stdout, stderr } = await run(...words);
      assert.equal(code, 0, `${words.join(" ")}\n${stderr}`);
      return stdout.trim();
    },
  };
}

test("runners that build apart make the very index that one run makes", async (t) => {
  const { host, manifest } = await fakeRegistry(t);
  const { ok, folder } = bench(t);
  const build = ["build", join(folder, "app"), "--base", "scratch", "-q"];
  const whole = await ok(...build, "--platform", "linux/amd64,linux/arm64", "-t", `${host}/whole:1`, "--push");
  const apart: string[] = [];
  for (const [platform, type] of [
    ["linux/arm64", "registry"],
    ["linux/amd64", "image"],
  ]) {
    const output = `type=${type},push-by-digest=true,name-canonical=true,push=true,name=${host}/apart`;
    apart.push(await ok(...build, "--platform", platform ?? "", "-o", output));
  }
  for (const name of apart) assert.match(name, new RegExp(`^${host}/apart@sha256:[0-9a-f]{64}$`));
  const merged = await ok("index", "create", `${host}/merged:1`, ...apart, "-t", `${host}/merged:2`);
  assert.equal(merged.split("@")[1], whole.split("@")[1]);
  assert.deepEqual(manifest("merged:2")?.bytes, manifest("whole:1")?.bytes);
  const other = await ok("index", "create", `${host}/merged:3`, ...[...apart].reverse(), "--annotation", "a=1");
  assert.notEqual(other, merged);
  assert.equal(JSON.parse(await ok("inspect", `${host}/merged:3`, "--raw")).annotations.a, "1");
});

test("pull keeps an image under its name, push needs it there, rm takes the name and prune the rest", async (t) => {
  const registry = await fakeRegistry(t);
  const { run, ok, cache } = bench(t);
  const moved = await mixedIndex();
  seedMoved(registry, "team/app", "1", moved);
  const name = `${registry.host}/team/app:1`;
  const { digest } = moved.top.descriptor;
  const missing = await run("push", name);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /IMAGE_NOT_FOUND.*not in the local store/);
  assert.equal(await ok("pull", name), `${name}@${digest}`);
  assert.match(await ok("image", "ls"), /linux\/amd64,linux\/arm64/);
  await ok("pull", `${registry.host}/team/app@${digest}`);
  await ok("pull", name, "-t", "kept:1", "--platform", "linux/amd64");
  registry.drop("team/app", moved.layers[1]?.descriptor.digest ?? "");
  assert.equal(await ok("push", name), `${name}@${digest}`);
  assert.ok(registry.blob("team/app", moved.layers[1]?.descriptor.digest ?? "") !== undefined);
  const blobs = (): number => readdirSync(join(cache, "blobs/sha256"), { recursive: true }).length;
  const before = blobs();
  await ok("image", "prune");
  assert.equal(blobs(), before);
  assert.equal((await run("image", "rm", name, "nobody:1")).code, 2);
  assert.match(await ok("image", "ls"), /team\/app:1/);
  await ok("image", "rm", name, `${registry.host}/team/app@${digest}`);
  const pruned = JSON.parse(await ok("image", "prune", "--json"));
  assert.ok(pruned.blobs > 0 && pruned.bytes > 0);
  // What the other name needs is still whole.
  await ok("copy", "kept:1", `${registry.host}/kept:1`);
});

test("rm and prune wait for nobody: while another run works they refuse", async (t) => {
  const { run, cache } = bench(t);
  mkdirSync(join(cache, "locks"), { recursive: true });
  const lock = join(cache, "locks", "a.lock");
  writeFileSync(lock, `${hostname()} ${process.pid} abc`);
  for (const words of [
    ["image", "rm", "a:1"],
    ["image", "prune"],
  ]) {
    const { code, stderr } = await run(...words);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`process ${process.pid}`));
  }
  writeFileSync(lock, `${hostname()} 2147483646 abc`);
  assert.equal((await run("image", "prune")).code, 0);
});

test("inspect reads documents only, of every kind of argument, whole or as they are", async (t) => {
  const registry = await fakeRegistry(t);
  const { run, ok, folder } = bench(t);
  const moved = await mixedIndex();
  seedMoved(registry, "app", "1", moved);
  const remote = `docker://${registry.host}/app:1`;
  const described = await ok("inspect", remote, "--json");
  for (const layer of moved.layers)
    assert.equal(registry.audit.requestsOf({ path: new RegExp(layer.descriptor.digest) }).length, 0);
  const { images, digest } = JSON.parse(described);
  assert.equal(digest, moved.top.descriptor.digest);
  assert.deepEqual(
    images.map((image: { platform: string }) => image.platform),
    ["linux/amd64", "linux/arm64", "unknown/unknown"],
  );
  await ok("copy", remote, `oci:${folder}/layout:1`);
  await ok("copy", remote, `archive:${folder}/a.tar`);
  await ok("pull", remote, "-t", "stored:1");
  for (const name of [remote, `oci:${folder}/layout:1`, `archive:${folder}/a.tar`, "stored:1"]) {
    assert.equal(await ok("inspect", name, "--raw"), moved.top.bytes.toString().trim(), name);
    assert.deepEqual(JSON.parse(await ok("inspect", name, "--json")).images, images, name);
    assert.match((await run("inspect", name, "--config")).stderr, /--platform linux\/amd64 or linux\/arm64/);
    const config = await ok("inspect", name, "--config", "--platform", "linux/arm64");
    assert.equal(config, moved.documents[2]?.bytes.toString().trim(), name);
  }
});

test("the local store is reached from anywhere by pull, and a bare target of copy is a registry's", async (t) => {
  const registry = await fakeRegistry(t);
  const { run, ok, folder } = bench(t);
  seedMoved(registry, "app", "1", await mixedIndex());
  const name = `${registry.host}/app:1`;
  await ok("copy", name, `oci:${folder}/layout:1`);
  await ok("copy", name, `archive:${folder}/a.tar:1`);
  const digests = [await ok("pull", name, "-t", "from/registry:1")];
  digests.push(await ok("pull", `oci:${folder}/layout:1`, "-t", "from/folder:1"));
  digests.push(await ok("pull", `archive:${folder}/a.tar`, "-t", "from/tar:1"));
  assert.equal(new Set(digests.map((one) => one.split("@")[1])).size, 1);
  assert.deepEqual(
    JSON.parse(await ok("image", "ls", "--json")).images.map((one: { readonly ref: string }) =>
      one.ref.split("/").at(-1),
    ),
    ["folder:1", "registry:1", "tar:1"],
  );
  // It is in the store under that name; the copy goes to the registry of the name all the same.
  await ok("pull", name, "-t", `${registry.host}/there:1`);
  await ok("copy", name, `${registry.host}/there:1`);
  assert.notEqual(registry.manifest("there:1"), undefined);
  assert.equal((await run("copy", name, "nowhere.invalid/x:1")).code, 4);
});

for (const verb of ["pull", "build"] as const) {
  test(`rm and prune take nothing from a ${verb} that is on its way, and do once it has ended`, async (t) => {
    const { run, ok, folder, cache } = bench(t);
    const registry = await fakeRegistry(t);
    seedMoved(registry, "app", "1", await mixedIndex());
    let release = (): void => {};
    const isReleased = new Promise<void>((resolve) => {
      release = resolve;
    });
    const isReached = new Promise<void>((reached) => {
      const wait = (): Promise<void> => {
        reached();
        return isReleased;
      };
      registry.script.add({ method: "GET", path: /app\/blobs/, action: { run: wait } });
    });
    const name = `${registry.host}/app:1`;
    const words = verb === "pull" ? ["pull", name] : ["build", join(folder, "app"), "--base", name];
    const running = startOciasm([...words, "-t", "held:1", "--cache-dir", cache], { env: { HOME: folder } });
    await isReached;
    const clean = [run("image", "prune"), run("image", "rm", "held:1")];
    for (const { code, stderr } of await Promise.all(clean)) {
      assert.equal(code, 2, stderr);
      assert.match(stderr, /has to wait: process \d+ on /);
    }
    release();
    assert.equal((await running.result).code, 0);
    await ok("image", "prune");
    await ok("copy", "held:1", `oci:${folder}/whole`);
  });
}

for (const signal of ["SIGINT", "SIGKILL"] as const) {
  test(`${signal} during a pull leaves no image, and the next pull is whole`, async (t) => {
    const registry = await fakeRegistry(t);
    const { cache, folder, ok } = bench(t);
    const moved = await mixedIndex();
    seedMoved(registry, "app", "1", moved);
    let kill = (): void => {};
    registry.script.add({
      method: "GET",
      path: new RegExp(`blobs/${moved.layers[3]?.descriptor.digest}`),
      action: { run: () => kill() },
    });
    registry.script.add({ method: "GET", path: /blobs/, skip: 3, action: { slow: { piece: 16, milliseconds: 50 } } });
    const name = `${registry.host}/app:1`;
    const running = startOciasm(["pull", name, "--cache-dir", cache], { env: { HOME: folder } });
    kill = () => running.kill(signal);
    const { code } = await running.result;
    assert.equal(code, signal === "SIGINT" ? 130 : null);
    assert.equal(await ok("image", "ls"), "");
    await ok("pull", name);
    assert.deepEqual(readdirSync(join(cache, "tmp")), []);
    await ok("copy", name, `oci:${folder}/out`);
    for (const layer of moved.layers) {
      const path = join(folder, "out/blobs/sha256", layer.descriptor.digest.slice(7));
      assert.deepEqual(readFileSync(path), Buffer.from(layer.bytes));
    }
  });
}
