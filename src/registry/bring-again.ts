import { sleepFor } from "../net/retry.ts";
import type { BlobUpload } from "./blob-upload.ts";
import { hasBlob } from "./blobs.ts";
import type { RegistryClient } from "./client.ts";
import { pushBlob, type UploadOutcome } from "./upload.ts";

/** Replicas of a registry agree within seconds, where they do. */
const LAG_WAITS: readonly number[] = [500, 1000, 2000, 3000, 3500];

/**
 * Brings a blob that a registry missed when it was given a manifest. One that it took in this very run may only be
 * late at one of its replicas: that one is waited for, 10 seconds at most, before its bytes are sent again.
 */
export async function bringAgain(
  client: RegistryClient,
  repository: string,
  upload: BlobUpload,
  before: UploadOutcome | undefined,
): Promise<UploadOutcome> {
  if (before === "uploaded" && !(await hasBlob(client, repository, upload.blob))) {
    const { sleep = sleepFor } = client.retry;
    for (const wait of LAG_WAITS) {
      await sleep(wait, client.signal);
      if (await hasBlob(client, repository, upload.blob)) return "existing";
    }
  }
  return pushBlob(client, repository, { ...upload, isLacking: true });
}
