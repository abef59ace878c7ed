import { OciasmError } from "../errors.ts";
import type { HttpResponse } from "../net/http-client.ts";
import type { BlobReader } from "./blob-upload.ts";
import { failureError, type RegistryFailure, readFailure } from "./error.ts";
import { shrinkChunks } from "./upload-habits.ts";
import { counted, moveTo, received, type UploadSession, type UploadTarget } from "./upload-session.ts";

/** Corrections by the registry, without a byte that it took between them, that are one too many. */
const CORRECTIONS = 4;

/** What became of the chunks: all are in, this registry takes none, or it lost count and needs another session. */
export type ChunksEnding = "sent" | "unsupported" | "lost";

/**
 * Sends what the session lacks in chunks (distribution-spec, "Pushing a blob in chunks"); the closing PUT is left.
 * Bytes are counted here: many registries give no Range, or one that stays where it was. A failure leaves the session `unsure`, and the same call goes on once it was located.
 */
export async function sendChunks(
  target: UploadTarget,
  session: UploadSession,
  reader: BlobReader,
): Promise<ChunksEnding> {
  const { size } = target.upload.blob;
  for (let corrections = 0; session.offset < size; ) {
    const before = session.offset;
    session.unsure = true;
    const ending = await sendChunk(target, session, reader);
    if (ending !== "moved") return ending;
    session.unsure = false;
    corrections = session.offset > before ? 0 : corrections + 1;
    if (corrections === CORRECTIONS) {
      throw new OciasmError("REGISTRY_ERROR", `${target.what}: ${target.client.registry} takes no chunk at ${before}`);
    }
  }
  return "sent";
}

async function sendChunk(
  target: UploadTarget,
  session: UploadSession,
  reader: BlobReader,
): Promise<"moved" | "unsupported" | "lost"> {
  const { client, repository, what } = target;
  const { offset } = session;
  const length = chunkLength(target, session);
  const response = await client.call({
    method: "PATCH",
    target: { location: session.location },
    headers: { "content-type": "application/octet-stream", "content-range": `${offset}-${offset + length - 1}` },
    body: () => counted(session, reader, offset, length),
    bodySize: length,
    access: { repository, actions: "pull,push" },
    what,
  });
  if ([200, 201, 202, 204].includes(response.status)) {
    await response.discard();
    accept(target, session, response, length);
    return "moved";
  }
  const failure = await readFailure(response);
  if (response.status === 416 && correct(session, response, length)) return "moved";
  // It is where we are, and wants something else: its Range says nothing.
  if (response.status === 416 && offset > 0 && received(response) === offset) return "lost";
  if (response.status === 413 || response.status === 416) {
    const smallest = Math.max(session.minChunk, 1);
    if (length > smallest && shrinkChunks(client.uploads, length)) return "moved";
    throw failureError(response, failure, `${what} in chunks of ${length} bytes`);
  }
  if (isUnsupported(response, failure)) return "unsupported";
  throw failureError(response, failure, what);
}

function chunkLength({ client, upload }: UploadTarget, session: UploadSession): number {
  const wanted = Math.max(session.minChunk, Math.min(client.uploads.chunkBytes, session.maxChunk));
  return Math.min(wanted, upload.blob.size - session.offset);
}

/** The chunk is in. Throws REGISTRY_ERROR when the registry has more than it was ever given. */
function accept(target: UploadTarget, session: UploadSession, response: HttpResponse, length: number): void {
  const has = received(response);
  if (has !== undefined && has > session.offset + length) {
    const host = new URL(response.url).host;
    const told = `${host} has ${has} bytes of the ${session.offset + length} that were sent`;
    throw new OciasmError("REGISTRY_ERROR", `${target.what}: ${told}`);
  }
  session.offset += length;
  moveTo(session, response);
}

/** The registry is elsewhere and says where: an answer was lost, or a part of a chunk. False when it doesn't. */
function correct(session: UploadSession, response: HttpResponse, length: number): boolean {
  const has = received(response);
  if (has === undefined || has === session.offset || has > session.offset + length) return false;
  session.offset = has;
  moveTo(session, response);
  return true;
}

function isUnsupported(response: HttpResponse, failure: RegistryFailure): boolean {
  return [405, 501].includes(response.status) || failure.codes.includes("UNSUPPORTED");
}
