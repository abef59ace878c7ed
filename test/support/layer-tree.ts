import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import type { AssembledLayer } from "../../src/assemble/job.ts";
import type { LayerPool } from "../../src/assemble/pool.ts";
import { codecNamed } from "../../src/codec/codecs.ts";
import { silent } from "../../src/events.ts";
import { layerKey } from "../../src/layers/key.ts";
import type { Listing } from "../../src/layers/listing.ts";
import type { LayerRecipe, WheelSource } from "../../src/layers/recipe.ts";
import { decodeScheme } from "../../src/layers/scheme.ts";
import { type InstalledTree, IS_RECORD, type TreeNode } from "./installed-tree.ts";

const scheme = decodeScheme(
  readFileSync(new URL("../../../layout/schemes/venv.yaml", import.meta.url), "utf8"),
  "venv.yaml",
);
const gzip = codecNamed("gzip");
const MTIME = 315532800;

export interface WheelLayer extends InstalledTree {
  readonly layer: AssembledLayer;
  /** What is wrong with the layer itself, whatever is in the wheel: owners, times, digests, its listing. */
  readonly faults: readonly string[];
}

/** A wheel as the only source of a layer. */
export function wheelRecipe(source: WheelSource): LayerRecipe {
  const owner = `${source.name}==${source.version}`;
  const codec = { name: gzip.name, level: gzip.defaultLevel, fingerprint: gzip.fingerprint(gzip.defaultLevel) };
  return {
    kind: "package",
    title: owner,
    packages: [owner],
    sources: [source],
    scheme,
    codec,
    mtime: MTIME,
    directories: [],
  };
}

/** Makes the layer of one wheel in `folder`, which is made and removed, and reads it back with gunzip and tar-stream. */
export async function wheelLayer(
  pool: LayerPool,
  source: WheelSource,
  { wheelPath, folder }: { readonly wheelPath: string; readonly folder: string },
): Promise<WheelLayer> {
  await mkdir(folder, { recursive: true });
  const [blobPath, listingPath] = [join(folder, "blob"), join(folder, "listing")];
  const recipe = wheelRecipe(source);
  const job = { key: layerKey(recipe), recipe, sources: { [source.sha256]: wheelPath }, blobPath, listingPath };
  try {
    const layer = await pool.run(job, silent);
    const read = await readLayer(blobPath);
    const listing: Listing = JSON.parse(await readFile(listingPath, "utf8"));
    const faults = [...read.faults, ...digestFaults(layer, read), ...listingFaults(listing, read.all)];
    return { nodes: read.nodes, record: read.record, layer, faults };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface ReadLayer extends InstalledTree {
  /** By image path. */
  readonly all: ReadonlyMap<string, TreeNode>;
  readonly tarSha256: string;
  readonly blobSha256: string;
  readonly faults: readonly string[];
}

async function readLayer(blobPath: string): Promise<ReadLayer> {
  const [blob, tar] = [createHash("sha256"), createHash("sha256")];
  const all = new Map<string, TreeNode>();
  const faults: string[] = [];
  let record: InstalledTree["record"];
  const unpack = extract();
  const source = createReadStream(blobPath).on("data", (chunk) => blob.update(chunk));
  const plain = source.pipe(createGunzip()).on("data", (chunk: Uint8Array) => tar.update(chunk));
  for (const stream of [source, plain]) stream.on("error", (error: Error) => unpack.destroy(error));
  plain.pipe(unpack);
  for await (const entry of unpack) {
    const { name, type, mode = 0, uid, gid, mtime, size = 0 } = entry.header;
    const path = name.replace(/\/$/, "");
    const hash = createHash("sha256");
    const kept: Uint8Array[] = [];
    const inside = path.startsWith(`${scheme.data}/`) ? path.slice(scheme.data.length + 1) : undefined;
    const isRecord = inside !== undefined && IS_RECORD.test(inside);
    for await (const chunk of entry as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      if (isRecord) kept.push(chunk);
    }
    if (inside !== undefined && isRecord) record = { path: inside, text: Buffer.concat(kept).toString("utf8") };
    if (all.has(path)) faults.push(`/${path} is there twice`);
    if (uid !== 0 || gid !== 0) faults.push(`/${path} belongs to ${uid}:${gid}`);
    if (mtime?.getTime() !== MTIME * 1000) faults.push(`/${path} has the time ${mtime?.toISOString()}`);
    if (type === "file") all.set(path, { type, mode, size, sha256: hash.digest("hex") });
    else all.set(path, { type: type === "directory" ? type : "other", mode });
  }
  faults.push(...orphans(all));
  const nodes = new Map(
    [...all]
      .filter(([path]) => path.startsWith(`${scheme.data}/`))
      .map(([path, node]) => [path.slice(scheme.data.length + 1), node]),
  );
  for (const path of all.keys()) {
    if (!`${scheme.data}/`.startsWith(`${path}/`) && !path.startsWith(`${scheme.data}/`))
      faults.push(`/${path} lies outside the environment`);
  }
  return { all, nodes, record, faults, tarSha256: tar.digest("hex"), blobSha256: blob.digest("hex") };
}

/** Entries whose parent comes later or not at all, and directories that hold nothing. */
function orphans(all: ReadonlyMap<string, TreeNode>): readonly string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  const used = new Set<string>();
  for (const [path, node] of all) {
    const parent = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : undefined;
    if (parent !== undefined && !seen.has(parent)) faults.push(`/${path} comes before its directory`);
    if (parent !== undefined) used.add(parent);
    if (node.type === "directory") seen.add(path);
  }
  return [...faults, ...[...seen].filter((path) => !used.has(path)).map((path) => `/${path} is empty`)];
}

function digestFaults({ blob, diffId }: AssembledLayer, read: ReadLayer): readonly string[] {
  return [
    ...(blob.digest === `sha256:${read.blobSha256}` ? [] : [`the blob is not ${blob.digest}`]),
    ...(diffId === `sha256:${read.tarSha256}` ? [] : [`the tar is not ${diffId}`]),
  ];
}

function listingFaults({ entries }: Listing, all: ReadonlyMap<string, TreeNode>): readonly string[] {
  const wrong = entries.filter(({ path, type, mode, size, sha256 }) => {
    const node = all.get(path);
    return node?.type !== type || node.mode !== mode || node.sha256 !== sha256 || (node.size ?? 0) !== (size ?? 0);
  });
  const count = entries.length === all.size ? [] : [`the listing has ${entries.length} entries, the tar ${all.size}`];
  return [...count, ...wrong.map(({ path }) => `the listing is wrong about /${path}`)];
}
