import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { ociasm } from "../support/cli.ts";
import { readLayout } from "../support/oci-layout.ts";
import { type Engine, podmanIn, RUN, succeeds } from "../support/private-engines.ts";
import { startRegistry, USER } from "../support/real-registry.ts";
import { REQUIREMENTS, writeSmallApp } from "../support/small-app.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, needs, needsTools } from "../support/tools.ts";

// Pushed to registries that others wrote, run from there, and built upon.

let work = "";

before(async () => {
  work = await mkdtemp(join(tmpdir(), "ociasm-registries-"));
  await writeSmallApp(join(work, "app"));
  await mkdir(join(work, "empty"));
});

after(async () => {
  await rm(work, { recursive: true, force: true });
});

interface Result {
  readonly digest: string;
  readonly images: readonly {
    readonly digest: string;
    readonly layers: readonly {
      readonly digest: string;
      readonly diffId: string;
      readonly kind: string;
      readonly origin: string;
    }[];
  }[];
  readonly bytes: Readonly<Record<string, number>>;
}

async function build(args: readonly string[], cache = "cache"): Promise<Result> {
  const result = await ociasm(["build", ...args, "--cache-dir", join(work, cache), "--json", "-q"]);
  assert.equal(result.code, 0, result.stderr);
  return JSON.parse(result.stdout);
}

const APP = (): readonly string[] => [join(work, "app"), "-r", REQUIREMENTS];

/** podman pulls and runs the image's own entry point. */
async function pullAndRun(podman: Engine, name: string, ...flags: readonly string[]): Promise<void> {
  await podman("pull", "--quiet", "--tls-verify=false", ...flags, name);
  assert.equal(await podman(...RUN, name), "ran 3 11\n", name);
}

function canRun(t: TestContext): boolean {
  return needsTools(t, "podman", "runc") && needs(t, "root, for podman", process.getuid?.() === 0);
}

for (const registry of ["docker-registry", "crane"]) {
  test(`${registry}: pushed, pushed again for nothing, run from there, and built upon`, async (t) => {
    if (!needsTools(t, registry) || !canRun(t)) return;
    const host = await startRegistry(t, registry);
    const podman = await podmanIn(t);
    const name = `${host}/team/small:1`;
    const first = await build([...APP(), "-t", name, "--push"]);
    assert.ok((first.bytes["uploaded"] ?? 0) > 10_000_000);
    const second = await build([...APP(), "-t", name, "-t", `${host}/team/small:2`, "--push"]);
    assert.equal(second.digest, first.digest);
    assert.equal(second.bytes["uploaded"], 0);
    await pullAndRun(podman, `${host}/team/small:2`);
    if (findTool("crane") !== undefined) {
      assert.match(await succeeds("crane", "validate", "--insecure", "--remote", name), /PASS/);
      assert.equal((await succeeds("crane", "digest", "--insecure", name)).trim(), first.digest);
    }
    const base = await build([join(work, "empty"), "--base", "deb:bookworm", "-t", `${host}/base:1`, "--push"]);
    const onBase = await build([...APP(), "--base", `${host}/base:1`, "-t", `${host}/team/based:1`, "--push"]);
    assert.deepEqual(
      fromBase(onBase),
      base.images[0]?.layers.map((layer) => layer.digest),
    );
    await pullAndRun(podman, `${host}/team/based:1`);
  });
}

test("podman runs what a machine pushed that never had the layers", async (t) => {
  if (!needsTools(t, "docker-registry") || !canRun(t)) return;
  const host = await startRegistry(t, "docker-registry");
  const name = `${host}/team/small:1`;
  const first = await build([...APP(), "-t", name, "--push"]);
  const changed = join(work, "changed");
  await writeSmallApp(changed);
  await writeFile(join(changed, "data", "new"), "one line\n");
  const second = await build([changed, "-r", REQUIREMENTS, "-t", name, "--push"], "fresh-cache");
  const { wheelsFetched, debsFetched, baseFetched, uploaded = Infinity } = second.bytes;
  assert.deepEqual({ wheelsFetched, debsFetched, baseFetched }, { wheelsFetched: 0, debsFetched: 0, baseFetched: 0 });
  assert.ok(uploaded < 20_000, `${uploaded}`);
  const origins = second.images[0]?.layers.map(({ kind, origin }) => `${kind} ${origin}`) ?? [];
  assert.deepEqual(
    origins.filter((origin) => !origin.endsWith(" registry")),
    ["project built"],
  );
  assert.notEqual(second.digest, first.digest);
  await pullAndRun(await podmanIn(t), `${host}/team/small@${second.digest}`);
});

const fromBase = ({ images: [image] }: Result): readonly string[] =>
  (image?.layers ?? []).filter((layer) => layer.origin === "base").map((layer) => layer.digest);

