import { isOciasmError, OciasmError } from "../errors.ts";
import { retrying } from "../net/retry.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { hasBlob } from "./blobs.ts";
import type { RegistryClient } from "./client.ts";
import { registryError } from "./error.ts";

export interface BlobUpload {
  readonly blob: Descriptor;
  /** The bytes from the first on, as often as it takes. */
  open(): AsyncIterable<Uint8Array>;
  /** Repositories of the same registry that may hold the blob. */
  readonly mountFrom: readonly string[];
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
  return retrying(async () => {
    if (await hasBlob(client, repository, upload.blob)) return "existing";
    const location = await mountOrStart(client, repository, upload);
    if (location === undefined) return "mounted";
    await put(client, repository, upload, location);
    return "uploaded";
  }, client.retry);
}

/** The upload's location, or undefined when a mount made it needless. */
async function mountOrStart(
  client: RegistryClient,
  repository: string,
  upload: BlobUpload,
): Promise<string | undefined> {
  for (const from of upload.mountFrom.filter((name) => name !== repository)) {
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

async function put(client: RegistryClient, repository: string, upload: BlobUpload, session: string): Promise<void> {
  const { blob } = upload;
  const what = `upload of blob ${blob.digest}`;
  const response = await client.call({
    method: "PUT",
    target: { location: withDigest(session, blob) },
    headers: { "content-type": OCTETS, ...(blob.size === 0 ? { "content-length": "0" } : {}) },
    ...(blob.size === 0 ? {} : { body: () => upload.open(), bodySize: blob.size }),
    answerSeconds: COMMIT_SECONDS,
    access: { repository, actions: "pull,push" },
    what,
  });
  if ([200, 201, 204].includes(response.status)) return response.discard();
  const error = await registryError(response, what);
  // The proxy in front may have sent it twice: the second is told of an unknown session though the blob is there.
  if (response.status !== 404 || !(await hasBlob(client, repository, blob))) throw error;
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
