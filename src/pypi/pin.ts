import { rm } from "node:fs/promises";
import { OciasmError } from "../errors.ts";
import { download } from "../net/download.ts";
import { redactUrl } from "../net/redact.ts";
import { digestOfHex } from "../oci/digest.ts";
import type { DistributionFile, LockedWheel } from "../resolve/lock.ts";
import type { BlobStore, KeyIndex } from "../store/blob-store.ts";
import type { IndexClient } from "./index-client.ts";
import { describeFile, localPath } from "./local-files.ts";
import type { WheelDeps } from "./wheels.ts";

export type PinDeps = Omit<WheelDeps, "store" | "index"> & {
  readonly store: BlobStore & KeyIndex;
  readonly index: Pick<IndexClient, "sizeOf" | "isTrusted">;
};

/**
 * Adds what a lock needs and an index did not tell: size and sha256. A remote file without a hash is downloaded into
 * the store and believed, with a warning: whoever locks it pins what came today.
 */
export async function pinFile(file: DistributionFile, deps: PinDeps): Promise<LockedWheel> {
  if (file.url.startsWith("file:")) return pinLocal(file, deps);
  if (file.sha256 !== undefined) return { ...file, sha256: file.sha256, size: await deps.index.sizeOf(file) };
  if (deps.offline === true)
    throw new OciasmError("OFFLINE", `the hash of ${file.filename} is not known without the network`);
  const got = await downloadUnknown(file, deps);
  deps.report({
    type: "warning",
    message: `${redactUrl(file.url)} came without a hash: pinned to what was downloaded, sha256 ${got.sha256}`,
  });
  return { ...file, ...got };
}

async function pinLocal(file: DistributionFile, deps: PinDeps): Promise<LockedWheel> {
  const { sha256, size } = await describeFile(localPath(file.url), deps.store);
  if (file.sha256 === undefined || file.sha256 === sha256) return { ...file, sha256, size };
  throw new OciasmError("HASH_MISMATCH", `${localPath(file.url)}: expected ${file.sha256}, got ${sha256}`, {
    hint: "the file was replaced or damaged: lock again if the new one is meant",
  });
}

async function downloadUnknown(
  file: DistributionFile,
  deps: PinDeps,
): Promise<{ readonly sha256: string; readonly size: number }> {
  const temporary = await deps.store.temporary();
  try {
    const got = await download(deps.http, {
      url: file.url,
      file: temporary,
      code: "INDEX_ERROR",
      headers: (await deps.authorize?.(file.url)) ?? {},
      insecure: deps.index.isTrusted(file.url),
      signal: deps.signal,
      ...(deps.sleep === undefined ? {} : { sleep: deps.sleep }),
    });
    await deps.store.adopt(temporary, { digest: digestOfHex(got.sha256), size: got.size });
    return got;
  } finally {
    await rm(temporary, { force: true });
  }
}
