import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openBase } from "../../src/base/providers.ts";
import { openDestination } from "../../src/destination/destinations.ts";
import { silent } from "../../src/events.ts";
import { baseDeps, baseRequest } from "../support/base-deps.ts";
import { run } from "../support/cli.ts";
import { type BuiltImage, buildImage, buildLayer, layersIn, publicationOf } from "../support/image.ts";
import { startRegistry } from "../support/real-registry.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, needsTools } from "../support/tools.ts";

// What we write, read by programs that we did not write, and the other way round.

async function pythonImage(platform = "linux/amd64"): Promise<BuiltImage> {
  const lower = await buildLayer({
    usr: { type: "directory", mode: 0o755 },
    "usr/bin": { type: "directory", mode: 0o755 },
    "usr/bin/python3.11": { mode: 0o755, text: "\x003.11.2\0" },
    "usr/lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so": "ELF",
    "usr/lib/x86_64-linux-gnu/libc.so.6": "stable release version 2.36.\n",
  });
  const upper = await buildLayer({ app: { type: "directory", mode: 0o755 }, "app/main.py": "print('hello')\n" });
  return buildImage(platform, [lower, upper], {
    Env: ["PATH=/usr/bin"],
    Entrypoint: ["python3.11"],
    Cmd: ["/app/main.py"],
  });
}

async function write(folder: string, spec: string, images: readonly BuiltImage[], tag: string) {
  const deps = {
    layers: layersIn(join(folder, "store"), images),
    report: silent,
    signal: new AbortController().signal,
    environment: {},
  };
  return openDestination(spec).write(publicationOf(images, [tag]), deps);
}

async function succeeds(command: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command, args);
  assert.equal(code, 0, `${command} ${args.join(" ")}\n${stderr}`);
  return stdout;
}

const skopeo = (...args: readonly string[]) => succeeds("skopeo", "--insecure-policy", ...args);

test("skopeo reads every layout and archive with the digests that were written", async (t) => {
  if (!needsTools(t, "skopeo")) return;
  const folder = temporaryFolder(t);
  const image = await pythonImage();
  await write(folder, `type=oci,tar=false,dest=${folder}/layout`, [image], "registry.example/app:1");
  await write(folder, `type=oci,dest=${folder}/oci.tar`, [image], "registry.example/app:1");
  await write(folder, `type=docker,dest=${folder}/docker.tar`, [image], "registry.example/app:1");
  for (const source of [`oci:${folder}/layout:1`, `oci-archive:${folder}/oci.tar`, `oci-archive:${folder}/oci.tar:1`]) {
    const seen = JSON.parse(await skopeo("inspect", source)) as { Digest: string; Layers: string[] };
    assert.equal(seen.Digest, image.manifest.descriptor.digest, source);
    assert.deepEqual(
      seen.Layers,
      image.layers.map((layer) => layer.digest),
    );
  }
  const name = "registry.example/app:1";
  const config = JSON.parse(await skopeo("inspect", "--config", `docker-archive:${folder}/docker.tar:${name}`));
  assert.deepEqual(
    config.rootfs.diff_ids,
    image.built.map((layer) => layer.diffId),
  );
  await skopeo("copy", `docker-archive:${folder}/docker.tar:${name}`, `dir:${folder}/dir`);
});

test("umoci unpacks what was written", async (t) => {
  if (!needsTools(t, "umoci")) return;
  if (process.getuid?.() !== 0) return t.skip("umoci needs root here");
  const folder = temporaryFolder(t);
  await write(folder, `type=oci,tar=false,dest=${folder}/layout`, [await pythonImage()], "app:1");
  await succeeds("umoci", "unpack", "--image", `${folder}/layout:1`, join(folder, "bundle"));
  assert.equal(readFileSync(join(folder, "bundle/rootfs/app/main.py"), "utf8"), "print('hello')\n");
});

