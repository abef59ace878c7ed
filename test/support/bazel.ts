import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT, type RunResult, run } from "./cli.ts";

// Debian's Bazel in folders of the test's own, with no network.

const COMPILED = fileURLToPath(new URL("../../src/", import.meta.url));
const BUNDLER = join(ROOT, "src/cli/bundle.mjs");

/** A rule of somebody else, `layout`: the files below base_layout/ as one directory, as rules_oci hands over a base. */
export const LAYOUT_RULE = `def _layout(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    command = "cp -rL base_layout/. %s" % out.path
    ctx.actions.run_shell(inputs = ctx.files.srcs, outputs = [out], command = command, mnemonic = "Copy")
    return [DefaultInfo(files = depset([out]))]

layout = rule(implementation = _layout, attrs = {"srcs": attr.label_list(allow_files = True)})
`;

/** Files by their path below a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** The npm package as it would be installed, of what has just been compiled. */
export async function installedPackage(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const name of ["layout", "node_modules", "package.json"]) symlinkSync(join(ROOT, name), join(folder, name));
  const bundled = await run(process.execPath, [BUNDLER, COMPILED, join(folder, "build", "bundle", "cli")]);
  assert.equal(bundled.code, 0, bundled.stderr);
}

const CC: readonly string[] = [
  ...["cc_binary", "cc_import", "cc_library", "cc_proto_library", "cc_test", "cc_toolchain", "cc_toolchain_suite"],
  ...["fdo_prefetch_hints", "fdo_profile", "objc_import", "objc_library"],
];
const JAVA: readonly string[] = [
  ...["java_binary", "java_import", "java_library", "java_lite_proto_library", "java_package_configuration"],
  ...["java_plugin", "java_proto_library", "java_runtime", "java_test", "java_toolchain"],
];

/** Bazel itself names repositories that it would fetch: these stand in for them. */
function writeStubs(folder: string): readonly string[] {
  const natives = (names: readonly string[]) => names.map((name) => `${name} = native.${name}\n`).join("");
  const group = (name: string) => `filegroup(name = "${name}", visibility = ["//visibility:public"])\n`;
  const files: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    rules_cc: { WORKSPACE: "", "cc/BUILD": "", "cc/defs.bzl": natives(CC) },
    rules_java: { WORKSPACE: "", "java/BUILD": "", "java/defs.bzl": natives(JAVA) },
    remote_coverage_tools: {
      WORKSPACE: "",
      "tools/BUILD": group("coverage_output_generator") + group("coverage_report_generator"),
    },
  };
  for (const [name, own] of Object.entries(files)) writeFiles(join(folder, name), own);
  return Object.keys(files).map((name) => `--override_repository=${name}=${join(folder, name)}`);
}

export interface Bazel {
  /** A command in a workspace, with an output base by its name: each has a server of its own. */
  run(workspace: string, base: string, command: string, ...words: readonly string[]): Promise<RunResult>;
  /** The same, which has to succeed; what ran is told. */
  build(workspace: string, base: string, ...words: readonly string[]): Promise<readonly Spawn[]>;
  /** Ends all servers. */
  stop(): Promise<void>;
}

/** An action that Bazel executed, or had from a cache. */
export interface Spawn {
  readonly mnemonic: string;
  readonly listedOutputs: readonly string[];
  readonly remoteCacheHit: boolean;
}

/** With a longer `timeoutMs` for images of gigabytes. */
export function bazelIn(folder: string, timeoutMs = 600_000): Bazel {
  const stubs = writeStubs(join(folder, "stubs"));
  const used = new Map<string, string>();
  const execute: Bazel["run"] = (workspace, base, command, ...words) => {
    used.set(base, workspace);
    const start = [`--output_user_root=${join(folder, "user")}`, `--output_base=${join(folder, base)}`];
    const flags = command === "shutdown" ? [] : [...stubs, "--color=no", "--curses=no", "--noshow_progress"];
    const builds = ["build", "run"].includes(command)
      ? ["--nosandbox_debug", "--sandbox_default_allow_network=false", "--experimental_run_validations"]
      : [];
    return run("bazel", [...start, command, ...flags, ...builds, ...words], { cwd: workspace, timeoutMs });
  };
  return {
    run: execute,
    build: async (workspace, base, ...words) => {
      const log = join(folder, `${base}.log.json`);
      const result = await execute(workspace, base, "build", `--execution_log_json_file=${log}`, ...words);
      assert.equal(result.code, 0, result.stderr);
      // One JSON document after the other.
      return JSON.parse(`[${readFileSync(log, "utf8").replaceAll("\n}{\n", "\n},{\n")}]`);
    },
    stop: async () => {
      for (const [base, workspace] of used) await execute(workspace, base, "shutdown");
    },
  };
}
