import { isOciasmError, OciasmError } from "../errors.ts";
import { passingError, retrying } from "../net/retry.ts";
import { type BlobReader, type BlobUpload, blobReader, checkSource } from "./blob-upload.ts";
import { hasBlob } from "./blobs.ts";
import { sendChunks } from "./chunks.ts";
import type { RegistryClient } from "./client.ts";
import { failureError, readFailure } from "./error.ts";
import { learnLimit } from "./upload-habits.ts";
import { uploadProgress } from "./upload-progress.ts";
import {
  cancelUpload,
  counted,
  locate,
  mountOrStart,
  type UploadSession,
  type UploadTarget,
} from "./upload-session.ts";

export type { BlobUpload } from "./blob-upload.ts";

export type UploadOutcome = "existing" | "mounted" | "uploaded";

/** What became of a session: the blob is there, its bytes were damaged on the way, or it has to be another session. */
type Ending = "stored" | "damaged" | "anew";

// Registries move and hash a blob before they answer: minutes for gigabytes.
const COMMIT_SECONDS = 900;
const OCTETS = "application/octet-stream";
const MEBIBYTE = 1024 * 1024;
/** Below this a blob is sent again as a whole: asking where it stopped would cost as much. */
const WORTH_RESUMING = 8 * MEBIBYTE;
/** What a session must have kept to be worth going on with. */
const WORTH_KEEPING = MEBIBYTE;
/** After so many cuts a large blob goes in chunks, so that what arrived stays. */
const CUTS = 2;
/** A session that was found twice where it had been is of no use. */
const STUCK = 2;

/**
 * Brings a blob into a repository: not at all if it is there, by a mount if a neighbour has it, else by POST and one
 * PUT of known length (distribution-spec, "Pushing blobs"); in chunks where the registry refuses that size or the line
 * keeps breaking. A closing answer that is lost is looked up by HEAD. Rejects with REGISTRY_ERROR, REGISTRY_AUTH,
 * NETWORK, or BLOB_CORRUPT when the source is not what its digest says.
 */
export async function pushBlob(client: RegistryClient, repository: string, upload: BlobUpload): Promise<UploadOutcome> {
  const target = { client, repository, upload, what: `upload of blob ${upload.blob.digest}` };
  const reader = blobReader(upload);
  const progress = uploadProgress();
  let session: UploadSession | undefined;
  let [damages, cuts] = [0, 0];
  let isBetterWhole = false;

  const attempt = async (count: number): Promise<UploadOutcome> => {
    if (!(upload.isLacking === true && count === 1) && (await hasBlob(client, repository, upload.blob)))
      return "existing";
    for (let turns = 0; ; turns++) {
      if (session !== undefined && !(await canResume(target, session))) {
        isBetterWhole ||= session.stuck >= STUCK;
        await drop();
      }
      session ??= await mountOrStart(target);
      if (session === undefined) return "mounted";
      if (session.offset === 0) session.chunked = mustChunk(target, session, isBetterWhole ? 0 : cuts);
      const ending = await send(target, session, reader).finally(() => progress.saw(session));
      if (ending === "stored") return "uploaded";
      if (ending === "damaged" && damages++ > 0) throw damagedTwice(target);
      // What left here was whole, or the source itself is to blame.
      if (ending === "damaged") await checkSource(upload);
      if (turns > 3) throw new OciasmError("REGISTRY_ERROR", `${target.what}: ${client.registry} takes it in no way`);
      await drop();
    }
  };
  const drop = async (): Promise<void> => {
    const old = session;
    session = undefined;
    if (old !== undefined) await cancelUpload(target, old);
  };
  try {
    return await retrying(attempt, {
      ...client.retry,
      renewed: () => {
        cuts++;
        return progress.renewed();
      },
    });
  } catch (error) {
    // Who can't be reached can't be told.
    if (!isOciasmError(error) || error.code !== "NETWORK") await drop();
    throw error;
  } finally {
    await reader.close();
  }
}

