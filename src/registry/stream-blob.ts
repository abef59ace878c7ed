import { OciasmError } from "../errors.ts";
import { parseContentRange } from "../net/content-range.ts";
import type { HttpResponse } from "../net/http-client.ts";
import { isTransient, sleepFor } from "../net/retry.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { RegistryClient } from "./client.ts";
import { registryError } from "./error.ts";
import { type Place, passesOver, placesOf } from "./mirrors.ts";

/** Failures within a mebibyte that end the stream. */
const ATTEMPTS = 5;
const FIRST_WAIT = 500;
const RENEWAL = 1024 * 1024;

export interface StreamOptions {
  /** First byte; default 0. */
  readonly start?: number | undefined;
  /** Asks no mirror. */
  readonly upstreamOnly?: boolean;
}

/**
 * The bytes of a blob as they come, to its last, of unchecked content. After a cut it goes on where it stopped,
 * by a range request (RFC 9110, section 14); a registry that gets ranges wrong is read anew and what was given already
 * is passed over. Mirrors come first. Rejects with HASH_MISMATCH as soon as the blob's size turns out to be another.
 */
export async function* streamBlob(
  client: RegistryClient,
  repository: string,
  blob: Descriptor,
  options: StreamOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const places = options.upstreamOnly === true ? [{ client, repository }] : placesOf(client, repository);
  let given = options.start ?? 0;
  for (const place of places) {
    try {
      for await (const chunk of streamFrom(place, blob, given)) {
        given += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      if (!passesOver(place, error)) throw error;
    }
  }
}

async function* streamFrom(place: Place, blob: Descriptor, start: number): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal, retry } = place.client;
  const { attempts = ATTEMPTS, sleep = sleepFor } = retry;
  let [given, milestone] = [start, start];
  const ranges: Ranges = { work: true };
  for (let failures = 0; ; ) {
    try {
      for await (const chunk of readFrom(place, blob, given, ranges)) {
        given += chunk.length;
        yield chunk;
      }
      if (given === blob.size) return;
      throw cutShort(blob, given);
    } catch (error) {
      // A connection that breaks after the last byte has done its work.
      if (given === blob.size && isTransient(error)) return;
      if (given - milestone >= RENEWAL) [failures, milestone] = [0, given];
      failures++;
      if (!isTransient(error) || failures >= attempts || signal.aborted) throw error;
      await sleep(FIRST_WAIT * 2 ** (failures - 1), signal);
    }
  }
}

interface Ranges {
  /** False once one was answered wrongly. */
  work: boolean;
}

async function* readFrom(
  place: Place,
  blob: Descriptor,
  given: number,
  ranges: Ranges,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { client, repository } = place;
  const offset = ranges.work ? given : 0;
  const what = `download of blob ${blob.digest}`;
  const response = await client.call({
    method: "GET",
    target: { path: `${repository}/blobs/${blob.digest}` },
    // A coding would be undone by nobody: what is hashed is what comes.
    headers: { "accept-encoding": "identity", ...(offset === 0 ? {} : { range: `bytes=${offset}-` }) },
    // A server that mistakes a range may leave anything behind on its connection.
    closes: offset > 0,
    access: { repository, actions: "pull" },
    what,
  });
  try {
    let at = await startOf(response, blob, offset, ranges, what);
    let skip = given - at;
    for await (const chunk of response.body) {
      at += chunk.length;
      if (at > blob.size) throw otherSize(response, blob, `more than ${blob.size} bytes came`);
      if (chunk.length > skip) yield skip === 0 ? chunk : chunk.subarray(skip);
      skip = Math.max(0, skip - chunk.length);
    }
  } finally {
    await response.discard();
  }
}

/** Where in the blob the answer begins. */
async function startOf(
  response: HttpResponse,
  blob: Descriptor,
  offset: number,
  ranges: Ranges,
  what: string,
): Promise<number> {
  if (response.status === 200) {
    const length = response.headers["content-length"] ?? "";
    if (/^\d{1,15}$/.test(length) && Number(length) !== blob.size)
      throw otherSize(response, blob, `it has ${length} bytes there instead of ${blob.size}`);
    return 0;
  }
  const told = response.headers["content-range"];
  const range = parseContentRange(told);
  const total = range?.total ?? Number(/^bytes \*\/(\d{1,15})$/.exec(told ?? "")?.[1] ?? blob.size);
  const isRanged = offset > 0 && (response.status === 206 || response.status === 416);
  if (!isRanged) throw await registryError(response, what);
  if (total !== blob.size) throw otherSize(response, blob, `it has ${total} bytes there instead of ${blob.size}`);
  if (response.status === 206 && range?.first === offset) return offset;
  ranges.work = false;
  throw passing(`${what}: a range was answered with ${response.status} ${JSON.stringify(told ?? "")}`);
}

/** The connection ended as if all had come. */
function cutShort(blob: Descriptor, given: number): OciasmError {
  return passing(`download of blob ${blob.digest}: ${given} of ${blob.size} bytes came`);
}

/** To be tried again. */
function passing(message: string): OciasmError {
  const cause = Object.assign(new Error(message), { code: "TRUNCATED" });
  return new OciasmError("NETWORK", message, { hint: "run the command again", cause });
}

function otherSize(response: HttpResponse, blob: Descriptor, why: string): OciasmError {
  const coding = response.headers["content-encoding"];
  const coded = coding === undefined ? "" : `, sent with Content-Encoding ${JSON.stringify(coding)}`;
  return new OciasmError("HASH_MISMATCH", `blob ${blob.digest} was not what was asked for: ${why}${coded}`, {
    hint: "run the command again; if it happens again, the registry or a proxy in front of it is damaged",
  });
}
