import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { startCuttingProxy } from "./_cutting-proxy.ts";
import { costColumns, inRounds, type Round } from "./_job.ts";
import { type Cost, succeed } from "./_measure.ts";
import { clear, readOptions, workFolder } from "./_options.ts";
import { OCIASM } from "./peers/ociasm.ts";
import { startServer } from "./peers/server.ts";
import { finish } from "./report/finish.ts";
import { medianOf, ratio } from "./report/result.ts";

const MEBIBYTE = 1024 * 1024;
const LAYERS = 6;
const CUTS = 10;

/**
 * `push [MEBIBYTES] [REGISTRY] [--rounds N]`: an image of that many bytes from an OCI layout into a registry on loopback,
 * beside crane and skopeo where they are installed, and once over a line that is cut ten times. REGISTRY: docker-registry,
 * or `crane`, whose registry takes little of the processor.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const options = readOptions(args, 3);
  const [mebibytes = "1024", registry = "crane"] = options.words;
  const work = await workFolder(options);
  try {
    const layout = join(work, "layout");
    const bytes = await writeLayout(layout, Number(mebibytes));
    const own = (host: string) => [OCIASM, "copy", `oci:${layout}:1`, `${host}/app:1`, "--progress", "quiet"];
    const tools: readonly (readonly [name: string, command: string, args: (host: string) => readonly string[]])[] = [
      ["ociasm", process.execPath, own],
      ["crane", "crane", (host) => ["push", "--insecure", layout, `${host}/app:1`]],
      ["skopeo", "skopeo", (host) => [...SKOPEO, `oci:${layout}:1`, `docker://${host}/app:1`]],
    ];
    const jobs = tools.map(([subject, command, words]) => ({
      subject,
      run: (round: number) =>
        withRegistry(registry, join(work, `${subject}-${round}`), async (host) =>
          pushColumns(await succeed(command, words(host)), bytes),
        ),
    }));
    const cut = {
      subject: "ociasm, cut ten times",
      once: true,
      run: () => cutPush(registry, join(work, "cut"), own, bytes),
    };
    const rows = await inRounds(options.rounds, [...jobs, cut]);
    const [ours, crane, skopeo] = tools.map(([subject]) => medianOf(rows, subject, "wall s"));
    finish({
      case: "push",
      versions: { registry },
      tables: [{ title: `Push of ${Math.round(bytes / 1e6)} MB to a registry on loopback`, rows }],
      figures: [...ratio("push: ociasm / crane", ours, crane, 1), ...ratio("push: ociasm / skopeo", ours, skopeo, 1)],
    });
  } finally {
    await clear(work);
  }
}

async function cutPush(
  registry: string,
  folder: string,
  words: (host: string) => readonly string[],
  bytes: number,
): Promise<Round> {
  return await withRegistry(registry, folder, async (host) => {
    const proxy = await startCuttingProxy(Number(host.split(":")[1]), Math.floor(bytes / (CUTS + 2)), CUTS);
    try {
      const columns = pushColumns(await succeed(process.execPath, words(proxy.host)), bytes);
      return { ...columns, cuts: proxy.cuts, "sent MB": proxy.bytes / 1e6 };
    } finally {
      await proxy.close();
    }
  });
}

const SKOPEO = ["--insecure-policy", "copy", "--preserve-digests", "--dest-tls-verify=false"];

function pushColumns(cost: Cost, bytes: number): Round {
  return { ...costColumns(cost), "MB/s": bytes / 1e6 / cost.seconds };
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

async function withRegistry<T>(program: string, folder: string, run: (host: string) => Promise<T>): Promise<T> {
  const server = await startServer(program, folder);
  try {
    return await run(server.host);
  } finally {
    await server.stop();
    await clear(folder);
  }
}