/** True for a session whose bytes are worth keeping and that the registry still knows. */
async function canResume(target: UploadTarget, session: UploadSession): Promise<boolean> {
  if (!session.unsure) return true;
  if (!target.client.uploads.takesChunks) return false;
  if (!session.chunked && target.upload.blob.size < WORTH_RESUMING) return false;
  if (!(await locate(target, session))) return false;
  if (session.stuck >= STUCK) return false;
  if (!session.chunked && session.offset < WORTH_KEEPING) return false;
  session.chunked = true;
  return true;
}

function mustChunk({ client, upload }: UploadTarget, session: UploadSession, cuts: number): boolean {
  const { size } = upload.blob;
  if (!client.uploads.takesChunks) return false;
  return size > Math.min(client.uploads.largestBody, session.maxChunk) || (cuts >= CUTS && size >= WORTH_RESUMING);
}

async function send(target: UploadTarget, session: UploadSession, reader: BlobReader): Promise<Ending> {
  if (!session.chunked) return putWhole(target, session, reader);
  const ending = await sendChunks(target, session, reader);
  if (ending === "sent") return close(target, session);
  if (ending === "lost") return "anew";
  const { uploads, registry } = target.client;
  uploads.takesChunks = false;
  if (target.upload.blob.size <= uploads.largestBody) return "anew";
  const why = `${registry} takes no blob of ${target.upload.blob.size} bytes at once, and none in chunks`;
  throw new OciasmError("REGISTRY_ERROR", `${target.what}: ${why}`, {
    hint: "make layers smaller with max-layer-size",
  });
}

async function putWhole(target: UploadTarget, session: UploadSession, reader: BlobReader): Promise<Ending> {
  const { client, upload } = target;
  const { size } = upload.blob;
  session.unsure = true;
  const body = size === 0 ? undefined : () => counted(session, reader, 0, size);
  return put(target, session, body, (status) => {
    if ((status !== 413 && status !== 416) || !client.uploads.takesChunks || size === 0) return false;
    learnLimit(client.uploads, size);
    return true;
  });
}

function close(target: UploadTarget, session: UploadSession): Promise<Ending> {
  session.unsure = true;
  return put(target, session, undefined, () => false);
}

/** The PUT that ends an upload, with all of the blob or with nothing; `goesOn` judges a refusal. */
async function put(
  { client, repository, upload: { blob }, what }: UploadTarget,
  session: UploadSession,
  body: (() => AsyncIterable<Uint8Array>) | undefined,
  goesOn: (status: number) => boolean,
): Promise<Ending> {
  const response = await client.call({
    method: "PUT",
    target: { location: withDigest(session.location, blob.digest) },
    headers: { "content-type": OCTETS, ...(body === undefined ? { "content-length": "0" } : {}) },
    ...(body === undefined ? {} : { body, bodySize: blob.size }),
    answerSeconds: COMMIT_SECONDS,
    access: { repository, actions: "pull,push" },
    what,
  });
  if ([200, 201, 204].includes(response.status)) {
    await response.discard();
    return "stored";
  }
  const failure = await readFailure(response);
  if (response.status === 400 && failure.codes.includes("DIGEST_INVALID")) return "damaged";
  if (goesOn(response.status)) return "anew";
  const error = failureError(response, failure, what);
  if (response.status !== 404 || failure.codes.includes("NAME_UNKNOWN")) throw error;
  // The proxy in front may have sent it twice: the second is told of an unknown session though the blob is there.
  if (await hasBlob(client, repository, blob)) return "stored";
  throw passingError(error);
}

function damagedTwice({ what, client }: UploadTarget): OciasmError {
  return new OciasmError("REGISTRY_ERROR", `${what}: ${client.registry} got other bytes than were sent, twice`, {
    hint: "look for a proxy that changes what passes through it",
  });
}

/** The query that a registry put there is its own and stays as it is; a fragment never reached it. */
function withDigest(location: string, digest: string): string {
  const [url = ""] = location.split("#");
  return `${url}${url.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`;
}
