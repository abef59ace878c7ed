import { retrying } from "../net/retry.ts";
import { type Digest, isDigest } from "../oci/digest.ts";
import type { RegistryClient } from "./client.ts";
import { readFailure } from "./error.ts";
import { type FetchedManifest, mismatch } from "./manifests.ts";
import { judgeRefusal, tooLarge } from "./refused-manifest.ts";

// What distribution and most others take; the spec promises no more (distribution-spec, "Pushing manifests").
const MAX_PUSH_BYTES = 4 * 1024 * 1024;

export interface PutOptions {
  /** Brings what the registry says that it lacks; none named: everything that the document names. */
  repair?(missing: readonly Digest[]): Promise<void>;
}

/** A registry with replicas or garbage collection may lose a blob between its upload and the manifest. */
const REPAIRS = 3;
const UNKNOWN_BLOB: readonly string[] = ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"];

export interface PutResult {
  /** Digest of OCI-Subject: the registry lists the manifest among those that refer to it. */
  readonly subject: string | undefined;
}

/**
 * Puts a document under a tag or its own digest; a tag that can't be moved and names it already is as good. Rejects
 * with REGISTRY_ERROR, REGISTRY_AUTH, NETWORK, or HASH_MISMATCH when the registry made another document of it.
 */
export async function putManifest(
  client: RegistryClient,
  repository: string,
  reference: string,
  document: FetchedManifest,
  options: PutOptions = {},
): Promise<PutResult> {
  const { mediaType, digest, size } = document.descriptor;
  const what = `push of manifest ${client.registry}/${repository}${isDigest(reference) ? "@" : ":"}${reference}`;
  if (size > MAX_PUSH_BYTES) throw tooLarge(what, document);
  let repairs = 0;
  const putOnce = async (): Promise<PutResult> => {
    const response = await client.call({
      method: "PUT",
      target: { path: `${repository}/manifests/${reference}` },
      headers: { "content-type": mediaType },
      body: document.bytes,
      bodySize: size,
      access: { repository, actions: "pull,push" },
      what,
    });
    if (![200, 201, 202, 204].includes(response.status)) {
      const failure = await readFailure(response);
      const lacks = failure.codes.some((code) => UNKNOWN_BLOB.includes(code));
      if (!lacks || options.repair === undefined || repairs === REPAIRS) {
        await judgeRefusal({ client, repository, reference, document, response, failure, what });
        return { subject: undefined };
      }
      repairs++;
      await options.repair(failure.digests);
      return putOnce();
    }
    await response.discard();
    const stored = response.headers["docker-content-digest"];
    if (stored !== undefined && isDigest(stored) && stored !== digest) throw mismatch(what, digest, stored);
    return { subject: response.headers["oci-subject"] };
  };
  return retrying(putOnce, client.retry);
}
