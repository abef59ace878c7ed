import { isOciasmError, OciasmError } from "../errors.ts";
import type { HttpResponse } from "../net/http-client.ts";
import type { BlobReader, BlobUpload } from "./blob-upload.ts";
import type { RegistryClient } from "./client.ts";
import { failureError, readFailure, registryError } from "./error.ts";
import { uploadStartHint } from "./hints.ts";

/** Where one blob goes. */
export interface UploadTarget {
  readonly client: RegistryClient;
  readonly repository: string;
  readonly upload: BlobUpload;
  /** For messages: "upload of blob sha256:…". */
  readonly what: string;
}

/** An upload that a registry has opened. */
export interface UploadSession {
  /** The newest Location: each answer may give another. */
  location: string;
  /** Bytes from the start that the registry has, by its answers. */
  offset: number;
  /** Bytes from the start that left this host at least once. */
  sent: number;
  /** Something went wrong: what the registry really has is to be asked. */
  unsure: boolean;
  /** How often it was located where it had been before. */
  stuck: number;
  /** Where it was located last. */
  located: number;
  /** The blob goes in chunks. */
  chunked: boolean;
  /** Least and most bytes of a chunk that the registry names. */
  readonly minChunk: number;
  readonly maxChunk: number;
}

const CANCEL_MILLISECONDS = 2000;

/** A new session, or undefined when a mount made it needless. */
export async function mountOrStart(target: UploadTarget): Promise<UploadSession | undefined> {
  const { client, repository, upload, what } = target;
  const sources = upload.isLacking === true ? [] : upload.mountFrom.filter((name) => name !== repository);
  for (const from of sources) {
    const mounted = await tryMount(target, from);
    if (mounted !== "refused") return mounted.session;
  }
  await upload.ready?.();
  try {
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
  } catch (error) {
    throw withStartHint(error, target);
  }
}

/** A mount is a favour: whatever goes wrong with it, the upload goes on without. */
async function tryMount(
  { client, repository, upload: { blob } }: UploadTarget,
  from: string,
): Promise<{ readonly session: UploadSession | undefined } | "refused"> {
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
    if (response.status === 202) return { session: sessionOf(response, what) };
    const digest = response.headers["docker-content-digest"] ?? blob.digest;
    return response.status === 201 && digest === blob.digest ? { session: undefined } : "refused";
  } catch (error) {
    if (isOciasmError(error) && (error.code === "REGISTRY_AUTH" || error.code === "REGISTRY_ERROR")) return "refused";
    throw error;
  }
}

/**
 * Asks how far a session got whose last answer was lost (distribution-spec, "Pushing a blob in chunks"). False when
 * the registry doesn't know it any more, or tells what can't be: then the upload begins anew.
 */
export async function locate(target: UploadTarget, session: UploadSession): Promise<boolean> {
  const { client, repository, what } = target;
  const response = await client.call({
    method: "GET",
    target: { location: session.location },
    access: { repository, actions: "pull,push" },
    what: `check of ${what}`,
  });
  if (![200, 202, 204].includes(response.status)) {
    const failure = await readFailure(response);
    if (response.status === 429 || response.status >= 500) throw failureError(response, failure, what);
    return false;
  }
  await response.discard();
  const has = received(response);
  if (has === undefined || has < session.offset || has > session.sent) return false;
  moveTo(session, response);
  session.stuck = has > session.located ? 0 : session.stuck + 1;
  session.located = has;
  session.offset = has;
  session.unsure = false;
  return true;
}

/** Bytes that a registry says it has: the end of its Range, where it is given. One byte and none look alike. */
export function received(response: Pick<HttpResponse, "headers">): number | undefined {
  const end = /^(?:bytes[= ])?0-(\d{1,15})$/.exec(response.headers["range"]?.trim() ?? "")?.[1];
  if (end === undefined) return undefined;
  return end === "0" ? 0 : Number(end) + 1;
}

/** Follows the Location of an answer, where it has one. */
export function moveTo(session: UploadSession, response: Pick<HttpResponse, "headers" | "url">): void {
  const location = response.headers["location"];
  if (location !== undefined && URL.canParse(location, response.url))
    session.location = new URL(location, response.url).href;
}

/** A piece of the blob that is noted as sent while it leaves. */
export async function* counted(
  session: UploadSession,
  reader: BlobReader,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let end = offset;
  for await (const chunk of reader.piece(offset, length)) {
    end += chunk.length;
    session.sent = Math.max(session.sent, end);
    yield chunk;
  }
}

/** Tells the registry to forget a session. A courtesy: it may fail, and it never takes long. */
export async function cancelUpload(target: UploadTarget, session: UploadSession): Promise<void> {
  const { client, repository, what } = target;
  const signal = AbortSignal.timeout(CANCEL_MILLISECONDS);
  const ask = async (): Promise<number> => {
    const access = { repository, actions: "pull,push" } as const;
    const location = { location: session.location };
    const response = await client.call({ method: "DELETE", target: location, access, signal, what: `end of ${what}` });
    await response.discard();
    moveTo(session, response);
    return response.status;
  };
  try {
    // Its Location may have changed with the bytes that came.
    if ((await ask()) === 416) await ask();
  } catch {
    // Registries drop what is left over by themselves, after days.
  }
}

function sessionOf(response: HttpResponse, what: string): UploadSession {
  const location = response.headers["location"];
  if (location === undefined || !URL.canParse(location, response.url)) {
    throw new OciasmError("REGISTRY_ERROR", `${what}: ${new URL(response.url).host} gave no Location to send it to`);
  }
  return {
    location: new URL(location, response.url).href,
    offset: 0,
    sent: 0,
    unsure: false,
    stuck: 0,
    located: 0,
    chunked: false,
    minChunk: lengthIn(response, "oci-chunk-min-length") ?? 0,
    // Not of the spec: Cloudflare's registry tells it.
    maxChunk: lengthIn(response, "oci-chunk-max-length") ?? Number.POSITIVE_INFINITY,
  };
}

function lengthIn(response: HttpResponse, name: string): number | undefined {
  const text = response.headers[name] ?? "";
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

function withStartHint(error: unknown, { client, repository }: UploadTarget): unknown {
  if (!isOciasmError(error) || error.code !== "NETWORK") return error;
  const hint = uploadStartHint(client.registry, repository) ?? error.hint;
  return new OciasmError(error.code, error.message, { hint, cause: error.cause });
}
