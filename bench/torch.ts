import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, measure } from "./_measure.ts";

const CLI = fileURLToPath(new URL("../bundle/cli/main.js", import.meta.url));
const MAX_RSS = 256e6;
const BUDGET = 48;

/** Runs inside the container: what a user of torch and transformers does first, and every console script. */
const CHECK = `
import importlib.metadata, json, os, subprocess
import torch, transformers
missing = [str(f) for d in importlib.metadata.distributions() for f in d.files or [] if not f.locate().exists()]
scripts = {}
for name in sorted(os.listdir("/app/.venv/bin")):
    if not name.startswith("python"):
        run = subprocess.run(["/app/.venv/bin/" + name, "--help"], capture_output=True, text=True, timeout=300)
        scripts[name] = "ok" if run.returncode == 0 else (run.stderr or run.stdout).strip().splitlines()[-1]
print(json.dumps({"sum": (torch.ones(3) + 1).tolist(), "transformers": transformers.__version__, "missing": missing,
  "distributions": len({d.name for d in importlib.metadata.distributions()}), "scripts": scripts}))
`;

interface Layers {
  readonly images: readonly { readonly size: number; readonly layers: readonly unknown[] }[];
  readonly bytes: Readonly<Record<string, number>>;
}

/**
 * The CUDA stack: npm run bench -- torch REQUIREMENTS WHEELS WORKDIR. REQUIREMENTS has pins and hashes, WHEELS is a
 * folder with the wheels or "index" for the configured one, WORKDIR must hold 20 GB. Needs podman and runc for the second half.
 */
export async function bench([requirements, wheels = "index", work]: readonly string[]): Promise<void> {
  if (requirements === undefined || work === undefined) {
    throw new Error("usage: npm run bench -- torch REQUIREMENTS WHEELS|index WORKDIR");
  }
  const context = resolve(work, "context");
  const out = resolve(work, "out");
  await mkdir(context, { recursive: true });
  await writeFile(join(context, "main.py"), "import torch\nprint(torch.ones(3) + 1)\n");
  const source = wheels === "index" ? [] : ["--no-index", "--find-links", resolve(wheels)];
  const build = [
    CLI,
    "build",
    context,
    "-r",
    resolve(requirements),
    ...source,
    "-t",
    "torch:1",
    "--json",
    "--progress",
    "quiet",
  ];
  const args = [...build, "--cache-dir", resolve(work, "cache"), "-o", `type=oci,dest=${out},tar=false`];
  const cold = await measure(process.execPath, args);
  if (cold.code !== 0) throw new Error(cold.stderr);
  const again = await measure(process.execPath, args);
  const { images, bytes } = JSON.parse(cold.stdout) as Layers;
  const layers = images[0]?.layers.length ?? 0;
  const figures = {
    case: "torch",
    machine: machine(),
    layers,
    size: images[0]?.size,
    unpacked: bytes["assembled"],
    cold: { seconds: cold.seconds, cpuSeconds: cold.cpuSeconds, peakRss: cold.peakRss },
    unchanged: { seconds: again.seconds, cpuSeconds: again.cpuSeconds, peakRss: again.peakRss },
    container: await inContainer(`oci:${out}:1`),
  };
  console.log(JSON.stringify(figures, undefined, 2));
  const peak = Math.max(cold.peakRss, again.peakRss);
  if (peak > MAX_RSS || layers > BUDGET) {
    console.error(`peak RSS ${Math.round(peak / 1e6)} MB (limit 256), ${layers} layers (limit ${BUDGET})`);
    process.exitCode = 1;
  }
}

async function inContainer(image: string): Promise<unknown> {
  const limits = ["--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096"];
  const flags = ["--network", "none", "--read-only", "--tmpfs", "/tmp", ...limits, "--entrypoint", "python"];
  const run = await measure("podman", ["--runtime", "runc", "run", "--rm", ...flags, image, "-c", CHECK]).catch(
    () => undefined,
  );
  if (run === undefined) return "podman is not installed";
  return run.code === 0 ? JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "null") : run.stderr.slice(-2000);
}
