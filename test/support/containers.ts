import { type ChildProcess, spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunResult, run } from "./cli.ts";
import { freePort } from "./free-port.ts";

/** Flags with which podman runs inside a container or a small machine too. */
const PODMAN_RUN = [
  "--runtime",
  "runc",
  "run",
  "--rm",
  "--network",
  "host",
  "--ulimit",
  "nofile=20000:20000",
  "--ulimit",
  "nproc=4096:4096",
];

/** Runs a command in a container of an OCI layout: `image` as in `oci:DIR:TAG`. */
export function podmanRun(image: string, args: readonly string[], flags: readonly string[] = []): Promise<RunResult> {
  return run("podman", [...PODMAN_RUN, ...flags, image, ...args], { timeoutMs: 600_000 });
}

export interface Server {
  readonly port: number;
  stop(): Promise<string>;
}

/** Starts the image's own entry point under podman, with PORT set to a free port. */
export async function podmanServe(image: string, flags: readonly string[] = []): Promise<Server> {
  const port = await freePort();
  const name = `ociasm-test-${process.pid}-${port}`;
  const child = spawn("podman", [...PODMAN_RUN, "--name", name, "-e", `PORT=${port}`, ...flags, image], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  return server(
    child,
    port,
    async () => void (await run("podman", ["--runtime", "runc", "rm", "-f", "-t", "0", name])),
  );
}

/** Starts the image's own entry point under runc, from a bundle that umoci unpacked. */
export async function runcServe(bundle: string): Promise<Server> {
  const port = await freePort();
  const path = join(bundle, "config.json");
  const config = JSON.parse(await readFile(path, "utf8"));
  config.process.terminal = false;
  config.process.env.push(`PORT=${port}`);
  // The host's network: a loopback of its own could not be reached from the test.
  config.linux.namespaces = config.linux.namespaces.filter((space: { type: string }) => space.type !== "network");
  config.process.rlimits = [];
  await writeFile(path, JSON.stringify(config));
  const id = `ociasm-test-${process.pid}-${port}`;
  const root = join(bundle, "..", `runc-${port}`);
  const child = spawn("runc", ["--root", root, "run", "-b", bundle, id], { stdio: ["ignore", "pipe", "pipe"] });
  return server(child, port, async () => void (await run("runc", ["--root", root, "kill", id, "KILL"])));
}

function server(child: ChildProcess, port: number, kill: () => Promise<void>): Server {
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  }
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  return {
    port,
    stop: async () => {
      await kill();
      await ended;
      return log;
    },
  };
}

/** Asks until the server answers; rejects with its log after `seconds`. */
export async function getJson(running: Server, path: string, seconds = 60): Promise<unknown> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${running.port}${path}`);
      return await answer.json();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`no answer: ${String(error)}\n${await running.stop()}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
