import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { OCI_CONFIG, OCI_MANIFEST } from "../../src/oci/media-types.ts";
import { ociasm, run as runTool } from "../support/cli.ts";
import { buildLayer } from "../support/image.ts";
import { image } from "../support/moving.ts";
import { containerdIn, succeeds } from "../support/private-engines.ts";
import { startRegistry } from "../support/real-registry.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, needs, needsTools } from "../support/tools.ts";

// Moved by us, read by others; pushed by others, pulled by us.

interface Bench {
  readonly folder: string;
  ok(...words: readonly string[]): Promise<string>;
}

function bench(t: TestContext, env: Readonly<Record<string, string>> = {}): Bench {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "app"));
  writeFileSync(join(folder, "app", "main.py"), "print(1)\n");
  return {
    folder,
    ok: async (...words) => {
      const options = { env: { HOME: folder, ...env } };
      const { code, stdout, stderr } = await ociasm([...words, "--cache-dir", join(folder, "cache")], options);
      assert.equal(code, 0, `${words.join(" ")}\n${stderr}`);
      return stdout.trim();
    },
  };
}

const skopeo = (...args: readonly string[]) => succeeds("skopeo", "--insecure-policy", ...args);

/** distribution 3 (160 MB of modules to compile) is one more wherever it is on PATH under that name. */
const REGISTRIES = ["docker-registry", "crane", ...(findTool("distribution") === undefined ? [] : ["distribution"])];

/** An index of two platforms on `name`, built by us. */
async function pushIndex({ ok, folder }: Bench, name: string): Promise<string> {
  const platforms = ["--platform", "linux/amd64,linux/arm64"];
  const pushed = await ok("build", join(folder, "app"), "--base", "scratch", ...platforms, "-t", name, "--push", "-q");
  return pushed.split("@")[1] ?? "";
}

for (const registry of REGISTRIES) {
  test(`${registry}: others read what we copied and merged, digest for digest`, async (t) => {
    if (!needsTools(t, registry, "skopeo")) return;
    const [host = "", other = ""] = [await startRegistry(t, registry), await startRegistry(t, registry)];
    const own = bench(t);
    const digest = await pushIndex(own, `${host}/team/app:1`);
    const raw = await skopeo("inspect", "--raw", "--tls-verify=false", `docker://${host}/team/app:1`);
    await own.ok("copy", `docker://${host}/team/app:1`, `${other}/far/app:1`);
    await own.ok("copy", `docker://${host}/team/app:1`, `${host}/near/app:1`);
    await own.ok("pull", `${host}/team/app:1`, "-t", `${host}/again/app:1`);
    await own.ok("push", `${host}/again/app:1`);
    for (const name of [`${other}/far/app:1`, `${host}/near/app:1`, `${host}/again/app:1`]) {
      assert.equal(await skopeo("inspect", "--raw", "--tls-verify=false", `docker://${name}`), raw);
      if (findTool("crane") === undefined) continue;
      assert.equal((await succeeds("crane", "digest", "--insecure", name)).trim(), digest);
      assert.match(await succeeds("crane", "validate", "--insecure", "--remote", name), /PASS/);
    }
    const target = `oci:${own.folder}/by-skopeo:1`;
    await skopeo("copy", "--all", "--src-tls-verify=false", `docker://${other}/far/app:1`, target);
    await own.ok("copy", target, `${other}/back:1`);
    assert.equal(await skopeo("inspect", "--raw", "--tls-verify=false", `docker://${other}/back:1`), raw);
  });
}

test("docker-registry: a copy within it mounts every blob, and a second one moves nothing", async (t) => {
  if (!needsTools(t, "docker-registry")) return;
  const host = await startRegistry(t, "docker-registry");
  const own = bench(t);
  await pushIndex(own, `${host}/from:1`);
  const copy = async (): Promise<Readonly<Record<string, number>>> =>
    JSON.parse(await own.ok("copy", `docker://${host}/from:1`, `${host}/to:1`, "--json")).bytes;
  const first = await copy();
  assert.ok(first["uploaded"] === 0 && first["existing"] === 0 && (first["mounted"] ?? 0) > 0);
  assert.deepEqual(await copy(), { uploaded: 0, mounted: 0, existing: first["mounted"] });
});

