import { type Answer, failure } from "./answer.ts";
import type { Content } from "./content.ts";
import type { Exchange, House } from "./exchange.ts";
import { storedAt } from "./location.ts";

/** GET, HEAD and DELETE of `/v2/<name>/blobs/<digest>`. */
export function blob(exchange: Exchange, house: House, repository: string, digest: string): Answer {
  const { method, place } = exchange.seen;
  const content = house.state.repositories.get(repository)?.blobs.get(digest);
  if (content === undefined) return failure(house.profile.missingStatus, "BLOB_UNKNOWN");
  if (method === "DELETE") {
    house.state.drop(repository, digest);
    return { status: 202 };
  }
  if (method !== "GET" && method !== "HEAD") return failure(405, "UNSUPPORTED");
  if (method === "GET" && house.profile.redirectsPulls && place === "registry")
    return { status: 307, headers: { location: storedAt(house, repository, digest) } };
  return bytesOf(exchange, content, digest);
}

function bytesOf(exchange: Exchange, content: Content, digest: string): Answer {
  const headers = {
    "content-type": "application/octet-stream",
    "docker-content-digest": digest,
    etag: `"${digest}"`,
    "accept-ranges": "bytes",
  };
  const range = /^bytes=(\d*)-(\d*)$/.exec(exchange.headers.range ?? "");
  if (range === null || (range[1] === "" && range[2] === ""))
    return { status: 200, headers, body: { size: content.size, open: () => content.read() } };
  const last = content.size - 1;
  const from = range[1] === "" ? Math.max(0, content.size - Number(range[2])) : Number(range[1]);
  const to = range[1] === "" || range[2] === "" ? last : Math.min(last, Number(range[2]));
  if (from > to) return failure(416, "RANGE_INVALID", undefined, { "content-range": `bytes */${content.size}` });
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${from}-${to}/${content.size}` },
    body: { size: to - from + 1, open: () => content.read(from, to + 1) },
  };
}