test("podman loads both archives under the name that was given", async (t) => {
  if (!needsTools(t, "podman")) return;
  if (process.getuid?.() !== 0) return t.skip("podman needs root here");
  const folder = temporaryFolder(t);
  const image = await pythonImage();
  const own = ["--root", `${folder}/root`, "--runroot", `${folder}/run`, "--storage-driver", "vfs"];
  for (const type of ["oci", "docker"]) {
    const tag = `registry.example/app:${type}`;
    await write(folder, `type=${type},dest=${folder}/${type}.tar`, [image], tag);
    await succeeds("podman", ...own, "load", "--quiet", "--input", `${folder}/${type}.tar`);
    const id = await succeeds("podman", ...own, "image", "inspect", "--format", "{{.Id}}", tag);
    assert.equal(`sha256:${id.trim()}`, image.config.descriptor.digest);
  }
});

test("crane finds nothing to say against the archive", async (t) => {
  if (!needsTools(t, "crane")) return;
  const folder = temporaryFolder(t);
  await write(folder, `type=docker,dest=${folder}/a.tar`, [await pythonImage()], "registry.example/app:1");
  assert.match(await succeeds("crane", "validate", "--tarball", `${folder}/a.tar`), /PASS/);
});

for (const name of ["docker-registry", "crane"]) {
  test(`${name}: a push is read by others and by us, and the next one moves nothing`, async (t) => {
    if (!needsTools(t, name)) return;
    const host = await startRegistry(t, name);
    const folder = temporaryFolder(t);
    const images = [await pythonImage(), await pythonImage("linux/arm64")];
    const first = await write(folder, "type=registry", images, `${host}/team/app:1`);
    assert.ok(first.uploaded > 0 && first.mounted === 0);
    const second = await write(folder, "type=registry", images, `${host}/team/app:1`);
    assert.deepEqual([second.uploaded, second.mounted, second.existing], [0, 0, first.uploaded + first.existing]);
    if (existsSync("/usr/bin/skopeo")) {
      const seen = JSON.parse(await skopeo("inspect", "--raw", "--tls-verify=false", `docker://${host}/team/app:1`));
      assert.equal(seen.manifests.length, 2);
    }
    if (findTool("crane") !== undefined) {
      assert.match(await succeeds("crane", "validate", "--insecure", "--remote", `${host}/team/app:1`), /PASS/);
    }
    const base = await openBase(`${host}/team/app:1`, baseRequest("linux/arm64"), baseDeps(t));
    assert.equal(base.digest, images[1]?.manifest.descriptor.digest);
    assert.equal(base.facts.python?.version, "3.11.2");
  });

  test(`${name}: layers are mounted from the base's repository`, async (t) => {
    if (!needsTools(t, name)) return;
    const host = await startRegistry(t, name);
    const folder = temporaryFolder(t);
    const image = await pythonImage();
    await write(folder, "type=registry", [image], `${host}/base:1`);
    const layers = { local: () => Promise.reject(new Error("asked for a layer")), origins: () => [`${host}/base`] };
    const deps = { layers, report: silent, signal: new AbortController().signal, environment: {} };
    const result = await openDestination("type=registry").write(publicationOf([image], [`${host}/other:1`]), deps);
    // crane's registry keeps one set of blobs for all repositories.
    assert.equal(result.mounted + result.existing >= image.layers.reduce((sum, layer) => sum + layer.size, 0), true);
    assert.ok(name === "crane" || result.mounted > 0);
  });
}

test("bases that skopeo wrote are read: schema 2, docker-archive and its layouts", async (t) => {
  if (!needsTools(t, "skopeo", "docker-registry")) return;
  const host = await startRegistry(t, "docker-registry");
  const folder = temporaryFolder(t);
  const image = await pythonImage();
  await write(folder, `type=oci,tar=false,dest=${folder}/layout`, [image], "app:1");
  const source = `oci:${folder}/layout:1`;
  mkdirSync(`${folder}/other`);
  await skopeo("copy", "--format", "v2s2", "--dest-tls-verify=false", source, `docker://${host}/base:s2`);
  await skopeo("copy", source, `docker-archive:${folder}/saved.tar:app:1`);
  await skopeo("copy", source, `oci:${folder}/other/layout:tag`);
  for (const spec of [`${host}/base:s2`, `archive:${folder}/saved.tar:app:1`, `oci:${folder}/other/layout:tag`]) {
    const base = await openBase(spec, baseRequest(), baseDeps(t));
    assert.equal(base.facts.python?.version, "3.11.2", spec);
    assert.deepEqual(
      base.layers.map((layer) => layer.diffId),
      image.built.map((layer) => layer.diffId),
      spec,
    );
    await base.close();
  }
});