test("what skopeo pushed in Docker's types comes and goes as it is", async (t) => {
  if (!needsTools(t, "docker-registry", "skopeo")) return;
  const host = await startRegistry(t, "docker-registry");
  const own = bench(t);
  await own.ok(
    "build",
    join(own.folder, "app"),
    "--base",
    "scratch",
    "-o",
    `type=oci,dest=${own.folder}/l,tar=false`,
    "-q",
  );
  const docker = `docker://${host}/docker:1`;
  await skopeo("copy", "--format", "v2s2", "--dest-tls-verify=false", `oci:${own.folder}/l`, docker);
  const raw = await skopeo("inspect", "--raw", "--tls-verify=false", docker);
  assert.match(raw, /vnd\.docker\.distribution\.manifest\.v2\+json/);
  await own.ok("pull", `${host}/docker:1`);
  await own.ok("copy", docker, `archive:${own.folder}/docker.tar:docker:1`);
  await own.ok("copy", `archive:${own.folder}/docker.tar`, `${host}/through/archive:1`);
  await own.ok("copy", `${host}/docker:1`, `${host}/through/store:1`);
  for (const name of ["archive", "store"]) {
    const through = `docker://${host}/through/${name}:1`;
    assert.equal(await skopeo("inspect", "--raw", "--tls-verify=false", through), raw);
  }
  assert.match(await skopeo("inspect", `oci-archive:${own.folder}/docker.tar`), /"Digest"/);
});

test("what crane changed is pulled, and crane pushes the folder that we made of it", async (t) => {
  if (!needsTools(t, "docker-registry", "crane", "skopeo")) return;
  const host = await startRegistry(t, "docker-registry");
  const own = bench(t);
  await own.ok("build", join(own.folder, "app"), "--base", "scratch", "-t", `${host}/app:1`, "--push", "-q");
  await succeeds(
    "crane",
    "mutate",
    "--insecure",
    "--annotation",
    "by=crane",
    "--tag",
    `${host}/app:2`,
    `${host}/app:1`,
  );
  await own.ok("pull", `${host}/app:2`);
  await own.ok("copy", `${host}/app:2`, `oci:${own.folder}/layout`);
  const digest = (await succeeds("crane", "digest", "--insecure", `${host}/app:2`)).trim();
  await succeeds("crane", "push", "--insecure", "--index", `${own.folder}/layout`, `${host}/crane:1`);
  const pushed = JSON.parse(await succeeds("crane", "manifest", "--insecure", `${host}/crane:1`));
  assert.ok(JSON.stringify(pushed).includes(digest));
});

for (const registry of REGISTRIES) {
  test(`${registry}: buildah's image is pulled as it is, and buildah and containerd read ours`, async (t) => {
    const isRoot = process.getuid?.() === 0;
    if (!needsTools(t, registry, "buildah", "containerd", "ctr")) return;
    if (!needs(t, "root, for buildah and containerd", isRoot)) return;
    const host = await startRegistry(t, registry);
    const own = bench(t);
    const stores = ["--root", `${own.folder}/b/root`, "--runroot", `${own.folder}/b/run`, "--storage-driver", "vfs"];
    const buildah = (...words: readonly string[]) => succeeds("buildah", ...stores, ...words);
    const container = (await buildah("from", "scratch")).trim();
    await buildah("copy", container, join(own.folder, "app"), "/app");
    await buildah("commit", "--quiet", "--signature-policy", openPolicy(own.folder), container, "theirs:1");
    const push = ["push", "--quiet", "--tls-verify=false", "--signature-policy", openPolicy(own.folder)];
    await buildah(...push, "theirs:1", `docker://${host}/theirs:1`);
    const raw = (await own.ok("inspect", `docker://${host}/theirs:1`, "--raw")).trim();
    await own.ok("pull", `${host}/theirs:1`, "-t", `${host}/through/us:1`);
    await own.ok("push", `${host}/through/us:1`);
    assert.equal((await own.ok("inspect", `docker://${host}/through/us:1`, "--raw")).trim(), raw);
    const digest = await pushIndex(own, `${host}/ours:1`);
    const pull = ["pull", "--quiet", "--tls-verify=false", "--signature-policy", openPolicy(own.folder)];
    assert.match(await buildah(...pull, `docker://${host}/ours:1`), /^[0-9a-f]{64}\n$/);
    const ctr = await containerdIn(t, temporaryFolder(t));
    await ctr("images", "pull", "--plain-http", "--platform", "linux/amd64", `${host}/ours:1`);
    assert.ok((await ctr("images", "ls", `name==${host}/ours:1`)).includes(digest));
  });
}

