import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Bazel, bazelIn, installedPackage, LAYOUT_RULE, type Spawn, writeFiles } from "../support/bazel.ts";
import { ociasm, ROOT } from "../support/cli.ts";
import { sampleBytes } from "../support/codec.ts";
import { type DavServer, startDavServer } from "../support/dav-server.ts";
import { readImageFolder } from "../support/image-folder.ts";
import { pythonBase, writeWheels } from "../support/plumbing.ts";
import { startRegistry } from "../support/real-registry.ts";
import { buildTar } from "../support/tar.ts";
import { findTool } from "../support/tools.ts";
import { buildWheel } from "../support/wheel.ts";

// The rules of bazel/ under a real Bazel, which is too large for CI (200 MB with its Java): only where it is on PATH.

const WHEELS = [
  buildWheel({ name: "heavy", version: "2.0", files: { "heavy/lib.so": sampleBytes(900_000, 1) } }),
  ...["alpha", "beta", "gamma"].map((name) =>
    buildWheel({ name, version: "1.0", files: { [`${name}/__init__.py`]: `NAME = "${name}"\n` } }),
  ),
];
const [HEAVY, ...SMALL] = WHEELS.map(({ filename }) => filename);

const BUILD = `load("@rules_ociasm//:defs.bzl", "ociasm_image", "ociasm_image_index", "ociasm_load", "ociasm_push", "ociasm_wheel_layers")
load("//:others.bzl", "consumer", "layout")
load("//:plan.bzl", "PLAN")

# As rules_python hands over wheels.
${SMALL.map((wheel) => `filegroup(name = "${wheel.split("-")[0]}", srcs = ["wheels/${wheel}"])`).join("\n")}
filegroup(name = "heavy", srcs = ["wheels/${HEAVY}"], data = [":alpha", ":beta", ":gamma"])

ociasm_wheel_layers(
    name = "layers",
    plan = PLAN,
    plan_data = ["pylock.toml"],
    plan_file = "plan.bzl",
    wheels = [":heavy"],
)
ociasm_wheel_layers(name = "each", wheels = [":heavy"])
ociasm_wheel_layers(name = "files", wheels = ["wheels/${HEAVY}", ":alpha"])

layout(name = "base", srcs = glob(["base_layout/**"]))

[ociasm_image(
    name = name,
    srcs = ["app/main.py"],
    base = ":base",
    entrypoint = ["python", "main.py"],
    env = {"NAME": name},
    exposed_ports = ["8000"],
    labels = {"a": "b"},
    layers = [":layers"],
    strip_prefix = "app",
) for name in ["one", "two"]]

[ociasm_image(
    name = "plain_" + machine,
    srcs = ["app/main.py"],
    entrypoint = ["python", "main.py"],
    platform = "linux/" + machine,
    strip_prefix = "app",
) for machine in ["amd64", "arm64"]]

ociasm_image(
    name = "tarred",
    srcs = ["app/main.py"],
    entrypoint = ["sh"],
    strip_prefix = "app",
    tars = ["extras.tar"],
)

ociasm_image_index(name = "index", images = [":plain_arm64", ":plain_amd64"])
consumer(name = "consumer", image = ":one")
ociasm_push(name = "push", image = ":one", remote_tags = ["1", "2"], repository = "REGISTRY/team/app")
ociasm_load(name = "load", image = ":one", repo_tags = ["app:1"])
`;

/** What rules_pkg and the like make. */
const EXTRAS = buildTar([{ path: "etc/motd", content: "hello\n" }]);

/** Rules of somebody else: images are handed over as rules_oci does it, by one directory in OCI layout. */
const OTHERS = `def _consumer(ctx):
    if not ctx.file.image.is_directory:
        fail("image has to be a directory in OCI layout")
    out = ctx.actions.declare_file(ctx.label.name + ".index.json")
    command = "cat %s/index.json > %s" % (ctx.file.image.path, out.path)
    ctx.actions.run_shell(inputs = [ctx.file.image], outputs = [out], command = command, mnemonic = "Consume")
    return [DefaultInfo(files = depset([out]))]

consumer = rule(implementation = _consumer, attrs = {"image": attr.label(allow_single_file = True, mandatory = True)})

${LAYOUT_RULE}`;

