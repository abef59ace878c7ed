import { createHash, randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { startCuttingProxy } from "./_cutting-proxy.ts";
import { costColumns, inRounds, type Job, type Round } from "./_job.ts";
import { type Cost, succeed } from "./_measure.ts";
import { clear, readOptions, workFolder } from "./_options.ts";
import { OCIASM } from "./peers/ociasm.ts";
import { type Server, startServer } from "./peers/server.ts";
import { finish } from "./report/finish.ts";
import { type Figure, medianOf, type Row, ratio } from "./report/result.ts";

const MEBIBYTE = 1024 * 1024;
const LAYERS = 6;
const CUTS = 10;

/**
 * `push [MEBIBYTES] [REGISTRY] [--rounds N]`: an image of that many bytes from an OCI layout into a registry on loopback,
 * beside crane and skopeo where they are installed, by HTTPS as registries are reached and by plain HTTP, and once over a
 * line that is cut ten times. REGISTRY: docker-registry, or `crane`, whose registry takes little of the processor and
 * speaks plain HTTP alone.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const options = readOptions(args, 3);
  const [mebibytes = "1024", registry = "docker-registry"] = options.words;
  const work = await workFolder(options);
  try {
    const layout = join(work, "layout");
    const bytes = await writeLayout(layout, Number(mebibytes));
    const place = { registry, work, layout, bytes };
    const ways = registry === "crane" ? [PLAIN] : [TLS, PLAIN];
    const cut = { subject: "ociasm, HTTP, cut ten times", once: true, run: () => cutPush(place) };
    const rows = await inRounds(options.rounds, [...ways.flatMap((way) => jobsOf(place, way)), cut]);
    finish({
      case: "push",
      versions: { registry },
      tables: [{ title: `Push of ${Math.round(bytes / 1e6)} MB to a registry on loopback`, rows }],
      figures: ways.flatMap((way) => figuresOf(rows, way)),
    });
  } finally {
    await clear(work);
  }
}

/** What is pushed, and where the work is done. */
interface Place {
  readonly registry: string;
  readonly work: string;
  readonly layout: string;
  readonly bytes: number;
}

interface Way {
  readonly name: "HTTPS" | "HTTP";
  readonly tls: boolean;
}

const TLS: Way = { name: "HTTPS", tls: true };
const PLAIN: Way = { name: "HTTP", tls: false };
const SKOPEO = ["--insecure-policy", "copy", "--preserve-digests"];

function commandsOf({ layout }: Place, host: string): Readonly<Record<string, readonly [string, ...string[]]>> {
  return {
    ociasm: [process.execPath, OCIASM, "copy", `oci:${layout}:1`, `${host}/app:1`, "--progress", "quiet"],
    crane: ["crane", "push", "--insecure", layout, `${host}/app:1`],
    skopeo: ["skopeo", ...SKOPEO, "--dest-tls-verify=false", `oci:${layout}:1`, `docker://${host}/app:1`],
  };
}

const TOOLS = ["ociasm", "crane", "skopeo"] as const;

function jobsOf(place: Place, { name, tls }: Way): readonly Job[] {
  return TOOLS.map((tool) => ({
    subject: `${tool}, ${name}`,
    run: (round) => {
      const folder = join(place.work, `${tool}-${name}-${round}`);
      return withRegistry(place.registry, folder, tls, (server) => push(place, tool, server, folder));
    },
  }));
}

async function push(place: Place, tool: string, { host, authority }: Server, home: string): Promise<Round> {
  const [command = "", ...words] = commandsOf(place, host)[tool] ?? [];
  const trusted = join(home, ".config/containers/certs.d", host);
  if (existsSync(authority)) {
    mkdirSync(trusted, { recursive: true });
    copyFileSync(authority, join(trusted, "ca.crt"));
  }
  return pushColumns(await succeed(command, words, { env: { ...process.env, HOME: home } }), place.bytes);
}

function figuresOf(rows: readonly Row[], { name }: Way): readonly Figure[] {
  const [ours, crane, skopeo] = TOOLS.map((tool) => medianOf(rows, `${tool}, ${name}`, "wall s"));
  return [
    ...ratio(`push by ${name}: ociasm / crane`, ours, crane, 1),
    ...ratio(`push by ${name}: ociasm / skopeo`, ours, skopeo, 1),
  ];
}

async function cutPush(place: Place): Promise<Round> {
  return await withRegistry(place.registry, join(place.work, "cut"), false, async ({ host }) => {
    const proxy = await startCuttingProxy(Number(host.split(":")[1]), Math.floor(place.bytes / (CUTS + 2)), CUTS);
    try {
      const [command = "", ...words] = commandsOf(place, proxy.host)["ociasm"] ?? [];
      const columns = pushColumns(await succeed(command, words), place.bytes);
      return { ...columns, cuts: proxy.cuts, "sent MB": proxy.bytes / 1e6 };
    } finally {
      await proxy.close();
    }
  });
}

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

async function withRegistry<T>(
  program: string,
  folder: string,
  tls: boolean,
  run: (server: Server) => Promise<T>,
): Promise<T> {
  const server = await startServer(program, folder, { tls });
  try {
    return await run(server);
  } finally {
    await server.stop();
    await clear(folder);
  }
}