/** Takes everything: Debian's buildah has none of its own without recommended packages. */
function openPolicy(folder: string): string {
  const path = join(folder, "policy.json");
  writeFileSync(path, '{"default":[{"type":"insecureAcceptAnything"}]}');
  return path;
}

/** podman's service on a socket, with storage of its own. */
async function podmanService(t: TestContext): Promise<{ readonly socket: string; images(): Promise<string> }> {
  const folder = temporaryFolder(t);
  const socket = join(folder, "podman.sock");
  const own = ["--root", `${folder}/storage`, "--runroot", `${folder}/run`, "--storage-driver", "vfs"];
  const words = [...own, "--runtime", "runc", "system", "service", "--time", "0", `unix://${socket}`];
  const child = spawn("podman", words, { stdio: "ignore" });
  t.after(async () => {
    child.kill();
    await new Promise((resolve) => child.once("exit", resolve));
    await runTool("podman", [...own, "system", "reset", "--force"]);
  });
  for (let tries = 0; tries < 200 && !existsSync(socket); tries++) await new Promise((next) => setTimeout(next, 50));
  const format = "{{.Id}} {{.RepoTags}}";
  return { socket, images: () => succeeds("podman", ...own, "images", "--no-trunc", "--format", format) };
}

test("podman takes an image over its socket, once, and says which platform it wants", async (t) => {
  if (!needsTools(t, "podman", "docker-registry") || !needs(t, "root, for podman", process.getuid?.() === 0)) return;
  const { socket, images } = await podmanService(t);
  const own = bench(t, { DOCKER_HOST: `unix://${socket}` });
  const host = await startRegistry(t, "docker-registry");
  const build = ["build", join(own.folder, "app"), "--base", "scratch", "-t", "moved:1", "--load", "--json"];
  const first = JSON.parse(await own.ok(...build));
  assert.ok(first.bytes.uploaded > 0);
  assert.equal(first.images[0].platform, process.arch === "arm64" ? "linux/arm64" : "linux/amd64");
  assert.match(await images(), new RegExp(`${first.images[0].config.slice(7)} .*docker.io/library/moved:1`));
  const second = JSON.parse(await own.ok(...build, "-t", "moved:2"));
  assert.deepEqual([second.bytes.uploaded, second.bytes.existing], [0, first.bytes.uploaded]);
  assert.match(await images(), /docker.io\/library\/moved:2/);
  await pushIndex(own, `${host}/index:1`);
  await own.ok("pull", `${host}/index:1`, "-o", "type=docker");
  assert.match(await images(), new RegExp(`${host}/index:1`));
});

test("containerd takes an image through ctr where nothing else listens", async (t) => {
  if (!needsTools(t, "containerd", "ctr") || !needs(t, "root, for containerd", process.getuid?.() === 0)) return;
  if (existsSync("/var/run/docker.sock") || existsSync("/run/podman/podman.sock")) return t.skip("an engine runs here");
  const folder = temporaryFolder(t);
  const ctr = await containerdIn(t, folder);
  const own = bench(t, { CONTAINERD_ADDRESS: join(folder, "containerd.sock") });
  const built = await own.ok("build", join(own.folder, "app"), "--base", "scratch", "-t", "moved:1", "--load");
  const listed = await ctr("images", "ls", "name==docker.io/library/moved:1");
  assert.ok(listed.includes(built.split("@")[1] ?? "?"), listed);
});

test("an image that has a layer twice is copied whole", async (t) => {
  if (!needsTools(t, "docker-registry", "skopeo")) return;
  const host = await startRegistry(t, "docker-registry");
  const own = bench(t);
  const layer = await buildLayer({ a: "1" });
  const { config, manifest } = image("linux/amd64", [layer, layer], OCI_MANIFEST, OCI_CONFIG);
  const blobs = join(own.folder, "twice/blobs/sha256");
  mkdirSync(blobs, { recursive: true });
  writeFileSync(join(own.folder, "twice/oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(
    join(own.folder, "twice/index.json"),
    JSON.stringify({ schemaVersion: 2, manifests: [manifest.descriptor] }),
  );
  for (const { descriptor, bytes } of [config, manifest, layer])
    writeFileSync(join(blobs, descriptor.digest.slice(7)), bytes);
  await own.ok("copy", `oci:${own.folder}/twice`, `${host}/twice:1`);
  const raw = await skopeo("inspect", "--raw", "--tls-verify=false", `docker://${host}/twice:1`);
  assert.equal(raw, manifest.bytes.toString());
});
