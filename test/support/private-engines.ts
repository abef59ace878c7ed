import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { run } from "./cli.ts";

// Engines whose storage lies in a folder of the test and goes with it.

/** Runs a program that has to succeed and gives its output. */
export async function succeeds(command: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command, args);
  assert.equal(code, 0, `${command} ${args.join(" ")}\n${stderr}`);
  return stdout;
}

export type Engine = (...args: readonly string[]) => Promise<string>;

/** podman with storage of its own. */
export async function podmanIn(t: TestContext): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), "ociasm-podman-"));
  const own = ["--root", `${folder}/storage`, "--runroot", `${folder}/run`, "--storage-driver", "overlay"];
  // One hook: the mounts below the folder have to go before it can be removed.
  t.after(async () => {
    await run("podman", [...own, "system", "reset", "--force"]);
    await rm(folder, { recursive: true, force: true });
  });
  return (...args) => succeeds("podman", ...own, "--runtime", "runc", ...args);
}

/** Flags with which podman runs inside a container or a small machine too. */
export const RUN: readonly string[] = [
  ...["run", "--rm", "--network", "none"],
  ...["--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096"],
];

/** ctr, connected to a containerd of the test's own. */
export async function containerdIn(t: TestContext, folder: string): Promise<Engine> {
  const socket = join(folder, "containerd.sock");
  await mkdir(join(folder, "containerd"), { recursive: true });
  await writeFile(
    join(folder, "containerd.toml"),
    [
      "version = 2",
      `root = "${folder}/containerd/root"`,
      `state = "${folder}/containerd/state"`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
      `[grpc]\naddress = "${socket}"`,
      `[ttrpc]\naddress = "${socket}.ttrpc"`,
    ].join("\n"),
  );
  const child = spawn("containerd", ["--config", join(folder, "containerd.toml"), "--log-level", "error"], {
    stdio: "ignore",
  });
  t.after(async () => {
    child.kill();
    await new Promise((resolve) => child.once("exit", resolve));
  });
  const ctr: Engine = (...args) => succeeds("ctr", "--address", socket, ...args);
  for (let tries = 0; tries < 100; tries++) {
    if ((await run("ctr", ["--address", socket, "version"])).code === 0) return ctr;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("containerd does not answer");
}