function lockText(wheels: typeof WHEELS): string {
  const rows = wheels.map(({ filename, sha256, size }) => {
    const [name, version] = filename.split("-");
    const file = `{name = "${filename}", url = "https://index.example/${filename}", upload-time = 2026-03-01T00:00:00Z, size = ${size}, hashes = {sha256 = "${sha256}"}}`;
    return `[[packages]]\nname = "${name}"\nversion = "${version}"\nwheels = [${file}]\n`;
  });
  return ['lock-version = "1.0"\ncreated-by = "test"\n', ...rows].join("\n");
}

const PLAN = ["plan", "app", "--lock", "pylock.toml", "--base", "scratch", "--python", "3.11", "--libc", "glibc:2.36"];

if (findTool("bazel") !== undefined) {
  let root = "";
  let bazel: Bazel;
  /** A server that Bazel keeps results on. */
  let cache: DavServer | undefined;
  const remote = () => (cache === undefined ? [] : [`--remote_cache=${cache.url}`]);
  const workspace = () => join(root, "workspace");
  const digest = (base: string, name: string) =>
    readFileSync(join(root, base, "execroot/demo/bazel-out/k8-fastbuild/bin", `${name}.digest`), "utf8").trim();
  const ran = (spawns: readonly Spawn[], mnemonic: string) => spawns.filter((one) => one.mnemonic === mnemonic);

  before(async () => {
    // Not below /tmp, where a sandbox may write as it likes.
    root = mkdtempSync("/var/tmp/ociasm-bazel-");
    bazel = bazelIn(root);
    if (findTool("nginx") !== undefined) cache = await startDavServer(join(root, "dav"));
    await installedPackage(join(root, "package"));
    await mkdir(join(workspace(), "wheels"), { recursive: true });
    writeWheels(join(workspace(), "wheels"), WHEELS);
    writeFiles(workspace(), {
      WORKSPACE: `workspace(name = "demo")
local_repository(name = "rules_ociasm", path = "${ROOT}bazel")
load("@rules_ociasm//:repositories.bzl", "ociasm_register_toolchains")
ociasm_register_toolchains(package = "${root}/package", node = "${process.execPath}")
`,
      "BUILD.bazel": BUILD,
      "others.bzl": OTHERS,
      "app/main.py": "import alpha, heavy, os\nprint('hello', alpha.NAME, os.environ['NAME'])\n",
      "pylock.toml": lockText(WHEELS),
    });
    writeFileSync(join(workspace(), "extras.tar"), EXTRAS);
    await pythonBase(join(workspace(), "base_layout"));
    const planned = await ociasm([...PLAN, "--frozen", "--write", "plan.bzl", "--cache-dir", "../cache"], {
      cwd: workspace(),
    });
    assert.equal(planned.code, 0, planned.stderr);
  });

  after(async () => {
    await bazel.stop();
    await cache?.stop();
    await rm(root, { recursive: true, force: true });
  });

  test("images share the layers of wheels, one action each, and have the digests that a build gives", async () => {
    const targets = ["//:one", "//:two", "//:one.digest", "//:two.digest"];
    const spawns = await bazel.build(workspace(), "first", ...remote(), ...targets);
    // Those of the plan, one of which has two wheels, and each image's own files.
    assert.equal(ran(spawns, "OciasmLayer").length, WHEELS.length - 1 + 2);
    assert.equal(ran(spawns, "OciasmImage").length, 2);
    assert.equal(ran(spawns, "OciasmPlanCheck").length, 1);
    for (const name of ["one", "two"]) {
      const flags = ["--entrypoint", "python main.py", "-e", `NAME=${name}`, "--expose", "8000", "--label", "a=b"];
      const inputs = ["--lock", "pylock.toml", "--find-links", "wheels", "--no-index", "--libc", "glibc:2.36"];
      const words = ["build", "app", "--base", "oci:base_layout", "--frozen", ...inputs, ...flags];
      const built = await ociasm([...words, "-q", "--cache-dir", "../cache"], { cwd: workspace() });
      assert.equal(built.code, 0, built.stderr);
      assert.equal(digest("first", name), built.stdout.trim());
    }
  });

  test("another output base, of another copy of the workspace, has the same digests, all from the remote cache", async () => {
    const targets = ["//:one", "//:two", "//:consumer", "//:index"];
    await bazel.build(workspace(), "first", ...remote(), ...targets);
    const copy = join(root, "elsewhere", "copy");
    cpSync(workspace(), copy, { recursive: true, filter: (path) => !path.includes("/bazel-") });
    const spawns = await bazel.build(copy, "second", ...remote(), ...targets);
    for (const name of ["one", "two", "index"]) assert.equal(digest("second", name), digest("first", name), name);
    const missed = spawns.filter((spawn) => !spawn.remoteCacheHit).map(({ mnemonic }) => mnemonic);
    if (cache !== undefined) assert.deepEqual([spawns.length > 10, missed], [true, []]);
  });

  test("a wheel that is not the plan's is refused; with its plan it makes the images on it anew", async () => {
    const wheel = buildWheel({ name: "heavy", version: "2.0", files: { "heavy/lib.so": sampleBytes(900_000, 2) } });
    const [old, before] = [WHEELS[0]?.sha256 ?? "", digest("first", "one")];
    const plan = readFileSync(join(workspace(), "plan.bzl"), "utf8");
    writeWheels(join(workspace(), "wheels"), [wheel]);
    try {
      const stale = await bazel.run(workspace(), "first", "build", "//:one", "--noexperimental_run_validations");
      assert.match(stale.stderr, /is about a layer of other wheels than the parameters name/);
      writeFiles(workspace(), {
        "plan.bzl": plan.replace(old, wheel.sha256),
        "pylock.toml": lockText([wheel, ...WHEELS.slice(1)]),
      });
      const images = await bazel.build(workspace(), "first", "//:one", "//:two");
      assert.deepEqual(images.map(({ mnemonic }) => mnemonic).sort(), [
        "OciasmImage",
        "OciasmImage",
        "OciasmPlanCheck",
      ]);
      assert.notEqual(digest("first", "one"), before);
    } finally {
      writeWheels(join(workspace(), "wheels"), WHEELS);
      writeFiles(workspace(), { "plan.bzl": plan, "pylock.toml": lockText(WHEELS) });
    }
  });

  test("tars of other rules are layers below the project's, and those of ociasm are refused there", async () => {
    const spawns = await bazel.build(workspace(), "first", "//:tarred");
    assert.equal(ran(spawns, "OciasmLayer").length, 2);
    const layout = join(root, "first/execroot/demo/bazel-out/k8-fastbuild/bin/tarred");
    const [image] = (await readImageFolder(layout)).images;
    const rootfs = image?.config["rootfs"] as { readonly diff_ids: readonly string[] } | undefined;
    assert.equal(rootfs?.diff_ids.at(-2), `sha256:${createHash("sha256").update(EXTRAS).digest("hex")}`);
    writeFileSync(join(workspace(), "BUILD.bazel"), BUILD.replace('"extras.tar"', '":each"'));
    try {
      const { code, stderr } = await bazel.run(workspace(), "first", "build", "//:tarred");
      assert.equal(code, 1);
      assert.match(stderr, /:each is among tars and has layers of ociasm: name it among layers/);
    } finally {
      writeFileSync(join(workspace(), "BUILD.bazel"), BUILD);
    }
  });

  test("wheels that are files of the workspace have a layer each, as wheels of targets have", async () => {
    const spawns = await bazel.build(workspace(), "first", "//:files", "//:each");
    const bin = join(root, "first/execroot/demo/bazel-out/k8-fastbuild/bin");
    assert.ok(ran(spawns, "OciasmLayer").length > 0);
    const stem = HEAVY?.replace(/\.whl$/, "");
    const [own, shared] = [`files/gzip/${stem}.json`, `_ociasm/heavy/gzip/${stem}.json`];
    assert.equal(readFileSync(join(bin, own), "utf8"), readFileSync(join(bin, shared), "utf8"));
  });

  test("a wheel that changes makes its own layer anew, and no other", async () => {
    await bazel.build(workspace(), "first", "//:each");
    const wheel = buildWheel({ name: "heavy", version: "2.0", files: { "heavy/lib.so": sampleBytes(800_000, 3) } });
    writeWheels(join(workspace(), "wheels"), [wheel]);
    try {
      const spawns = await bazel.build(workspace(), "first", "//:each");
      const made = spawns.map(({ mnemonic, listedOutputs }) => [mnemonic, listedOutputs[0]?.split("/").at(-1)]);
      assert.deepEqual(made, [["OciasmLayer", "heavy-2.0-py3-none-any.json"]]);
    } finally {
      writeWheels(join(workspace(), "wheels"), WHEELS);
    }
  });

  test("a lock that the plan does not fit fails the build with the command that mends it", async () => {
    const path = join(workspace(), "pylock.toml");
    writeFileSync(path, lockText(WHEELS.slice(0, 3)));
    try {
      const { code, stderr } = await bazel.run(workspace(), "first", "build", "//:one");
      assert.equal(code, 1);
      assert.match(stderr, /plan\.bzl is not the plan of the packages as they are now/);
      assert.match(stderr, /`ociasm plan app --base scratch .*--write plan\.bzl`/);
    } finally {
      writeFileSync(path, lockText(WHEELS));
    }
  });

  test("a plan about other wheels than the target has fails before anything runs", async () => {
    const path = join(workspace(), "plan.bzl");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace("heavy-2.0", "heavy-2.1"));
    try {
      const { code, stderr } = await bazel.run(workspace(), "first", "build", "//:one");
      assert.equal(code, 1);
      assert.match(stderr, /only in the plan: heavy-2\.1-py3-none-any\.whl\n +only among wheels: heavy-2\.0/);
    } finally {
      writeFileSync(path, text);
    }
  });

  test("wheels without a wheel fail with where rules_python has them", async () => {
    const path = join(workspace(), "BUILD.bazel");
    writeFileSync(path, BUILD.replace('name = "each", wheels = [":heavy"]', 'name = "each", wheels = [":one"]'));
    try {
      const { code, stderr } = await bazel.run(workspace(), "first", "build", "//:each");
      assert.equal(code, 1);
      assert.match(stderr, /each: there is no \.whl file among those of wheels: rules_python's are @pypi\/\/NAME:whl/);
    } finally {
      writeFileSync(path, BUILD);
    }
  });

  test("`bazel run` pushes every tag, and a registry has the image", async (t) => {
    const host = await startRegistry(t, "docker-registry");
    if (host === undefined) return t.skip("docker-registry is not installed here");
    const path = join(workspace(), "BUILD.bazel");
    writeFileSync(path, BUILD.replace("REGISTRY", host));
    const { code, stderr } = await bazel.run(workspace(), "first", "run", "//:push");
    assert.equal(code, 0, stderr);
    for (const tag of ["1", "2"]) {
      const accept = { accept: "application/vnd.oci.image.manifest.v1+json" };
      const answer = await fetch(`http://${host}/v2/team/app/manifests/${tag}`, { headers: accept });
      assert.equal(answer.headers.get("docker-content-digest"), digest("first", "one"));
    }
  });
}
