import { createHash } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { isOciasmError, OciasmError, toOciasmError } from "../errors.ts";
import type { Report } from "../events.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { digestOfHex } from "../oci/digest.ts";
import type { BlobStore } from "../store/blob-store.ts";
import type { RegistryClient } from "./client.ts";
import { streamBlob } from "./stream-blob.ts";

export interface Download {
  readonly repository: string;
  readonly blob: Descriptor;
  readonly store: BlobStore;
  readonly report: Report;
}

/** Brings a blob into the store unless it is there; size and digest are checked on the way. Rejects with HASH_MISMATCH. */
export async function pullBlob(client: RegistryClient, download: Download): Promise<void> {
  const { blob, store, report, repository } = download;
  const event = { type: "transfer", id: blob.digest, what: "base", total: blob.size } as const;
  if ((await store.has(blob.digest)) === blob.size) {
    report({ ...event, state: "reused", bytes: blob.size });
    return;
  }
  report({ ...event, state: "start", bytes: 0 });
  try {
    await fetchBlob(streamBlob(client, repository, blob), download);
  } catch (error) {
    const hasMirrors = (client.mirrors?.length ?? 0) > 0;
    if (!hasMirrors || !isOciasmError(error) || error.code !== "HASH_MISMATCH") throw error;
    // Which of the places lied is not known.
    await fetchBlob(streamBlob(client, repository, blob, { upstreamOnly: true }), download);
  }
  report({ ...event, state: "done", bytes: blob.size });
}

async function fetchBlob(body: AsyncIterable<Uint8Array>, download: Download): Promise<void> {
  const { blob, store } = download;
  const temporary = await store.temporary();
  try {
    await writeChecked(temporary, body, download);
    await store.adopt(temporary, { digest: blob.digest, size: blob.size });
  } catch (error) {
    throw toOciasmError(error);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeChecked(path: string, body: AsyncIterable<Uint8Array>, download: Download): Promise<void> {
  const { blob, report } = download;
  const hash = createHash("sha256");
  let bytes = 0;
  const file = await open(path, "w");
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      hash.update(chunk);
      await file.writeFile(chunk);
      report({ type: "transfer", id: blob.digest, what: "base", state: "progress", bytes, total: blob.size });
    }
  } finally {
    await file.close();
  }
  const digest = digestOfHex(hash.digest("hex"));
  if (digest !== blob.digest) throw mismatch(blob, `what came has ${digest}`);
}

function mismatch(blob: Descriptor, why: string): OciasmError {
  return new OciasmError("HASH_MISMATCH", `blob ${blob.digest} was not what was asked for: ${why}`, {
    hint: "run the command again; if it happens again, the registry or a proxy in front of it is damaged",
  });
}
