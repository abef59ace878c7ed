import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { ociasm } from "../support/cli.ts";
import { readImageFolder } from "../support/image-folder.ts";
import { planLayers, pythonBase, requirements, type Workspace, workspace, writeWheels } from "../support/plumbing.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { buildWheel } from "../support/wheel.ts";

// `ociasm layer` and `ociasm assemble`, and the files that tell build systems what to ask them for.

const WHEELS = [
  buildWheel({
    name: "heavy",
    version: "2.0",
    files: { "heavy/__init__.py": "", "heavy/lib.so": Buffer.alloc(900_000, "0123456789abcdef") },
    entryPoints: { console_scripts: { heavy: "heavy:run" } },
  }),
  ...["alpha", "beta", "gamma_ray"].map((name) =>
    buildWheel({ name, version: "1.0", files: { [`${name}/__init__.py`]: `NAME = "${name}"\n` } }),
  ),
];

/** A folder with wheels, a base, a project, and what builds them. */
async function project(t: TestContext): Promise<Workspace & { build(...words: string[]): Promise<string> }> {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "wheels"));
  mkdirSync(join(folder, "app"));
  writeWheels(join(folder, "wheels"), WHEELS);
  writeFileSync(join(folder, "app", "requirements.txt"), requirements(WHEELS));
  writeFileSync(join(folder, "app", "main.py"), "import heavy\n");
  writeFileSync(join(folder, "app", ".dockerignore"), "requirements.txt\nociasm.yaml\n.dockerignore\n");
  await pythonBase(join(folder, "base"));
  const flags = ["--base", "oci:base", "--libc", "glibc:2.36", "--no-index", "--find-links", "wheels", "-q"];
  return {
    ...workspace(folder),
    build: async (...words) => {
      const all = [...words, "app", ...flags, "--cache-dir", "cache"];
      const { code, stdout, stderr } = await ociasm(all, { cwd: folder });
      assert.equal(code, 0, stderr);
      return stdout.trim();
    },
  };
}

const CONFIG = { entrypoint: ["python", "main.py"], env: { MODE: "test" }, labels: { a: "b" }, expose: ["8000"] };
const CONFIG_FLAGS = ["--entrypoint", "python main.py", "-e", "MODE=test", "--label", "a=b", "--expose", "8000"];

test("layers of a written plan, assembled, are the image that a build makes", async (t) => {
  const bench = await project(t);
  const built = await bench.build("build", ...CONFIG_FLAGS, "-o", "type=oci,dest=built,tar=false");
  await bench.build("plan", "--write", "plan.json");
  const layers = await planLayers(bench, "plan.json", "wheels");
  assert.ok(layers.length >= 3, `${layers.length} layers`);
  const app = await bench.layer("app", { files: [{ from: "app/main.py", to: "/app/main.py" }] });
  const outputs = { layout: "image", archive: "image.tar", digest: "image.digest" };
  const said = await bench.assemble({ base: "base", layers, project: [app], config: CONFIG, outputs });
  assert.equal(said, "");
  assert.equal(readFileSync(join(bench.folder, "image.digest"), "utf8"), `${built}\n`);
  assert.deepEqual(
    await readImageFolder(join(bench.folder, "image")),
    await readImageFolder(join(bench.folder, "built")),
  );
  assert.deepEqual(readdirSync(join(bench.folder, "image")).sort(), ["blobs", "index.json", "oci-layout"]);
});

