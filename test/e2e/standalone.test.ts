import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { writeBaseImage } from "../support/base-image.ts";
import { ociasm, type RunResult } from "../support/cli.ts";
import { buildImage, buildLayer } from "../support/image.ts";
import { type FolderImage, type Json, readImageFolder, readLayer } from "../support/image-folder.ts";
import { buildStandalone } from "../support/standalone-python.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { buildWheel } from "../support/wheel.ts";

const LIBC = "usr/lib/x86_64-linux-gnu/libc.so.6";
const GLIBC = "GNU C Library (test) stable release version 2.36.\n";

/** A project, a wheel for Python 3.12 alone, and a base that has no Python. */
async function bench(t: TestContext) {
  const folder = temporaryFolder(t);
  const files = { [LIBC]: GLIBC, "etc/ssl/certs/ca-certificates.crt": "-----BEGIN CERTIFICATE-----\n" };
  const image = buildImage("linux/amd64", [await buildLayer(files)], { Env: ["PATH=/usr/bin"] });
  const base = await writeBaseImage(join(folder, "base"), image);
  const python = buildStandalone();
  const wheel = buildWheel({ name: "own", version: "1.0", tag: "cp312-cp312-manylinux_2_28_x86_64" });
  const [app, wheels] = [join(folder, "app"), join(folder, "wheels")];
  for (const one of [app, wheels]) mkdirSync(one);
  writeFileSync(join(wheels, wheel.filename), wheel.bytes);
  writeFileSync(join(folder, python.filename), python.bytes);
  writeFileSync(join(app, "main.py"), "");
  writeFileSync(join(app, "requirements.txt"), "own==1.0\n");
  const configure = (text: string): void => writeFileSync(join(app, "ociasm.yaml"), `base: ${base}\n${text}`);
  const run = (verb: string, ...more: string[]): Promise<RunResult> =>
    ociasm([verb, app, "--no-index", "--find-links", wheels, "--cache-dir", join(folder, "cache"), ...more]);
  const out = join(folder, "out");
  const build = async (...more: string[]) => {
    rmSync(out, { recursive: true, force: true });
    const built = await run("build", "-t", "a:1", "-o", `type=oci,dest=${out},tar=false`, ...more);
    assert.equal(built.code, 0, built.stderr);
    const [read] = (await readImageFolder(out)).images;
    assert.ok(read !== undefined);
    return read;
  };
  return { folder, app, base, python, configure, run, build, out };
}

/** Kinds of the layers, as the manifest has them. */
function kindsOf({ layers }: Pick<FolderImage, "layers">): readonly unknown[] {
  return layers.map((layer) => (layer["annotations"] as Json | undefined)?.["dev.ociasm.layer.kind"]);
}

test("a standalone Python by path lies on an image that has none, and wheels are chosen for it", async (t) => {
  const { configure, build, python, out } = await bench(t);
  configure(`python: {url: ../${python.filename}, sha256: ${python.sha256}}\n`);
  const image = await build();
  const runtime = image.config["config"] as { readonly Env: readonly string[] };
  assert.deepEqual(runtime.Env.filter((entry) => /^(?:PATH|SSL)/.test(entry)).sort(), [
    "PATH=/app/.venv/bin:/opt/python/bin:/usr/bin",
    "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
  ]);
  assert.ok(kindsOf(image).includes("python"));
  const files = new Map<string, string>();
  for (const layer of image.layers) {
    for (const [path, { header, text }] of await readLayer(out, layer)) files.set(path, header.linkname ?? text);
  }
  assert.equal(files.get("app/.venv/bin/python"), "/opt/python/bin/python3.12");
  assert.match(files.get("app/.venv/pyvenv.cfg") ?? "", /^home = \/opt\/python\/bin\n.*\nversion = 3\.12\.4\n/s);
  assert.ok(files.has("opt/python/lib/python3.12/os.py"));
  assert.ok(!files.has("opt/python/bin/pip3"));
});

test("a lock keeps the archive, and what is built of it has the same Python", async (t) => {
  const { configure, build, run, app, python, folder } = await bench(t);
  configure(`python:\n  url: ${join(folder, python.filename)}\n  sha256: ${python.sha256}\n`);
  const direct = await build("--bytecode", "none");
  const locked = await run("lock");
  assert.equal(locked.code, 0, locked.stderr);
  const text = readFileSync(join(app, "pylock.toml"), "utf8");
  assert.ok(text.includes(`sha256 = "${python.sha256}"`), text);
  assert.match(text, /python = "3\.12\.4"/);
  configure("");
  rmSync(join(app, "requirements.txt"));
  const followed = await build("--bytecode", "none", "--frozen");
  // The last is the project's, in which the lock is.
  assert.deepEqual(followed.layers.slice(0, -1), direct.layers.slice(0, -1));
});

test("--python takes an archive with its hash, and says what is wrong with another text", async (t) => {
  const { configure, build, run, python, folder } = await bench(t);
  configure("");
  const path = join(folder, python.filename);
  const image = await build("--python", `file://${path}#sha256=${python.sha256}`);
  assert.ok(kindsOf(image).includes("python"));
  const refused = await run("plan", "--python", path);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /--python must be a version such as 3\.12, or an archive as URL#sha256=HEX/);
});
