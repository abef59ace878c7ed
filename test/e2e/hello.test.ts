import assert from "node:assert/strict";
import { cp, mkdir, readdir, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { machineEnvironment, ROOT, run } from "../support/cli.ts";
import { getJson, podmanServe, runcServe } from "../support/containers.ts";
import { needs, needsTools, otherNodes } from "../support/tools.ts";

// The README's first command, from the package as it would be published, by a user who has nothing but node.
let work = "";
let cli = "";
const digests = new Map<string, string>();

before(async () => {
  // podman makes a name of the path, and names are lower case.
  work = join(await realpath(tmpdir()), `ociasm-hello-${process.pid}`);
  await mkdir(work);
  await run("chmod", ["755", work]);
  const packed = await run("npm", ["pack", "--silent", "--pack-destination", work], { cwd: ROOT });
  assert.equal(packed.code, 0, packed.stderr);
  const tarball = (await readdir(work)).find((name) => name.endsWith(".tgz"));
  assert.ok(tarball);
  const prefix = join(work, "global");
  const installed = await run("npm", [
    "install",
    "--global",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--prefix",
    prefix,
    join(work, tarball),
  ]);
  assert.equal(installed.code, 0, installed.stderr);
  cli = join(prefix, "bin", "ociasm");
  await cp(join(ROOT, "examples", "hello"), join(work, "hello"), { recursive: true });
});

after(async () => {
  await rm(work, { recursive: true, force: true });
});

/** Builds with a PATH that holds only node, an empty HOME, and as an ordinary user where this test is root. */
async function build(node: string, name: string): Promise<string> {
  const home = join(work, `home-${name}`);
  const bin = join(work, `bin-${name}`);
  await mkdir(home, { recursive: true });
  await mkdir(bin, { recursive: true });
  await symlink(await realpath(node), join(bin, "node"));
  const out = join(home, "out");
  const args = [
    "build",
    join(work, "hello"),
    "-t",
    "hello:1",
    "-o",
    `type=oci,dest=${out},tar=false`,
    "--progress",
    "plain",
  ];
  const env = { ...machineEnvironment(), OCIASM_BYTECODE: "", HOME: home, PATH: bin };
  const user = process.getuid?.() === 0 ? process.env["OCIASM_TEST_USER"] : undefined;
  if (user !== undefined) await run("chown", ["-R", user, home]);
  const result =
    user === undefined
      ? await run(cli, args, { env })
      : await run("/usr/bin/setpriv", ["--reuid", user, "--regid", user, "--clear-groups", cli, ...args], { env });
  assert.equal(result.code, 0, result.stderr);
  digests.set(name, result.stdout.trim());
  return out;
}

test("the packed tarball builds examples/hello without scripts, Docker, root or Python, and podman serves it", async (t) => {
  if (!needsTools(t, "podman", "runc")) return;
  const out = await build(process.execPath, "node");
  const server = await podmanServe(`oci:${out}:1`);
  try {
    assert.deepEqual(await getJson(server, "/?name=you"), { hello: "you", mean: 4.5, uid: 65532 });
  } finally {
    await server.stop();
  }
});

test("umoci unpacks it and runc serves it", async (t) => {
  if (!needsTools(t, "umoci", "runc") || !needs(t, "root, for runc", process.getuid?.() === 0)) return;
  const out = join(work, "home-node", "out");
  const bundle = join(work, "bundle");
  const unpacked = await run("umoci", ["unpack", "--image", `${out}:1`, bundle]);
  assert.equal(unpacked.code, 0, unpacked.stderr);
  const server = await runcServe(bundle);
  try {
    assert.deepEqual(await getJson(server, "/health"), { status: "ok" });
  } finally {
    await server.stop();
  }
});

test("every other Node line builds the same digest from an empty cache", async (t) => {
  if (!needs(t, "OCIASM_TEST_NODES (other Node binaries)", otherNodes().length > 0)) return;
  for (const [index, node] of otherNodes().entries()) await build(node, `other-${index}`);
  assert.equal(new Set(digests.values()).size, 1, JSON.stringify([...digests]));
  assert.match([...digests.values()][0] ?? "", /^hello:1@sha256:[0-9a-f]{64}$/);
});
