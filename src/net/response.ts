import type { Readable } from "node:stream";
import { OciasmError } from "../errors.ts";
import type { HttpResponse } from "./http-client.ts";
import { networkError } from "./network-error.ts";
import { redactUrl } from "./redact.ts";
import type { Watchdog } from "./watchdog.ts";

/** An answer whose headers have come, with all that is needed to read on under the watchdog's eye. */
export interface Answer {
  readonly answer: {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly body: Readable & { dump(options?: { limit: number }): Promise<void> };
  };
  readonly url: string;
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
  readonly guard: Watchdog;
  readonly stallSeconds: number;
  /** Called when the last byte is in or the body is given up. */
  readonly release: () => void;
  /** The request's own signal: holds the watchdog's reason. */
  readonly reason: AbortSignal;
}

/** More is cheaper to drop with its connection than to read. */
const DUMP_LIMIT = 64 * 1024;

export function readableResponse(parts: Answer): HttpResponse {
  const { answer, url, release } = parts;
  const stream = answer.body;
  // The failure is told to whoever reads; without a listener it would end the process for an answer nobody reads.
  stream.on("error", () => {});
  stream.once("close", release);
  const body: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => readBody(parts) };
  const bytes = (limit: number): Promise<Uint8Array> => collect(body, limit, url);
  return {
    status: answer.statusCode,
    headers: flatHeaders(answer.headers),
    url,
    body,
    bytes,
    text: async (limit) => new TextDecoder().decode(await bytes(limit)),
    discard: async () => {
      if (!stream.destroyed) await stream.dump({ limit: DUMP_LIMIT }).catch(() => {});
      release();
    },
  };
}

async function* readBody(parts: Answer): AsyncGenerator<Uint8Array, void, undefined> {
  const { answer, guard, stallSeconds, reason } = parts;
  try {
    guard.feed(stallSeconds);
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      guard.rest();
      yield chunk;
      guard.feed(stallSeconds);
    }
  } catch (error) {
    throw networkError(reason.aborted ? reason.reason : error, parts.url, parts.signal);
  } finally {
    parts.release();
  }
}

async function collect(body: AsyncIterable<Uint8Array>, limit: number, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new OciasmError("NETWORK", `${redactUrl(url)}: the answer is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function flatHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  const flat: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = typeof value === "string" ? value : value.join(", ");
  }
  return flat;
}
