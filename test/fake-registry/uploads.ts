import { type Answer, created, failure, HANG_UP } from "./answer.ts";
import { isDigest } from "./digest.ts";
import type { Exchange, House } from "./exchange.ts";
import { locationOf, stateOf } from "./location.ts";
import { mount } from "./mount.ts";
import type { Session } from "./state.ts";

/** POST, PATCH, PUT, GET and DELETE of `/v2/<name>/blobs/uploads/<id>` (distribution-spec, "Pushing blobs"). */
export async function upload(exchange: Exchange, house: House, repository: string, id: string): Promise<Answer> {
  const { method } = exchange.seen;
  if (method === "POST" && id === "") return start(exchange, house, repository);
  const session = house.state.sessions.get(id);
  if (session === undefined || session.repository !== repository) return failure(404, "BLOB_UPLOAD_UNKNOWN");
  const stale = staleAnswer(exchange, house, session);
  if (stale !== undefined) return stale;
  if (method === "GET") return progress(house, session, 204);
  if (method === "PATCH") return patch(exchange, house, session);
  if (method === "PUT") return put(exchange, house, session);
  if (method !== "DELETE") return failure(405, "UNSUPPORTED");
  house.state.sessions.delete(id);
  return { status: 204 };
}

async function start(exchange: Exchange, house: House, repository: string): Promise<Answer> {
  const { profile, state } = house;
  if (!state.repositories.has(repository) && profile.missingRepository !== "create")
    return profile.missingRepository === "close" ? HANG_UP : failure(404, "NAME_UNKNOWN");
  const { searchParams } = exchange.url;
  const [wanted, digest] = [searchParams.get("mount"), searchParams.get("digest")];
  if (wanted !== null) {
    const mounted = mount(house, repository, wanted, searchParams.get("from"));
    if (mounted !== undefined) return mounted;
  }
  if (digest !== null && profile.singlePost && (exchange.bodySize ?? 0) > 0) {
    return put(exchange, house, state.startSession(repository));
  }
  return progress(house, state.startSession(repository), 202);
}

function staleAnswer(exchange: Exchange, house: House, session: Session): Answer | undefined {
  const { profile } = house;
  if (profile.location !== "state" && profile.location !== "storage") return undefined;
  const given = exchange.url.searchParams.get("_state");
  if (given === stateOf(session)) return undefined;
  // A state that this registry never gave, or that lost its escapes on the way.
  if (given?.startsWith(`${session.id}+/`) !== true) return failure(404, "BLOB_UPLOAD_INVALID");
  if (profile.oldLocation === "unknown") return failure(404, "BLOB_UPLOAD_INVALID");
  const asks = exchange.seen.method === "GET" || profile.oldLocation === "taken";
  return asks ? undefined : outOfRange(house, session);
}

async function patch(exchange: Exchange, house: House, session: Session): Promise<Answer> {
  const { profile } = house;
  if (!profile.chunks && exchange.headers["content-range"] !== undefined) return failure(405, "UNSUPPORTED");
  if (session.short) return failure(400, "SIZE_INVALID", "a chunk before this one was below the minimum");
  const refused = refusal(exchange, house, session);
  if (refused !== undefined) return refused;
  const before = session.content.size;
  await append(exchange, session);
  const length = session.content.size - before;
  session.firstEnd ??= session.content.size - 1;
  session.short = length < (profile.chunkMinBytes ?? 0);
  return progress(house, session, profile.patchStatus);
}

async function put(exchange: Exchange, house: House, session: Session): Promise<Answer> {
  const digest = exchange.url.searchParams.get("digest") ?? "";
  if (!isDigest(digest)) return failure(400, "DIGEST_INVALID");
  const refused = refusal(exchange, house, session);
  if (refused !== undefined) return refused;
  await append(exchange, session);
  const { state, profile } = house;
  // A second request may have closed the session while this one was sending.
  if (!state.sessions.delete(session.id)) return failure(404, "BLOB_UPLOAD_UNKNOWN");
  const content = session.content.seal();
  const actual = await content.digest(digest.split(":")[0] ?? "");
  if (actual !== digest) return failure(400, "DIGEST_INVALID", `provided digest did not match: ${actual}`);
  state.repository(session.repository).blobs.set(digest, content);
  house.blobStored(exchange, session.repository, digest, content.size);
  const answered = profile.answersSha256 ? await content.digest("sha256") : digest;
  return created(`/v2/${session.repository}/blobs/${digest}`, answered);
}

async function append(exchange: Exchange, session: Session): Promise<void> {
  for await (const chunk of exchange.body()) session.content.append(chunk);
}

/** What is wrong with a body before it is read. */
function refusal(exchange: Exchange, house: House, session: Session): Answer | undefined {
  const { profile } = house;
  const { bodySize } = exchange;
  if (bodySize !== undefined && bodySize > (profile.maxBodyBytes ?? Number.POSITIVE_INFINITY))
    return { status: 413, headers: { "content-type": "text/html" }, body: "<html>413 Payload Too Large</html>" };
  const text = exchange.headers["content-range"];
  if (text === undefined || profile.ignoresContentRange) return undefined;
  if (bodySize !== undefined && bodySize > (profile.maxRangedBytes ?? Number.POSITIVE_INFINITY))
    return failure(416, "UNKNOWN", "request body too large");
  const range = /^(\d{1,15})-(\d{1,15})$/.exec(text);
  if (range === null) return failure(400, "BLOB_UPLOAD_INVALID", `bad Content-Range ${text}`);
  const [first, last] = [Number(range[1]), Number(range[2])];
  if (first !== session.content.size) return outOfRange(house, session);
  if (bodySize !== undefined && last - first + 1 !== bodySize) return failure(400, "SIZE_INVALID");
  return undefined;
}

function outOfRange(house: House, session: Session): Answer {
  const { headers = {} } = progress(house, session, 416);
  return failure(416, "BLOB_UPLOAD_INVALID", "not where the upload is", headers);
}

/** Where an upload is; 0 bytes and 1 byte look alike, as in distribution. */
function progress(house: House, session: Session, status: number): Answer {
  const { profile } = house;
  const moved = status === 204 || status === profile.patchStatus || status === 416;
  const stuck = profile.patchRange === "stuck" ? session.firstEnd : undefined;
  const end = stuck ?? Math.max(0, session.content.size - 1);
  const unit = profile.patchRange === "unit" ? "bytes=" : "";
  return {
    status,
    headers: {
      location: locationOf(house, session),
      "docker-upload-uuid": session.id,
      ...(moved && profile.patchRange === "none" ? {} : { range: `${unit}0-${end}` }),
      ...(profile.chunkMinBytes === undefined ? {} : { "oci-chunk-min-length": String(profile.chunkMinBytes) }),
      ...(profile.chunkMaxBytes === undefined ? {} : { "oci-chunk-max-length": String(profile.chunkMaxBytes) }),
    },
  };
}
