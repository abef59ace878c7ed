import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PlanDocument } from "../src/layers/plan-document.ts";
import { LAYOUT_RULE, writeFiles } from "../test/support/bazel.ts";
import { ROOT } from "../test/support/cli.ts";
import { buildWheel } from "../test/support/wheel.ts";
import { succeed } from "./_measure.ts";

/** Of packages built twice: for Bazel, and by `ociasm build`. */
const TARGET = ["--python", "3.11", "--libc", "glibc:2.36"];
const INPUTS = ["-r", "requirements.txt", "--no-index", "--find-links", "wheels", "--frozen"];

const BUILD = `load("@rules_ociasm//:defs.bzl", "ociasm_image", "ociasm_wheel_layers")
load("//:plan.bzl", "PLAN")
load("//:rules.bzl", "layout")

ociasm_wheel_layers(
    name = "layers",
    plan = PLAN,
    plan_data = ["requirements.txt"] + glob(["wheels/*.whl"]),
    plan_file = "plan.bzl",
    wheels = ["of_" + wheel for wheel in glob(["wheels/*.whl"])],
)

# As rules_python hands over wheels: a target each.
[filegroup(name = "of_" + wheel, srcs = [wheel]) for wheel in glob(["wheels/*.whl"])]

layout(name = "base", srcs = glob(["base_layout/**"]))

[ociasm_image(
    name = name,
    srcs = ["app/main.py"],
    base = ":base",
    entrypoint = ["python", "main.py"],
    env = {"NAME": name},
    layers = [":layers"],
    strip_prefix = "app",
) for name in ["one", "two"]]
`;

/** A workspace of Bazel whose wheels are links to those of a folder. */
export interface Stack {
  readonly folder: string;
  /** Of the npm package. */
  readonly cli: string;
}

interface Inputs {
  readonly requirements: string;
  readonly wheels: string;
  /** OCI layout. */
  readonly base: string;
  /** The npm package as it is installed. */
  readonly installed: string;
}

/** Lays a workspace out and plans its layers. */
export async function writeStack(folder: string, { requirements, wheels, base, installed }: Inputs): Promise<Stack> {
  const stack = { folder, cli: join(installed, "build/bundle/cli/main.js") };
  writeFiles(folder, {
    WORKSPACE: `workspace(name = "stack")
local_repository(name = "rules_ociasm", path = "${ROOT}bazel")
load("@rules_ociasm//:repositories.bzl", "ociasm_register_toolchains")
ociasm_register_toolchains(package = "${installed}", node = "${process.execPath}")
`,
    "BUILD.bazel": BUILD,
    "rules.bzl": LAYOUT_RULE,
    "app/main.py": "import torch\nprint(torch.ones(3) + 1)\n",
    "requirements.txt": readFileSync(requirements, "utf8"),
    "wheels/.keep": "",
  });
  for (const name of readdirSync(wheels)) symlinkSync(join(wheels, name), join(folder, "wheels", name));
  cpSync(base, join(folder, "base_layout"), { recursive: true });
  await plan(stack, "plan.bzl");
  return stack;
}

async function plan({ folder, cli }: Stack, file: string): Promise<void> {
  const words = ["plan", "app", "--base", "scratch", ...INPUTS, ...TARGET, "--write", file];
  await succeed(process.execPath, [cli, ...words, "--cache-dir", "../plan-cache"], { cwd: folder });
}

/** The digest that `ociasm build` gives the image `one`. */
export async function builtDigest({ folder, cli }: Stack): Promise<string> {
  const image = ["--entrypoint", "python main.py", "-e", "NAME=one", "--bytecode", "none"];
  const words = [
    "build",
    "app",
    "--base",
    "oci:base_layout",
    ...INPUTS,
    ...image,
    "-q",
    "--cache-dir",
    "../build-cache",
  ];
  const { stdout } = await succeed(process.execPath, [cli, ...words], { cwd: folder });
  rmSync(join(folder, "../build-cache"), { recursive: true });
  return stdout.trim();
}

/** Puts another wheel in the place of one that has a layer alone, in the plan too; gives its name. */
export async function changeWheel(stack: Stack): Promise<string> {
  await plan(stack, "plan.json");
  const { layers } = JSON.parse(readFileSync(join(stack.folder, "plan.json"), "utf8")) as PlanDocument;
  const alone = layers.flatMap(({ wheels }) => (wheels.length === 1 ? wheels : []));
  const chosen = alone.find(({ filename }) => filename.endsWith("-py3-none-any.whl"));
  if (chosen === undefined) throw new Error("no wheel of pure Python has a layer alone");
  const [name = "", version = ""] = chosen.filename.split("-");
  const wheel = buildWheel({ name, version, files: { [`${name}/__init__.py`]: "CHANGED = True\n" } });
  const path = join(stack.folder, "wheels", chosen.filename);
  rmSync(path);
  writeFileSync(path, wheel.bytes);
  for (const file of ["plan.bzl", "requirements.txt"]) {
    const place = join(stack.folder, file);
    writeFileSync(place, readFileSync(place, "utf8").replaceAll(chosen.sha256, wheel.sha256));
  }
  return chosen.filename;
}
