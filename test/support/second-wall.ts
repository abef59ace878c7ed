import { fork, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

// node second-wall.js start SECRET TARGET: what a program finds that runs under the flags of the sandbox's process with
// no realm around it, one line for each try.
const [start = "", secret = "", target = ""] = process.argv.slice(2);
const found: string[] = [];

if (start === "start") {
  const { nodeFlags } = await import("../../src/interpreter/build-sandbox.ts");
  const flags = nodeFlags(fileURLToPath(import.meta.url));
  const ran = spawnSync(process.execPath, [...flags, "tries", secret, target], { env: {}, encoding: "utf8" });
  process.stdout.write(ran.stdout);
  process.stderr.write(ran.stderr);
} else await tries();

function attempt(name: string, work: () => unknown): void {
  try {
    found.push(`${name}: reached ${String(work()).slice(0, 100)}`);
  } catch (error) {
    found.push(`${name}: ${codeOf(error)}`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

async function tries(): Promise<void> {
  attempt("read", () => readFileSync(secret));
  attempt("list", () => readdirSync("/"));
  attempt("write", () => writeFileSync(target, "x"));
  attempt("link", () => symlinkSync(secret, target));
  attempt("start", () => {
    const { error, stdout } = spawnSync("/bin/sh", ["-c", "id"]);
    if (error !== undefined) throw error;
    return stdout;
  });
  attempt("fork", () => fork(secret));
  attempt("thread", () => new Worker("1", { eval: true }));
  attempt("code", () => new Function("return 1")());
  attempt("environment", () => Object.keys(process.env).length);
  attempt("language", () => {
    Object.assign(Object.prototype, { mine: 1 });
  });
  await new Promise<void>((resolve) => {
    const socket = connect(9, "127.0.0.1");
    socket.on("error", (error) => {
      found.push(`network: ${codeOf(error)}`);
      resolve();
    });
  });
  console.log(JSON.stringify(found));
}
