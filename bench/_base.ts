import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { sha256Of } from "../test/support/oci-layout.ts";
import { succeed } from "./_measure.ts";
import type { Options } from "./_options.ts";

const PACKAGES = "python3,python3-pip,python3-venv,ca-certificates";

/** The base image that all start from: the one that was named, or Debian 12 as mmdebstrap makes it, made once. */
export async function baseLayout({ base, work }: Options): Promise<string> {
  if (base !== undefined) return base;
  const folder = join(work, "ociasm-bench-base");
  if (existsSync(join(folder, "index.json"))) return folder;
  const tar = `${folder}.tar`;
  await succeed("mmdebstrap", ["--quiet", "--variant=minbase", `--include=${PACKAGES}`, "bookworm", tar]);
  await writeBase(tar, folder);
  await rm(tar);
  return folder;
}

/** An OCI layout of one gzip layer. */
async function writeBase(tar: string, folder: string): Promise<void> {
  const blobs = join(folder, "blobs/sha256");
  await mkdir(blobs, { recursive: true });
  const layer = join(blobs, "new");
  await pipeline(createReadStream(tar), createGzip(), createWriteStream(layer));
  const digest = await sha256Of(createReadStream(layer));
  await rename(layer, join(blobs, digest));
  const put = async (value: object, mediaType: string): Promise<Descriptor> => {
    const bytes = Buffer.from(JSON.stringify(value));
    const hex = createHash("sha256").update(bytes).digest("hex");
    await writeFile(join(blobs, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const rootfs = { type: "layers", diff_ids: [`sha256:${await sha256Of(createReadStream(tar))}`] };
  const settings = { Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], Cmd: ["python3"] };
  const history = [{ created: "1970-01-01T00:00:00Z", created_by: "mmdebstrap" }];
  const config = await put(
    { created: "1970-01-01T00:00:00Z", architecture: "amd64", os: "linux", config: settings, rootfs, history },
    "application/vnd.oci.image.config.v1+json",
  );
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const { size } = await stat(join(blobs, digest));
  const layers = [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: `sha256:${digest}`, size }];
  const manifest = await put({ schemaVersion: 2, mediaType, config, layers }, mediaType);
  const platform = { architecture: "amd64", os: "linux" };
  const named = { ...manifest, platform, annotations: { "org.opencontainers.image.ref.name": "1" } };
  await writeFile(join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}
