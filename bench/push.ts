import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startCuttingProxy } from "./_cutting-proxy.ts";
import { type Cost, machine, measure } from "./_measure.ts";

const CLI = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));
const MEBIBYTE = 1024 * 1024;
const LAYERS = 6;
const CUTS = 10;

/**
 * `push [MEBIBYTES] [REGISTRY]`: an image of that many bytes from an OCI layout into a registry on loopback, beside crane
 * and skopeo where they are installed, and once over a line that is cut ten times. REGISTRY: docker-registry, or the
 * `registry` of go-containerregistry, by path or name.
 */
export async function bench([mebibytes = "4096", registry = "docker-registry"]: readonly string[]): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "ociasm-bench-"));
  try {
    const layout = join(work, "layout");
    const bytes = await writeLayout(layout, Number(mebibytes));
    const tools: readonly (readonly [name: string, command: string, args: (host: string) => readonly string[]])[] = [
      ["ociasm", process.execPath, (host) => [CLI, "copy", `oci:${layout}:1`, `${host}/app:1`, "--progress", "quiet"]],
      ["crane", "crane", (host) => ["push", "--insecure", layout, `${host}/app:1`]],
      ["skopeo", "skopeo", (host) => [...SKOPEO, `oci:${layout}:1`, `docker://${host}/app:1`]],
    ];
    const results: Record<string, object> = {};
    for (const [name, command, args] of tools) {
      const cost = await withRegistry(registry, join(work, name), (host) => measure(command, args(host))).catch(
        () => undefined,
      );
      results[name] = cost === undefined ? { missing: true } : summary(cost, bytes);
    }
    let cut = { cuts: 0, sent: 0 };
    const [, node, args] = tools[0] ?? ["", "", () => []];
    const cost = await withRegistry(registry, join(work, "cut"), async (host) => {
      const proxy = await startCuttingProxy(Number(host.split(":")[1]), Math.floor(bytes / (CUTS + 2)), CUTS);
      const measured = await measure(node, args(proxy.host));
      cut = { cuts: proxy.cuts, sent: proxy.bytes };
      await proxy.close();
      return measured;
    });
    results["cut ten times"] = { ...summary(cost, bytes), ...cut };
    console.log(JSON.stringify({ ...machine(), registry, bytes, results }, undefined, 2));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const SKOPEO = ["--insecure-policy", "copy", "--preserve-digests", "--dest-tls-verify=false"];

function summary(cost: Cost, bytes: number): object {
  return {
    code: cost.code,
    seconds: cost.seconds,
    cpuSeconds: cost.cpuSeconds,
    megabytesPerSecond: Math.round(bytes / 1e6 / cost.seconds),
    peakRssMiB: Math.round(cost.peakRss / MEBIBYTE),
    ...(cost.code === 0 ? {} : { stderr: cost.stderr.slice(-600) }),
  };
}

/** Layers of random bytes: nothing looks into them. */
async function writeLayout(folder: string, mebibytes: number): Promise<number> {
  const blobs = join(folder, "blobs/sha256");
  mkdirSync(blobs, { recursive: true });
  const block = randomBytes(MEBIBYTE);
  const put = (value: object, mediaType: string): { mediaType: string; digest: string; size: number } => {
    const bytes = Buffer.from(JSON.stringify(value));
    const hex = createHash("sha256").update(bytes).digest("hex");
    writeFileSync(join(blobs, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const layers: object[] = [];
  for (let at = 0; at < LAYERS; at++) {
    const hash = createHash("sha256");
    const file = await open(join(blobs, "new"), "w");
    const size = Math.ceil(mebibytes / LAYERS);
    for (let count = 0; count < size; count++) {
      block.writeUInt32LE(at * 1_000_000 + count);
      hash.update(block);
      await file.writeFile(block);
    }
    await file.close();
    const hex = hash.digest("hex");
    renameSync(join(blobs, "new"), join(blobs, hex));
    layers.push({
      mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
      digest: `sha256:${hex}`,
      size: size * MEBIBYTE,
    });
  }
  const rootfs = { type: "layers", diff_ids: layers.map((_, at) => `sha256:${String(at).padStart(64, "0")}`) };
  const config = put(
    { architecture: "amd64", os: "linux", config: {}, rootfs },
    "application/vnd.oci.image.config.v1+json",
  );
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = put({ schemaVersion: 2, mediaType, config, layers }, mediaType);
  const named = { ...manifest, annotations: { "org.opencontainers.image.ref.name": "1" } };
  writeFileSync(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  writeFileSync(join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  return LAYERS * Math.ceil(mebibytes / LAYERS) * MEBIBYTE;
}

async function withRegistry<T>(command: string, folder: string, run: (host: string) => Promise<T>): Promise<T> {
  mkdirSync(folder);
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const config = join(folder, "config.yml");
  const storage = `storage: {filesystem: {rootdirectory: ${folder}/data}}`;
  writeFileSync(config, `version: 0.1\nlog: {level: error}\n${storage}\nhttp: {addr: ${host}}\n`);
  const isDistribution = command.endsWith("docker-registry");
  const args = isDistribution ? ["serve", config] : ["-port", String(port)];
  const child: ChildProcess = spawn(command, args, { stdio: "ignore" });
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  try {
    await Promise.race([failed, isUp(host)]);
    return await run(host);
  } finally {
    child.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function isUp(host: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(`http://${host}/v2/`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no registry at ${host}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
