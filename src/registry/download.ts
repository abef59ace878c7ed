import { createHash } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { OciasmError } from "../errors.ts";
import type { Report } from "../events.ts";
import { retrying } from "../net/retry.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { digestOfHex } from "../oci/digest.ts";
import type { BlobStore } from "../store/blob-store.ts";
import type { RegistryClient } from "./client.ts";
import { registryError } from "./error.ts";

export interface Download {
  readonly repository: string;
  readonly blob: Descriptor;
  readonly store: BlobStore;
  readonly report: Report;
}

/** Brings a blob into the store unless it is there; size and digest are checked on the way. Rejects with HASH_MISMATCH. */
export async function pullBlob(client: RegistryClient, download: Download): Promise<void> {
  const { blob, store, report } = download;
  const event = { type: "transfer", id: blob.digest, what: "base", total: blob.size } as const;
  if ((await store.has(blob.digest)) === blob.size) {
    report({ ...event, state: "reused", bytes: blob.size });
    return;
  }
  report({ ...event, state: "start", bytes: 0 });
  await retrying(() => fetchBlob(client, download), client.retry);
  report({ ...event, state: "done", bytes: blob.size });
}

async function fetchBlob(client: RegistryClient, download: Download): Promise<void> {
  const { blob, store, repository } = download;
  const what = `download of blob ${blob.digest}`;
  const response = await client.call({
    method: "GET",
    target: { path: `${repository}/blobs/${blob.digest}` },
    access: { repository, actions: "pull" },
    what,
  });
  if (response.status !== 200) throw await registryError(response, what);
  const temporary = await store.temporary();
  try {
    await writeChecked(temporary, response.body, download);
    await store.adopt(temporary, { digest: blob.digest, size: blob.size });
  } finally {
    await rm(temporary, { force: true });
    await response.discard();
  }
}

async function writeChecked(path: string, body: AsyncIterable<Uint8Array>, download: Download): Promise<void> {
  const { blob, report } = download;
  const hash = createHash("sha256");
  let bytes = 0;
  const file = await open(path, "wx");
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > blob.size) throw mismatch(blob, `more than ${blob.size} bytes came`);
      hash.update(chunk);
      await file.writeFile(chunk);
      report({ type: "transfer", id: blob.digest, what: "base", state: "progress", bytes, total: blob.size });
    }
  } finally {
    await file.close();
  }
  if (bytes !== blob.size) throw mismatch(blob, `${bytes} of ${blob.size} bytes came`);
  const digest = digestOfHex(hash.digest("hex"));
  if (digest !== blob.digest) throw mismatch(blob, `what came has ${digest}`);
}

function mismatch(blob: Descriptor, why: string): OciasmError {
  return new OciasmError("HASH_MISMATCH", `blob ${blob.digest} was not what was asked for: ${why}`, {
    hint: "run the command again; if it happens again, the registry or a proxy in front of it is damaged",
  });
}
