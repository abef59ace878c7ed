import { rm } from "node:fs/promises";
import { OciasmError } from "../errors.ts";
import { download } from "../net/download.ts";
import { type Digest, digestOfHex } from "../oci/digest.ts";
import type { DistributionFile } from "../resolve/lock.ts";
import { fileRequest, type MetadataDeps } from "./metadata-deps.ts";

/** Bytes between two progress events. */
const REPORT_EVERY = 256 * 1024;

/**
 * Downloads a wheel into the store, where the build will look for it, and gives its digest. Several processes fetch it
 * once between them. Throws HASH_MISMATCH, INDEX_ERROR (also for one above the limit), NETWORK.
 */
export async function storeWheel(file: DistributionFile, deps: MetadataDeps): Promise<Digest> {
  return deps.store.withLock(
    `wheel ${file.sha256 ?? file.url}`,
    async () => {
      const digest = file.sha256 === undefined ? undefined : digestOfHex(file.sha256);
      if (digest !== undefined && (await deps.store.has(digest)) !== undefined) return digest;
      return downloadWheel(file, deps);
    },
    deps.signal,
  );
}

async function downloadWheel(file: DistributionFile, deps: MetadataDeps): Promise<Digest> {
  if (file.size !== undefined && file.size > deps.maxWheel) throw tooLarge(file, deps);
  const temporary = await deps.store.temporary();
  const event = (state: "start" | "progress" | "done", bytes: number, total = file.size): void => {
    const size = total === undefined ? {} : { total };
    deps.report({ type: "transfer", id: file.filename, what: "wheel", state, bytes, ...size });
  };
  try {
    event("start", 0);
    let reported = 0;
    const got = await download(deps.http, {
      ...(await fileRequest(file.url, deps)),
      file: temporary,
      maxSize: deps.maxWheel,
      ...(file.sha256 === undefined ? {} : { sha256: file.sha256 }),
      ...(file.size === undefined ? {} : { size: file.size }),
      progress: (bytes, total) => {
        if (Math.abs(bytes - reported) < REPORT_EVERY) return;
        reported = bytes;
        event("progress", bytes, total);
      },
    });
    const digest = digestOfHex(got.sha256);
    await deps.store.adopt(temporary, { digest, size: got.size });
    event("done", got.size, got.size);
    return digest;
  } finally {
    await rm(temporary, { force: true });
  }
}

function tooLarge(file: DistributionFile, deps: MetadataDeps): OciasmError {
  const message = `${file.filename} has ${file.size} bytes, too many to download for its metadata (limit ${deps.maxWheel})`;
  return new OciasmError("INDEX_ERROR", message, { hint: "use an index that serves metadata files or HTTP ranges" });
}
