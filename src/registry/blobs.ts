import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { RegistryClient } from "./client.ts";
import { registryError } from "./error.ts";

const SIZE = /^\d{1,15}$/;

/**
 * Bytes of a blob that the repository has; undefined when it has not, or won't say: registries answer 403 and 405
 * where they mean 404, and the upload will tell.
 */
export async function headBlob(
  client: RegistryClient,
  repository: string,
  digest: Digest,
): Promise<number | undefined> {
  const what = `check of blob ${digest}`;
  const response = await client.call({
    method: "HEAD",
    target: { path: `${repository}/blobs/${digest}` },
    access: { repository, actions: "pull" },
    what,
  });
  await response.discard();
  if (response.status === 200) {
    const length = response.headers["content-length"] ?? "";
    return SIZE.test(length) ? Number(length) : -1;
  }
  if ([400, 403, 404, 405].includes(response.status)) return undefined;
  throw await registryError(response, what);
}

/** True when the repository has the blob at the right size; a registry that gives no size is believed. */
export async function hasBlob(client: RegistryClient, repository: string, blob: Descriptor): Promise<boolean> {
  const size = await headBlob(client, repository, blob.digest);
  return size === blob.size || size === -1;
}
