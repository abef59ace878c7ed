import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { installedPackage, LAYOUT_RULE, writeFiles } from "../support/bazel.ts";
import { ociasm, ROOT, type RunResult, run } from "../support/cli.ts";
import { pythonBase, requirements, writeWheels } from "../support/plumbing.ts";
import { findTool } from "../support/tools.ts";
import { buildWheel } from "../support/wheel.ts";

// The rules as a module, which needs a Bazel of 7 or later: only where that is on PATH.
// Debian's has what Bazel's own tools depend on as modules; the network has nothing to give.

const WHEELS = ["alpha", "beta"].map((name) =>
  buildWheel({ name, version: "1.0", files: { [`${name}/__init__.py`]: `NAME = "${name}"\n` } }),
);

const MODULE = `module(name = "demo")

bazel_dep(name = "rules_ociasm", version = "0.1.0")
local_path_override(module_name = "rules_ociasm", path = "${ROOT}bazel")

ociasm = use_extension("@rules_ociasm//:extensions.bzl", "ociasm")
ociasm.toolchain(package = "node_modules/ociasm")
use_repo(ociasm, "ociasm")
register_toolchains("@ociasm//:toolchain")
`;

const BUILD = `load("@rules_ociasm//:defs.bzl", "ociasm_image", "ociasm_wheel_layers")
load("//:others.bzl", "layout")

filegroup(name = "wheels", srcs = glob(["wheels/*.whl"]))
ociasm_wheel_layers(name = "layers", wheels = [":wheels"])
layout(name = "base", srcs = glob(["base_layout/**"]))
ociasm_image(
    name = "image",
    srcs = ["app/main.py"],
    base = ":base",
    entrypoint = ["python", "main.py"],
    layers = [":layers"],
    strip_prefix = "app",
)
`;

/** Modules that Bazel's own tools name, and that nothing here uses. */
const STUBS = ["apple_support", "buildozer", "protobuf", "zlib"];

async function majorVersion(): Promise<number> {
  if (findTool("bazel") === undefined) return 0;
  const { stdout } = await run("bazel", ["--version"]);
  return Number(/^bazel (\d+)\./.exec(stdout)?.[1] ?? 0);
}

if ((await majorVersion()) >= 7) {
  let root = "";
  const workspace = () => join(root, "workspace");
  const bazel = async (base: string, command: string, ...words: readonly string[]): Promise<RunResult> => {
    const stubs = STUBS.map((name) => `--override_module=${name}=${join(root, "stubs", name)}`);
    const flags = ["--lockfile_mode=off", "--noenable_workspace", "--color=no", "--curses=no", "--noshow_progress"];
    const start = [`--output_user_root=${join(root, "user")}`, `--output_base=${join(root, base)}`, command];
    const all = [...start, ...(command === "build" ? [...flags, ...stubs, "--nosandbox_debug", ...words] : words)];
    return run("bazel", all, { cwd: workspace(), timeoutMs: 600_000 });
  };
  /** The image's digest, from an output base of its own. */
  const built = async (base: string, ...words: readonly string[]): Promise<string> => {
    const { code, stderr } = await bazel(base, "build", ...words, "//:image", "//:image.digest");
    assert.equal(code, 0, stderr);
    return readFileSync(join(root, base, "execroot/_main/bazel-out/k8-fastbuild/bin/image.digest"), "utf8").trim();
  };
  let expected = "";

  before(async () => {
    root = mkdtempSync("/var/tmp/ociasm-module-");
    await installedPackage(join(workspace(), "node_modules/ociasm"));
    writeFiles(workspace(), {
      "MODULE.bazel": MODULE,
      "BUILD.bazel": BUILD,
      "others.bzl": LAYOUT_RULE,
      "app/main.py": "import alpha\n",
      "wheels/requirements.txt": requirements(WHEELS),
    });
    writeWheels(join(workspace(), "wheels"), WHEELS);
    for (const name of STUBS) {
      const extension = "def _impl(_module_ctx):\n    pass\n\nbuildozer_binary = module_extension(_impl)\n";
      const files = { "MODULE.bazel": `module(name = "${name}")\n`, BUILD: "", "buildozer_binary.bzl": extension };
      writeFiles(join(root, "stubs", name), files);
    }
    await pythonBase(join(workspace(), "base_layout"));
    const inputs = ["-r", "wheels/requirements.txt", "--find-links", "wheels", "--no-index", "--libc", "glibc:2.36"];
    const policy = ["--layer-policy", "per-package", "--entrypoint", "python main.py"];
    const words = ["build", "app", "--base", "oci:base_layout", ...inputs, ...policy, "-q", "--cache-dir", "../cache"];
    const own = await ociasm(words, { cwd: workspace() });
    assert.equal(own.code, 0, own.stderr);
    expected = own.stdout.trim();
  });

  after(async () => {
    for (const base of ["sandbox", "mapped", "remote"]) {
      if (existsSync(join(root, base))) await bazel(base, "shutdown");
    }
    await rm(root, { recursive: true, force: true });
  });

  test("an image of a module has the digest that a build gives", async () => {
    assert.equal(await built("sandbox", "--sandbox_default_allow_network=false"), expected);
  });

  test("with paths mapped it is the same", async () => {
    assert.equal(await built("mapped", "--experimental_output_paths=strip"), expected);
  });

  if (findTool("justbuild") !== undefined) {
    test("every action runs where a remote execution service runs it, and gives the same", async () => {
      const info = join(root, "service.json");
      const words = ["execute", "--compatible", "-i", "127.0.0.1", "--info-file", info];
      const service = spawn("justbuild", [...words, "--local-build-root", join(root, "service")], { stdio: "ignore" });
      const ended = new Promise<void>((resolve) => service.once("close", () => resolve()));
      try {
        const isTold = () => existsSync(info) && readFileSync(info, "utf8").trimEnd().endsWith("}");
        while (!isTold() && service.exitCode === null) await setTimeout(50);
        const { port } = JSON.parse(readFileSync(info, "utf8"));
        const log = join(root, "remote.log.json");
        const remote = [`--remote_executor=grpc://127.0.0.1:${port}`, "--spawn_strategy=remote"];
        const strict = ["--remote_local_fallback=false", `--execution_log_json_file=${log}`];
        assert.equal(await built("remote", ...remote, ...strict), expected);
        const spawns = JSON.parse(`[${readFileSync(log, "utf8").replaceAll("\n}{\n", "\n},{\n")}]`);
        const runners = spawns.map((one: { readonly runner: string }) => one.runner);
        assert.deepEqual(
          runners,
          Array.from({ length: WHEELS.length + 3 }, () => "remote"),
        );
      } finally {
        service.kill();
        await ended;
      }
    });
  }
}