test("a base in a layout, an archive and a registry gives the same layers on top", async (t) => {
  if (!needsTools(t, "docker-registry") || !canRun(t)) return;
  const host = await startRegistry(t, "docker-registry");
  const folder = temporaryFolder(t);
  const outputs = [
    `type=oci,dest=${folder}/layout,tar=false`,
    `type=oci,dest=${folder}/oci.tar`,
    `type=docker,dest=${folder}/docker.tar`,
  ];
  const base = [join(work, "empty"), "--base", "deb:bookworm", "-t", `${host}/base:1`, "--push"];
  await build([...base, ...outputs.flatMap((output) => ["-o", output])]);
  const port = host?.replace("127.0.0.1", "localhost");
  const bases = [
    `${port}/base:1`,
    `oci:${folder}/layout:1`,
    `archive:${folder}/oci.tar`,
    `archive:${folder}/docker.tar`,
  ];
  const seen: unknown[] = [];
  for (const [at, spec] of bases.entries()) {
    const out = join(folder, `out-${at}`);
    const kept = [`type=oci,dest=${out},tar=false`, `type=docker,dest=${out}.tar`];
    await build([...APP(), "--base", spec, "-t", "small:1", ...kept.flatMap((output) => ["-o", output])]);
    seen.push((await readLayout(out)).map(({ layers }) => layers.map(({ digest, diffId }) => ({ digest, diffId }))));
    if (at % 2 === 1) continue;
    const podman = await podmanIn(t);
    await podman("load", "--quiet", "--input", `${out}.tar`);
    assert.equal(await podman(...RUN, "docker.io/library/small:1"), "ran 3 11\n", spec);
  }
  for (const layers of seen) assert.deepEqual(layers, seen[0]);
});

test("a base that umoci made and skopeo pushed in Docker's own format is built upon", async (t) => {
  if (!needsTools(t, "umoci", "skopeo", "docker-registry") || !canRun(t)) return;
  const host = await startRegistry(t, "docker-registry");
  const folder = temporaryFolder(t);
  const own = `type=oci,dest=${folder}/own,tar=false`;
  await build([join(work, "empty"), "--base", "deb:bookworm", "-t", "own:1", "-o", own]);
  await succeeds("umoci", "unpack", "--image", `${folder}/own:1`, `${folder}/bundle`);
  const image = ["--image", `${folder}/foreign:base`];
  await succeeds("umoci", "init", "--layout", `${folder}/foreign`);
  await succeeds("umoci", "new", ...image);
  await succeeds("umoci", "insert", ...image, `${folder}/bundle/rootfs`, "/");
  const greeting = ["--config.env", "GREETING=hello", "--config.env", "PATH=/usr/local/bin:/usr/bin:/bin"];
  await succeeds("umoci", "config", ...image, "--architecture", "amd64", "--os", "linux", ...greeting);
  const remote = `${host}/foreign:1`;
  const copy = ["--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", "--format", "v2s2"];
  await succeeds("skopeo", ...copy, `oci:${folder}/foreign:base`, `docker://${remote}`);
  const podman = await podmanIn(t);
  for (const [at, spec] of [`oci:${folder}/foreign:base`, remote].entries()) {
    const name = `${host}/on/foreign:${at}`;
    const built = await build([...APP(), "--base", spec, "-t", name, "--push"]);
    assert.equal(fromBase(built).length, 1);
    await pullAndRun(podman, name);
    const greet = ["-c", "import os; print(os.environ['GREETING'])"];
    assert.equal(await podman(...RUN, "--entrypoint", "python", name, ...greet), "hello\n");
  }
});

test("a registry with a password takes and gives with it only, and it is said nowhere", async (t) => {
  if (!needsTools(t, "docker-registry") || !canRun(t)) return;
  const host = (await startRegistry(t, "docker-registry", { password: true })) ?? "";
  const folder = temporaryFolder(t);
  const base = [join(work, "empty"), "--base", "deb:bookworm", "-t", `${host}/base:1`, "--push", "-v"];
  const cache = ["--cache-dir", join(work, "cache")];
  const refused = await ociasm(["build", ...base, ...cache], { env: { HOME: folder } });
  assert.equal(refused.code, 4, refused.stderr);
  assert.match(refused.stderr, /401|[Uu]nauthorized|credentials|log in/);
  const auth = Buffer.from(`${USER.name}:${USER.password}`).toString("base64");
  await writeFile(join(folder, "config.json"), JSON.stringify({ auths: { [host]: { auth } } }));
  const login = { env: { HOME: folder, DOCKER_CONFIG: folder } };
  const pushed = await ociasm(["build", ...base, ...cache, "--progress", "json"], login);
  assert.equal(pushed.code, 0, pushed.stderr);
  const name = `${host}/team/small:1`;
  const built = await ociasm(
    ["build", ...APP(), "--base", `${host}/base:1`, "-t", name, "--push", "-v", ...cache],
    login,
  );
  assert.equal(built.code, 0, built.stderr);
  for (const { stdout, stderr } of [refused, pushed, built]) {
    for (const secret of [USER.password, auth]) assert.ok(!`${stdout}${stderr}`.includes(secret));
  }
  await pullAndRun(await podmanIn(t), name, "--creds", `${USER.name}:${USER.password}`);
});
