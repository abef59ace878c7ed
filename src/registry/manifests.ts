import { createHash } from "node:crypto";
import { OciasmError } from "../errors.ts";
import { retrying } from "../net/retry.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestOfHex, isDigest } from "../oci/digest.ts";
import { MAX_DOCUMENT_BYTES, parseManifestDocument } from "../oci/manifest.ts";
import { isIndexType, isManifestType, isSchema1Type, MANIFEST_TYPES } from "../oci/media-types.ts";
import type { RegistryClient } from "./client.ts";
import { registryError } from "./error.ts";
import { type Place, placesOf, readFirst } from "./mirrors.ts";

/** A manifest or an index as it came, checked against its digest and its type. */
export interface FetchedManifest {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/**
 * Gets a manifest or index by tag or digest, from a mirror if one has it; IMAGE_NOT_FOUND when there is none,
 * HASH_MISMATCH when it is another.
 */
export async function getManifest(
  client: RegistryClient,
  repository: string,
  reference: string,
): Promise<FetchedManifest> {
  return readFirst(placesOf(client, repository), (place) => getFrom(place, reference));
}

async function getFrom({ client, repository }: Place, reference: string): Promise<FetchedManifest> {
  const what = `manifest ${client.registry}/${repository}${isDigest(reference) ? "@" : ":"}${reference}`;
  const { response, bytes } = await retrying(async () => {
    const answer = await client.call({
      method: "GET",
      target: { path: `${repository}/manifests/${reference}` },
      headers: { accept: MANIFEST_TYPES.join(", ") },
      access: { repository, actions: "pull" },
      what,
    });
    if (answer.status === 404) {
      await answer.discard();
      throw new OciasmError("IMAGE_NOT_FOUND", `${what} does not exist`, { hint: "check its name and tag" });
    }
    if (answer.status !== 200) throw await registryError(answer, what);
    return { response: answer, bytes: await answer.bytes(MAX_DOCUMENT_BYTES) };
  }, client.retry);
  const digest = digestOfHex(createHash("sha256").update(bytes).digest("hex"));
  const promised = isDigest(reference) ? reference : response.headers["docker-content-digest"];
  if (promised !== undefined && isDigest(promised) && promised !== digest) throw mismatch(what, promised, digest);
  const { mediaType } = parseManifestDocument(bytes, knownType(response.headers["content-type"]));
  return { descriptor: { mediaType, digest, size: bytes.length }, bytes };
}

/** The digest that a tag points at, without its bytes; undefined when there is none or the registry won't say. */
export async function headManifest(
  client: RegistryClient,
  repository: string,
  reference: string,
): Promise<Digest | undefined> {
  const response = await client.call({
    method: "HEAD",
    target: { path: `${repository}/manifests/${reference}` },
    headers: { accept: MANIFEST_TYPES.join(", ") },
    access: { repository, actions: "pull" },
    what: `check of manifest ${repository}:${reference}`,
  });
  await response.discard();
  const digest = response.headers["docker-content-digest"];
  return response.status === 200 && digest !== undefined && isDigest(digest) ? digest : undefined;
}

// Anything else says nothing about the body, and the body says it itself.
function knownType(contentType: string | undefined): string | undefined {
  const type = contentType?.split(";")[0]?.trim();
  return type !== undefined && (isIndexType(type) || isManifestType(type) || isSchema1Type(type)) ? type : undefined;
}

export function mismatch(what: string, wanted: Digest, got: Digest): OciasmError {
  return new OciasmError("HASH_MISMATCH", `${what}: expected ${wanted}, the registry has ${got}`);
}
