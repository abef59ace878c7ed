import type { HttpClient, HttpRequest, HttpResponse } from "./http-client.ts";
import { LONGEST_RETRY_AFTER_SECONDS, retryAfter, type Sleep, sleepFor } from "./retry.ts";

export interface PoliteOptions {
  /** Requests under way at one host. Default 16. */
  readonly perHost?: number;
  readonly signal?: AbortSignal;
  readonly sleep?: Sleep;
}

const PER_HOST = 16;
/** For a 429 that names no time. */
const SHORT_PAUSE_SECONDS = 1;

/**
 * The same client with so many requests under way at one host, from the request to the last byte of its answer; and a
 * host that asks for a pause (429, 503 with Retry-After) gets it from all requests, not just from the one it told.
 */
export function createPolite(http: HttpClient, options: PoliteOptions = {}): HttpClient {
  const hosts = new Map<string, Host>();
  const hostOf = (url: string): Host => {
    const name = URL.canParse(url) ? new URL(url).host : "";
    const host = hosts.get(name) ?? createHost(options);
    hosts.set(name, host);
    return host;
  };
  return {
    request: async (request) => {
      const host = hostOf(request.url);
      const release = await host.enter();
      try {
        const response = await http.request(request);
        pauseFor(response, hostOf(response.url));
        return released(response, request, release);
      } catch (error) {
        release();
        throw error;
      }
    },
    close: () => http.close(),
  };
}

interface Host {
  /** Waits for a free place; gives what frees it again, which may be called twice. */
  enter(): Promise<() => void>;
  pause(seconds: number): void;
}

function createHost({ perHost = PER_HOST, signal, sleep = sleepFor }: PoliteOptions): Host {
  const waiting: (() => void)[] = [];
  let free = perHost;
  let pauses: Promise<unknown> | undefined;
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  return {
    enter: async () => {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      while (pauses !== undefined) await pauses;
      let entered = true;
      return () => {
        if (entered) leave();
        entered = false;
      };
    },
    pause: (seconds) => {
      const paused: Promise<unknown> = Promise.allSettled([pauses, sleep(seconds * 1000, signal)]).then(() => {
        if (pauses === paused) pauses = undefined;
      });
      pauses = paused;
    },
  };
}

function pauseFor(response: HttpResponse, host: Host): void {
  if (response.status !== 429 && response.status !== 503) return;
  const asked = retryAfter(response.headers) ?? (response.status === 429 ? SHORT_PAUSE_SECONDS : 0);
  // Who asks for more is not asked again at all: see ./retry.ts.
  if (asked > 0 && asked <= LONGEST_RETRY_AFTER_SECONDS) host.pause(asked);
}

function released(response: HttpResponse, request: HttpRequest, release: () => void): HttpResponse {
  const after = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      release();
    }
  };
  if (request.method === "HEAD") release();
  return {
    status: response.status,
    headers: response.headers,
    url: response.url,
    body: { [Symbol.asyncIterator]: () => readOn(response.body, release) },
    bytes: (limit) => after(response.bytes(limit)),
    text: (limit) => after(response.text(limit)),
    discard: () => after(response.discard()),
  };
}

async function* readOn(
  body: AsyncIterable<Uint8Array>,
  release: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body;
  } finally {
    release();
  }
}
