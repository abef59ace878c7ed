import { createHash } from "node:crypto";
import { isOciasmError, OciasmError } from "../errors.ts";
import { retrying } from "../net/retry.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { hasBlob } from "./blobs.ts";
import type { RegistryClient } from "./client.ts";
import { failureError, readFailure, registryError } from "./error.ts";

export interface BlobUpload {
  readonly blob: Descriptor;
  /** The bytes from the first on, as often as it takes. */
  open(): AsyncIterable<Uint8Array>;
  /** Repositories of the same registry that may hold the blob. */
  readonly mountFrom: readonly string[];
  /** The registry lacks it, whatever it answers to HEAD: it said so when it was given a manifest. */
  readonly isLacking?: boolean;
}

export type UploadOutcome = "existing" | "mounted" | "uploaded";

// Registries move and hash a blob before they answer: minutes for gigabytes.
const COMMIT_SECONDS = 900;
const OCTETS = "application/octet-stream";

/**
 * Brings a blob into a repository: not at all if it is there, by a mount if a neighbour has it, else by POST and one
 * PUT of known length (distribution-spec, "Pushing blobs"). A closing answer that is lost is looked up by HEAD.
 */
export async function pushBlob(client: RegistryClient, repository: string, upload: BlobUpload): Promise<UploadOutcome> {
  let damaged = false;
  const push = async (attempt: number): Promise<UploadOutcome> => {
    const lacking = upload.isLacking === true && attempt === 1;
    if (!lacking && (await hasBlob(client, repository, upload.blob))) return "existing";
    const location = await mountOrStart(client, repository, upload);
    if (location === undefined) return "mounted";
    if (await put(client, repository, upload, location, damaged)) return "uploaded";
    // What left here was whole: once more, from the start.
    damaged = true;
    return push(attempt);
  };
  return retrying(push, client.retry);
}

/** The upload's location, or undefined when a mount made it needless. */
async function mountOrStart(
  client: RegistryClient,
  repository: string,
  upload: BlobUpload,
): Promise<string | undefined> {
  const sources = upload.isLacking === true ? [] : upload.mountFrom.filter((name) => name !== repository);
  for (const from of sources) {
    const mounted = await tryMount(client, repository, upload.blob, from);
    if (mounted !== "refused") return mounted.location;
  }
  const what = `upload of blob ${upload.blob.digest}`;
  const response = await client.call({
    method: "POST",
    target: { path: `${repository}/blobs/uploads/` },
    headers: { "content-length": "0" },
    access: { repository, actions: "pull,push" },
    what,
  });
  if (response.status !== 202) throw await registryError(response, what);
  await response.discard();
  return sessionOf(response, what);
}

/** A mount is a favour: whatever goes wrong with it, the upload goes on without. */
async function tryMount(
  client: RegistryClient,
  repository: string,
  blob: Descriptor,
  from: string,
): Promise<{ readonly location: string | undefined } | "refused"> {
  const query = new URLSearchParams({ mount: blob.digest, from });
  const what = `mount of blob ${blob.digest}`;
  try {
    const response = await client.call({
      method: "POST",
      target: { path: `${repository}/blobs/uploads/?${query}` },
      headers: { "content-length": "0" },
      access: { repository, actions: "pull,push", alsoPull: from },
      what,
    });
    await response.discard();
    if (response.status === 202) return { location: sessionOf(response, what) };
    const digest = response.headers["docker-content-digest"] ?? blob.digest;
    return response.status === 201 && digest === blob.digest ? { location: undefined } : "refused";
  } catch (error) {
    if (isOciasmError(error) && (error.code === "REGISTRY_AUTH" || error.code === "REGISTRY_ERROR")) return "refused";
    throw error;
  }
}

/** False when the registry got other bytes than were sent; the second time that is an error. */
async function put(
  client: RegistryClient,
  repository: string,
  upload: BlobUpload,
  session: string,
  isSecond: boolean,
): Promise<boolean> {
  const { blob } = upload;
  const what = `upload of blob ${blob.digest}`;
  const response = await client.call({
    method: "PUT",
    target: { location: withDigest(session, blob) },
    headers: { "content-type": OCTETS, ...(blob.size === 0 ? { "content-length": "0" } : {}) },
    ...(blob.size === 0 ? {} : { body: () => wholeBlob(upload), bodySize: blob.size }),
    answerSeconds: COMMIT_SECONDS,
    access: { repository, actions: "pull,push" },
    what,
  });
  if ([200, 201, 204].includes(response.status)) {
    await response.discard();
    return true;
  }
  const failure = await readFailure(response);
  if (!isSecond && response.status === 400 && failure.codes.includes("DIGEST_INVALID")) return false;
  // The proxy in front may have sent it twice: the second is told of an unknown session though the blob is there.
  if (response.status === 404 && (await hasBlob(client, repository, blob))) return true;
  throw failureError(response, failure, what);
}

/** The blob's bytes; the last of them only when all are as they were when the blob was made. */
async function* wholeBlob(upload: BlobUpload): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let bytes = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of upload.open()) {
    if (held !== undefined) yield held;
    hash.update(chunk);
    bytes += chunk.length;
    held = chunk;
  }
  const digest = `sha256:${hash.digest("hex")}`;
  if (digest !== upload.blob.digest) {
    throw new OciasmError("BLOB_CORRUPT", `blob ${upload.blob.digest} has changed: ${bytes} bytes with ${digest}`, {
      hint: "run the command again",
    });
  }
  if (held !== undefined) yield held;
}

function sessionOf(
  response: { readonly headers: Readonly<Record<string, string>>; readonly url: string },
  what: string,
): string {
  const location = response.headers["location"];
  if (location !== undefined && URL.canParse(location, response.url)) return new URL(location, response.url).href;
  throw new OciasmError("REGISTRY_ERROR", `${what}: ${new URL(response.url).host} gave no Location to send it to`);
}

/** The query that a registry put there is its own and stays as it is; a fragment never reached it. */
function withDigest(session: string, blob: Descriptor): string {
  const [url = ""] = session.split("#");
  return `${url}${url.includes("?") ? "&" : "?"}digest=${encodeURIComponent(blob.digest)}`;
}
