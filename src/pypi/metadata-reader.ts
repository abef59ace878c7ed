import { OciasmError } from "../errors.ts";
import { digestOfHex } from "../oci/digest.ts";
import type { Metadata } from "../python/metadata.ts";
import type { DistributionFile } from "../resolve/lock.ts";
import { openFileSource } from "../store/file-source.ts";
import type { IndexFile } from "./index-file.ts";
import { describeFile, localPath } from "./local-files.ts";
import { recallMetadata, rememberMetadata } from "./metadata-cache.ts";
import type { MetadataDeps } from "./metadata-deps.ts";
import { rangeMetadata } from "./metadata-ranges.ts";
import { sidecarMetadata } from "./metadata-sidecar.ts";
import { storeWheel } from "./metadata-whole.ts";
import { zipMetadata } from "./metadata-zip.ts";

/**
 * A wheel's metadata by all means short of downloading it: what is remembered, a wheel on this host, the sidecar, ranges.
 * Undefined when only the whole file can tell. Throws OFFLINE, WHEEL_INVALID, HASH_MISMATCH, INDEX_ERROR, NETWORK.
 */
export async function cheapMetadata(file: IndexFile, deps: MetadataDeps): Promise<Metadata | undefined> {
  if (!file.filename.endsWith(".whl")) {
    throw new OciasmError("WHEEL_INVALID", `${file.filename} is no wheel: only wheels are read`);
  }
  const known = (await recallMetadata(deps.store, file, deps.offline)) ?? (await hereMetadata(file, deps));
  if (known !== undefined) return known;
  if (deps.offline) throw offline(file);
  const told = (await sidecarMetadata(file, deps)) ?? (await rangeMetadata(file, deps));
  if (told !== undefined) await rememberMetadata(deps.store, file, told, "server");
  return told;
}

/** The same from the whole wheel, which then lies in the store. */
export async function wholeMetadata(file: DistributionFile, deps: MetadataDeps): Promise<Metadata> {
  const digest = await storeWheel(file, deps);
  const metadata = await blobMetadata(file, digest, deps);
  await rememberMetadata(deps.store, file, metadata, "wheel");
  return metadata;
}

/** From a wheel in the store or in a local folder. */
async function hereMetadata(file: DistributionFile, deps: MetadataDeps): Promise<Metadata | undefined> {
  if (file.url.startsWith("file:")) return localMetadata(file, deps);
  if (file.sha256 === undefined) return undefined;
  const digest = digestOfHex(file.sha256);
  if ((await deps.store.has(digest)) === undefined) return undefined;
  const metadata = await blobMetadata(file, digest, deps);
  await rememberMetadata(deps.store, file, metadata, "wheel");
  return metadata;
}

async function blobMetadata(
  file: DistributionFile,
  digest: Parameters<MetadataDeps["store"]["open"]>[0],
  deps: MetadataDeps,
): Promise<Metadata> {
  const blob = await deps.store.open(digest);
  try {
    return await zipMetadata(blob, file.filename);
  } finally {
    await blob.close();
  }
}

async function localMetadata(file: DistributionFile, deps: MetadataDeps): Promise<Metadata> {
  const path = localPath(file.url);
  if (file.sha256 !== undefined) await checkLocal(path, file.sha256, deps);
  const source = await openFileSource(path).catch((error: unknown) => {
    throw new OciasmError("INPUT_NOT_FOUND", `${path} can't be read`, { cause: error });
  });
  try {
    return await zipMetadata(source, file.filename);
  } finally {
    await source.close();
  }
}

/** The hash of an untouched file is remembered. */
async function checkLocal(path: string, sha256: string, deps: MetadataDeps): Promise<void> {
  const here = await describeFile(path, deps.store);
  if (here.sha256 === sha256) return;
  throw new OciasmError("HASH_MISMATCH", `${path}: expected ${sha256}, got ${here.sha256}`, {
    hint: "the file was replaced or damaged: lock again if the new one is meant",
  });
}

function offline(file: DistributionFile): OciasmError {
  return new OciasmError("OFFLINE", `the metadata of ${file.filename} is not in the cache`, {
    hint: "run once without --offline",
  });
}