test("bytes depend on the parameters alone: links, modes, times, environment and folder don't matter", async (t) => {
  const [one, two] = [temporaryFolder(t), temporaryFolder(t)];
  for (const folder of [one, two]) mkdirSync(join(folder, "in"));
  writeWheels(join(one, "in"), WHEELS);
  writeFileSync(join(one, "in", "main.py"), "print(1)\n");
  await pythonBase(join(one, "in", "base"));
  for (const name of readdirSync(join(one, "in"))) {
    if (name !== "base") symlinkSync(join(one, "in", name), join(two, "in", name));
  }
  linkFiles(join(one, "in", "base"), join(two, "in", "base"));
  chmodSync(join(one, "in", "main.py"), 0o777);
  utimesSync(join(one, "in", "main.py"), 1, 1);
  const env = {
    TZ: "Asia/Tokyo",
    LC_ALL: "tr_TR.UTF-8",
    SOURCE_DATE_EPOCH: "12345",
    OCIASM_PROGRESS: "none",
    HOME: "/",
  };
  const images: string[] = [];
  for (const { folder, layer, assemble } of [workspace(one), workspace(two, { env })]) {
    const wheels = WHEELS.map(({ filename }) => ({ from: `in/${filename}` }));
    const listed = folder === one ? wheels : [...wheels].reverse();
    const all = await layer("all", { wheels: listed });
    const app = await layer("app", { files: [{ from: "in/main.py", to: "/app/main.py" }] });
    const outputs = { layout: "image" };
    images.push(await assemble({ base: "in/base", layers: [all], project: [app], tags: ["app:1"], outputs }));
  }
  assert.equal(images[0], images[1]);
  assert.deepEqual(tree(join(one, "image")), tree(join(two, "image")));
  assert.deepEqual(tree(join(one, "out")), tree(join(two, "out")));
});

test("a mistake in the parameters is told with its file and line", async (t) => {
  const { run, folder } = workspace(temporaryFolder(t));
  const { code, stderr } = await run("layer", { wheels: [{ form: "x.whl" }], outputs: { layer: "l", metadata: "m" } });
  assert.equal(code, 2);
  assert.match(stderr, /there is no key wheels\[0\]\.form/);
  assert.match(stderr, /layer-1\.params\.json:5:\d+/);
  assert.match(stderr, /did you mean from\?/);
  assert.match(stderr, /outputs lacks listing/);
  const nothing = await run("assemble", { outputs: { layout: "out" } }, { cwd: join(folder, "..") });
  assert.match(nothing.stderr, /there is no assemble-2\.params\.json/);
});

test("a wheel with another hash than the parameters name is refused", async (t) => {
  const { run, folder } = workspace(temporaryFolder(t));
  writeWheels(folder, WHEELS);
  const outputs = { layer: "l", metadata: "m", listing: "n" };
  const wheels = [{ from: WHEELS[0]?.filename, sha256: WHEELS[1]?.sha256 }];
  const { code, stderr } = await run("layer", { wheels, outputs });
  assert.equal(code, 5);
  assert.match(stderr, /heavy-2\.0-py3-none-any\.whl has the sha256 [0-9a-f]{64} instead of/);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith(".")),
    [],
  );
});

test("wheels of two layers that bring different files to one path are refused, equal ones are not", async (t) => {
  const { layer, run, folder, assemble } = workspace(temporaryFolder(t));
  const share = (name: string, text: string) => buildWheel({ name, version: "1", files: { "shared/x.py": text } });
  const wheels = [share("one", "1"), share("two", "2"), share("three", "1")];
  writeWheels(folder, wheels);
  const [one, two, three] = await Promise.all(
    wheels.map(({ filename }) => layer(filename, { wheels: [{ from: filename }] })),
  );
  await pythonBase(join(folder, "base"));
  const outputs = { layout: "image" };
  const { code, stderr } = await run("assemble", { base: "base", layers: [one, two], outputs });
  assert.equal(code, 3);
  assert.match(
    stderr,
    /one==1 and two==1 bring different files at \/app\/\.venv\/lib\/python3\/site-packages\/shared\/x\.py/,
  );
  await assemble({ base: "base", layers: [one, three], outputs });
  const wanted = [{ ...one, wheels: [wheels[1]?.sha256] }];
  const other = await run("assemble", { base: "base", layers: wanted, outputs });
  assert.equal(other.code, 5);
  assert.match(other.stderr, /is about a layer of other wheels than the parameters name/);
});

