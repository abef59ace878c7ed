import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { writeBaseImage } from "../support/base-image.ts";
import { BASE_SHAPES, type BaseShape } from "../support/base-shapes.ts";
import { ociasm, run } from "../support/cli.ts";
import { elfLibrary } from "../support/elf.ts";
import { buildImage, buildLayer } from "../support/image.ts";
import { readImageFolder } from "../support/image-folder.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs, needsTools } from "../support/tools.ts";
import { buildWheel, type WheelSpec } from "../support/wheel.ts";

// Images that people build on: each as layers made here, through a whole build, and unpacked by umoci.

const SITE = "app/.venv/lib/python3/site-packages";

interface Built {
  readonly rootfs: string;
  readonly config: { readonly Env: readonly string[]; readonly User?: string };
  readonly stderr: string;
}

interface BaseBench {
  readonly folder: string;
  build(...more: readonly string[]): ReturnType<typeof ociasm>;
}

async function bench(t: TestContext, shape: BaseShape, wheels: readonly WheelSpec[]): Promise<BaseBench> {
  const folder = temporaryFolder(t);
  const layers = await Promise.all(shape.layers.map((members) => buildLayer(members)));
  const base = await writeBaseImage(join(folder, "base"), buildImage("linux/amd64", layers, shape.runtime));
  const [app, links] = [join(folder, "app"), join(folder, "wheels")];
  for (const one of [app, links]) mkdirSync(one);
  for (const { filename, bytes } of wheels.map(buildWheel)) writeFileSync(join(links, filename), bytes);
  writeFileSync(join(app, "requirements.txt"), wheels.map(({ name, version }) => `${name}==${version}\n`).join(""));
  writeFileSync(join(app, "main.py"), "import own\n");
  writeFileSync(join(app, "note.txt"), "extra");
  const extra =
    "[{from: note.txt, to: /lib/note.txt}, {from: note.txt, to: /opt/note.txt}, {from: note.txt, to: /var/run/note.txt}]";
  writeFileSync(join(app, "ociasm.yaml"), `base: ${base}\nfiles: {extra: ${extra}}\n`);
  const out = `type=oci,dest=${join(folder, "out")},tar=false`;
  const words = ["build", app, "--no-index", "--find-links", links, "--cache-dir", join(folder, "cache"), "-t", "a:1"];
  return { folder, build: (...more) => ociasm([...words, "-o", out, ...more]) };
}

async function unpacked({ folder, build }: BaseBench): Promise<Built> {
  const { code, stderr } = await build();
  assert.equal(code, 0, stderr);
  const out = join(folder, "out");
  const { code: failed, stderr: why } = await run("umoci", ["unpack", "--image", `${out}:1`, join(folder, "bundle")]);
  assert.equal(failed, 0, why);
  const [image] = (await readImageFolder(out)).images;
  const config = (image?.config["config"] ?? {}) as Built["config"];
  return { rootfs: join(folder, "bundle", "rootfs"), config, stderr };
}

for (const shape of BASE_SHAPES) {
  test(`${shape.name}: a whole build leaves the base as it was and runs on its Python`, async (t) => {
    if (!needsTools(t, "umoci") || !needs(t, "root, for umoci", process.getuid?.() === 0)) return;
    const own = { name: "own", version: "1.0", tag: shape.tag, files: { "own/__init__.py": "NUMBER = 1\n" } };
    const { rootfs, config } = await unpacked(await bench(t, shape, [own]));
    assert.equal(readlinkSync(join(rootfs, "app/.venv/bin/python")), shape.executable);
    assert.ok(existsSync(join(rootfs, shape.executable.slice(1))));
    assert.equal(readFileSync(join(rootfs, SITE, "own/__init__.py"), "utf8"), "NUMBER = 1\n");
    assert.match(readFileSync(join(rootfs, "app/.venv/pyvenv.cfg"), "utf8"), new RegExp(`home = .*${homeOf(shape)}\n`));
    for (const [path, target] of Object.entries(shape.links)) {
      assert.ok(lstatSync(join(rootfs, path)).isSymbolicLink(), `${path} is a link no more`);
      assert.equal(readlinkSync(join(rootfs, path)), target);
    }
    for (const [path, text] of Object.entries(shape.files)) {
      const there = existsSync(join(rootfs, path)) ? readFileSync(join(rootfs, path), "utf8") : undefined;
      assert.equal(there, text, path);
    }
    const folder = "lib" in shape.links ? "usr/lib" : "lib";
    assert.equal(readFileSync(join(rootfs, folder, "note.txt"), "utf8"), "extra");
    assert.equal(readFileSync(join(rootfs, shape.links["opt"] ?? "opt", "note.txt"), "utf8"), "extra");
    assert.equal(config.User, shape.user);
    assert.equal(config.Env[0], `PATH=/app/.venv/bin:${shape.path}`);
    assert.match(readFileSync(join(rootfs, "etc/passwd"), "utf8"), /^root:.*\n(?:.*\n)*$/);
    if (shape.user.startsWith("65532"))
      assert.match(readFileSync(join(rootfs, "etc/passwd"), "utf8"), /^nonroot:x:65532:/m);
  });
}

function homeOf({ executable }: BaseShape): string {
  return executable.slice(0, executable.lastIndexOf("/"));
}

function shapeNamed(word: string): BaseShape {
  const found = BASE_SHAPES.find(({ name }) => name.includes(word));
  assert.ok(found !== undefined);
  return found;
}

test("CUDA in base and wheels is told, and a library that the base lacks too", async (t) => {
  const shape = shapeNamed("nvidia/cuda");
  const module = "torchlike/_C.cpython-311-x86_64-linux-gnu.so";
  const specs = (needed: readonly string[]): readonly WheelSpec[] => [
    { name: "nvidia-cublas-cu12", version: "12.8.4.1", tag: "py3-none-manylinux_2_27_x86_64" },
    { name: "torchlike", version: "1.0", tag: shape.tag, files: { [module]: elfLibrary("", 62, { needed }) } },
  ];
  const fine = await (await bench(t, shape, specs(["libcudart.so.12", "libcuda.so.1", "libz.so.1"]))).build();
  assert.equal(fine.code, 0, fine.stderr);
  assert.match(fine.stderr, /CUDA is in the image twice: .* has 12\.4\.1, and the wheels bring nvidia-cublas-cu12/);
  assert.doesNotMatch(fine.stderr, /are not in the image/);
  const gap = await (await bench(t, shape, specs(["libnowhere.so.5"]))).build();
  assert.match(gap.stderr, /libnowhere\.so\.5, needed by torchlike==1\.0 .*does not have it/);
});

test("a library that an import needs is missing on python:slim too, and named by its package", async (t) => {
  const shape = shapeNamed("python:slim");
  const module = "cv/_cv.cpython-313-x86_64-linux-gnu.so";
  const files = { [module]: elfLibrary("", 62, { needed: ["libGL.so.1"] }) };
  const { code, stderr } = await (
    await bench(t, shape, [{ name: "cv", version: "1.0", tag: shape.tag, files }])
  ).build();
  assert.equal(code, 3, stderr);
  assert.match(stderr, /LIBRARY_MISSING/);
  assert.match(stderr, /libGL\.so\.1, needed by cv==1\.0 .*: in libgl1/);
  assert.match(stderr, /take an image that has libgl1, or a base such as deb:bookworm with --system libgl1/);
});
