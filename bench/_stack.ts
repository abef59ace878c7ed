import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Cost, measure } from "./_measure.ts";

const CLI = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));
const APP = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef root():\n    return {'up': True}\n";

const PODMAN = ["--runtime", "runc", "run", "--network", "none"];
const LIMITS = ["--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096", "--entrypoint", "python"];
const ORDINARY = ["--rm", "--read-only", "--user", "65532"];

/** Compiles what `--bytecode entry` compiles, as pip does, and tells the processor seconds on its last line. */
const COMPILE = `
import os, re, subprocess, sys, sysconfig
roots = ["/app/.venv/lib/python3/site-packages", sysconfig.get_path("stdlib")]
child = subprocess.Popen([sys.executable, "-m", "compileall", "-q", "-x", "/tests?/|/nvidia/", *roots], stdout=subprocess.DEVNULL)
usage = os.wait4(child.pid, 0)[2]
print(usage.ru_utime + usage.ru_stime)
`;

/** Requirements that are built into images: the same command, but for what each bench asks besides. */
export interface Stack {
  /** `image` as podman names what the build wrote. */
  build(tag: string, flags: readonly string[]): Promise<{ readonly cost: Cost; readonly image: string }>;
}

/** The arguments of a bench: REQUIREMENTS WHEELS|index WORKDIR [FLAGS of build…]. */
export async function openStack(name: string, args: readonly string[]): Promise<Stack> {
  const [requirements, wheels, work, ...more] = args;
  if (requirements === undefined || wheels === undefined || work === undefined) {
    throw new Error(`usage: npm run bench -- ${name} REQUIREMENTS WHEELS|index WORKDIR [FLAGS of build…]`);
  }
  const context = resolve(work, "context");
  await mkdir(context, { recursive: true });
  await writeFile(join(context, "main.py"), APP);
  const source = wheels === "index" ? [] : ["--no-index", "--find-links", resolve(wheels)];
  const cache = more.includes("--cache-dir") ? [] : ["--cache-dir", resolve(work, "cache")];
  const out = resolve(work, "layout");
  const common = [CLI, "build", context, "-r", resolve(requirements), ...source, ...cache, ...more];
  return {
    build: async (tag, flags) => {
      const to = ["-o", `type=oci,dest=${out},tar=false`, "-t", `stack:${tag}`, "--progress", "quiet", "--json"];
      return { cost: await succeed(process.execPath, [...common, ...to, ...flags]), image: `oci:${out}:${tag}` };
    },
  };
}

/** Runs Python as an ordinary user on a read-only root. */
export async function runAsUser(image: string, args: readonly string[]): Promise<string> {
  return (await succeed("podman", [...PODMAN, ...ORDINARY, ...LIMITS, image, ...args])).stdout;
}

/** The image in which its Python has compiled its library and all packages, and the processor seconds that took. */
export async function withOwnBytecode(image: string): Promise<{ readonly image: string; readonly cpuSeconds: number }> {
  const name = `ociasm-own-${process.pid}`;
  const flags = ["--name", name, "--user", "0", ...LIMITS];
  const { stdout } = await succeed("podman", [...PODMAN, ...flags, image, "-c", COMPILE]);
  await succeed("podman", ["commit", "-q", name, `localhost/${name}`]);
  // On some hosts its mounts stay busy for a moment; the container is of no more use either way.
  await measure("podman", ["--runtime", "runc", "rm", "-f", name]);
  return { image: `localhost/${name}`, cpuSeconds: Number(stdout.trim().split("\n").at(-1)) };
}

async function succeed(command: string, args: readonly string[]): Promise<Cost> {
  const run = await measure(command, args);
  if (run.code !== 0) throw new Error(`${command} ${args.slice(0, 4).join(" ")}: ${run.stderr.slice(-2000)}`);
  return run;
}
