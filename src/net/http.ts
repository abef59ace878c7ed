import type { LookupFunction } from "node:net";
import { performance } from "node:perf_hooks";
import type { SecureContext } from "node:tls";
import { OciasmError } from "../errors.ts";
import { trustedRoots } from "./certificates.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "./http-client.ts";
import { networkError } from "./network-error.ts";
import { paced } from "./paced.ts";
import { guardPausedEnds } from "./paused-end.ts";
import { proxyFor } from "./proxy.ts";
import { redactUrl } from "./redact.ts";
import { isRedirect, redirected } from "./redirect.ts";
import { readableResponse } from "./response.ts";
import { type Dispatcher, loadUndici } from "./undici.ts";
import { stalled, type Watchdog, watchdog } from "./watchdog.ts";

export interface HttpOptions {
  /** Proxy and certificate variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly userAgent: string;
  /** PEM file of further certificate authorities (pip's `--cert`). */
  readonly caFile?: string;
  /** Instead of the system's resolver. */
  readonly lookup?: LookupFunction;
}

const DEFAULT_STALL_SECONDS = 60;
const MAX_REDIRECTS = 10;
const CONNECT_SECONDS = 30;
/** Node gives an address up after this time instead of letting the next one race it: its own 250 ms lose far hosts. */
const ADDRESSES = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 2000 };

/**
 * HTTP/1.1 over undici's `request`: `fetch` would decode bodies whose bytes are hashed. Proxies and roots come from the
 * environment given, redirects are followed here so that credentials stay with their origin.
 */
export function createHttp(options: HttpOptions): HttpClient {
  const dispatchers = createDispatchers(options);
  return {
    request: (request) => follow(request, options.userAgent, dispatchers.choose),
    close: dispatchers.close,
  };
}

type Choose = (url: URL, request: Pick<HttpRequest, "insecure" | "caFiles" | "socketPath">) => Promise<Dispatcher>;

async function follow(first: HttpRequest, userAgent: string, choose: Choose): Promise<HttpResponse> {
  const limit = first.maxRedirects ?? MAX_REDIRECTS;
  let request = first;
  for (let count = 0; ; count++) {
    const response = await send(request, userAgent, choose);
    const location = response.headers["location"];
    if (limit === 0 || location === undefined || !isRedirect(response.status)) return response;
    await response.discard();
    if (count === limit) throw new OciasmError("NETWORK", `${redactUrl(first.url)}: more than ${limit} redirects`);
    request = redirected(request, response.status, location);
  }
}

async function send(request: HttpRequest, userAgent: string, choose: Choose): Promise<HttpResponse> {
  const { signal } = request;
  const url = requestUrl(request.url);
  const controller = new AbortController();
  const bark = (seconds: number): void => controller.abort(stalled(seconds));
  const [sending, receiving] = [watchdog(bark), watchdog(bark)];
  const interrupt = (): void => controller.abort(signal?.reason);
  const release = (): void => {
    sending.stop();
    receiving.stop();
    signal?.removeEventListener("abort", interrupt);
  };
  const stallSeconds = request.stallSeconds ?? DEFAULT_STALL_SECONDS;
  try {
    if (signal?.aborted === true) throw signal.reason;
    signal?.addEventListener("abort", interrupt, { once: true });
    const dispatcher = await choose(url, request);
    sending.feed(request.answerSeconds ?? stallSeconds);
    const answer = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: requestHeaders(request, userAgent),
      body: requestBody(request, sending, stallSeconds) as Exclude<Dispatcher.DispatchOptions["body"], undefined>,
      signal: controller.signal,
      reset: request.closes ?? false,
      // Replaced by the watchdog, which knows a slow transfer from a dead one.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    // An early answer to an upload: from here on the answer is what is waited for.
    sending.stop();
    return readableResponse({
      answer,
      url: url.href,
      signal,
      guard: receiving,
      stallSeconds,
      release,
      reason: controller.signal,
    });
  } catch (error) {
    release();
    throw networkError(controller.signal.aborted ? controller.signal.reason : error, url.href, signal);
  }
}

function requestUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.protocol === "http:" || url.protocol === "https:")) return url;
  throw new OciasmError("NETWORK", `not an http URL: ${redactUrl(text)}`);
}

function requestHeaders(request: HttpRequest, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = { "user-agent": userAgent };
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  const size = request.body instanceof Uint8Array ? request.body.length : request.bodySize;
  if (request.body !== undefined && size !== undefined) headers["content-length"] = String(size);
  return headers;
}

function requestBody(
  request: HttpRequest,
  guard: Watchdog,
  stallSeconds: number,
): Uint8Array | AsyncIterable<Uint8Array> | null {
  const { body } = request;
  const answerSeconds = request.answerSeconds ?? stallSeconds;
  if (body === undefined) return null;
  if (body instanceof Uint8Array && body.length === 0) return body;
  const open = body instanceof Uint8Array ? () => whole(body) : body;
  return (async function* watched() {
    guard.rest();
    for await (const chunk of paced(open(), () => performance.now())) {
      guard.feed(stallSeconds);
      yield chunk;
      guard.rest();
    }
    guard.feed(answerSeconds);
  })();
}

async function* whole(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function createDispatchers(options: HttpOptions): { readonly choose: Choose; close(): Promise<void> } {
  const made = new Map<string, Promise<Dispatcher>>();
  const roots = new Map<string, Promise<SecureContext | undefined>>();
  const rootsWith = (caFiles: readonly string[]): Promise<SecureContext | undefined> => {
    const key = JSON.stringify(caFiles);
    const own = options.caFile === undefined ? [] : [options.caFile];
    const found = roots.get(key) ?? trustedRoots(options.environment, [...own, ...caFiles]);
    roots.set(key, found);
    return found;
  };
  const make = async (
    proxy: string | undefined,
    isSecure: boolean,
    { insecure = false, caFiles = [], socketPath }: Parameters<Choose>[1],
  ): Promise<Dispatcher> => {
    const { Agent, ProxyAgent } = await loadUndici();
    guardPausedEnds();
    if (socketPath !== undefined) return new Agent({ allowH2: false, connect: { socketPath } });
    const secureContext = isSecure ? await rootsWith(caFiles) : undefined;
    const { lookup } = options;
    const reach = { ...ADDRESSES, ...(lookup === undefined ? {} : { lookup }) };
    const tls = {
      ...reach,
      ...(secureContext === undefined ? {} : { secureContext }),
      rejectUnauthorized: !insecure,
    };
    const common = { allowH2: false, connect: { ...tls, timeout: CONNECT_SECONDS * 1000 }, keepAliveTimeout: 10_000 };
    if (proxy === undefined) return new Agent(common);
    return new ProxyAgent({ ...common, uri: proxy, requestTls: tls, proxyTls: tls, proxyTunnel: false });
  };
  return {
    choose: (url, request) => {
      const { insecure = false, caFiles = [], socketPath } = request;
      const proxy = socketPath === undefined ? proxyFor(url, options.environment) : undefined;
      // Reading the roots takes as long as a small push.
      const isSecure = url.protocol === "https:" || proxy?.startsWith("https:") === true;
      const key = JSON.stringify([insecure, caFiles, proxy, isSecure, socketPath]);
      const dispatcher = made.get(key) ?? make(proxy, isSecure, request);
      made.set(key, dispatcher);
      return dispatcher;
    },
    close: async () => {
      const all = await Promise.allSettled(made.values());
      made.clear();
      await Promise.all(all.map(async (one) => (one.status === "fulfilled" ? one.value.destroy() : undefined)));
    },
  };
}