test("a blob, metadata and listing of different layers don't go together", async (t) => {
  const { layer, run, folder } = workspace(temporaryFolder(t));
  const app = await layer("app", { texts: [{ to: "/app/a", text: "a" }] });
  const other = await layer("other", { texts: [{ to: "/app/b", text: "something longer" }] });
  const outputs = { layout: "image" };
  const mixed = await run("assemble", { project: [{ ...app, layer: other["layer"] }], outputs });
  assert.equal(mixed.code, 5);
  assert.match(mixed.stderr, /out\/other\.layer has \d+ bytes instead of \d+/);
  const blob = join(folder, app["layer"] ?? "");
  writeFileSync(blob, Buffer.alloc(readFileSync(blob).length));
  const damaged = await run("assemble", { project: [app], outputs });
  assert.equal(damaged.code, 5);
  assert.match(damaged.stderr, /sha256:[0-9a-f]{64}/);
});

test("an index over two images is the one that a build for both platforms makes", async (t) => {
  const { layer, assemble, folder } = workspace(temporaryFolder(t));
  mkdirSync(join(folder, "app"));
  writeFileSync(join(folder, "app", "main.py"), "print(1)\n");
  const app = await layer("app", { files: [{ from: "app/main.py", to: "/app/main.py" }] });
  const config = { entrypoint: ["python", "main.py"] };
  for (const platform of ["linux/amd64", "linux/arm64"]) {
    await assemble({ platform, project: [app], config, outputs: { layout: platform.slice(6) } });
  }
  const index = await assemble({ images: ["arm64", "amd64"], outputs: { layout: "index" } });
  const both = ["--platform", "linux/amd64,linux/arm64", "-o", "type=oci,dest=both,tar=false", "-q"];
  const where = ["--base", "scratch", "--cache-dir", "cache"];
  const { stdout } = await ociasm(["build", "app", "--entrypoint", "python main.py", ...both, ...where], {
    cwd: folder,
  });
  assert.equal(stdout.trim(), index);
});

for (const file of ["plan.json", "plan.bzl", "plan.yaml"]) {
  test(`a ${file} is checked against the packages as they are, and the command that mends it is told`, async (t) => {
    const { folder, build } = await project(t);
    await build("plan", "--write", file);
    const text = readFileSync(join(folder, file), "utf8");
    const known = file.endsWith(".yaml") ? ["app", "--libc", "glibc:2.36", "--base", "oci:base"] : [];
    const index = file.endsWith(".yaml") ? ["--no-index", "--find-links", "wheels"] : [];
    const check = () =>
      ociasm(["plan", ...known, ...index, "--check", file, "--cache-dir", "cache", "--offline", "-q"], { cwd: folder });
    const good = await check();
    assert.deepEqual([good.code, good.stdout], [0, ""], good.stderr);
    writeFileSync(join(folder, "app", "requirements.txt"), requirements(WHEELS.slice(0, 2)));
    const bad = await check();
    assert.equal(bad.code, 3, bad.stderr);
    assert.match(bad.stderr, new RegExp(`${file} is not the plan of the packages as they are now`));
    assert.match(bad.stderr, new RegExp(`ociasm plan app --base oci:base .*--write ${file}`));
    assert.equal(readFileSync(join(folder, file), "utf8"), text);
    const repair = /`ociasm (plan app [^`]+)`/.exec(bad.stderr)?.[1]?.split(" ") ?? [];
    assert.equal((await ociasm([...repair, "--cache-dir", "cache", "-q"], { cwd: folder })).code, 0);
    assert.equal((await check()).code, 0);
  });
}

/** Every file of `from` as a link in `to`, as sandboxes lay out what was declared. */
function linkFiles(from: string, to: string): void {
  for (const path of tree(from).keys()) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    symlinkSync(join(from, path), join(to, path));
  }
}

/** The text of every file by its path. */
function tree(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
  return new Map(files.map((path) => [path, readFileSync(join(folder, path), "latin1")]));
}
