import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { type Answer, failure } from "./answer.ts";
import type { Journal } from "./audit.ts";
import type { AuthorizationKind, Exchange, Place, Seen } from "./exchange.ts";
import type { FaultAction, Script } from "./faults.ts";
import { send } from "./send.ts";

/** One host of the fake: a port on the loopback interface. */
export interface Listener {
  /** "127.0.0.1:1234". */
  readonly host: string;
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly place: Place;
  readonly port: number;
  readonly journal: Journal;
  readonly script: Script;
  answer(exchange: Exchange): Promise<Answer>;
  expireTokens(): void;
  /** Loses content after a request: a digest, or what the path names. */
  drop(seen: Seen, what: string): void;
}

export async function listen(options: ListenerOptions): Promise<Listener> {
  const server = createServer((request, response) => {
    handle(request, response, options).catch(() => response.destroy());
  });
  // Uploads may pause for as long as a test likes.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(request: IncomingMessage, response: ServerResponse, options: ListenerOptions): Promise<void> {
  const path = request.url ?? "/";
  const seen = options.journal.see({
    place: options.place,
    method: request.method ?? "GET",
    path,
    authorization: kindOf(request.headers.authorization),
    headers: request.headers,
  });
  const action = options.script.next(seen) ?? { delayMilliseconds: 0 };
  if ("expireTokens" in action) options.expireTokens();
  if ("run" in action) await action.run(seen);
  const exchange = exchangeOf(request, seen, cutOf(action));
  const answer = await work(exchange, action, options);
  if ("delayMilliseconds" in action && action.delayMilliseconds > 0) await wait(action.delayMilliseconds);
  if (answer === "silence") return;
  const gone = request.socket.destroyed || answer.close === true || ("reset" in action && action.reset === "after");
  if (gone) {
    request.socket.resetAndDestroy();
    return;
  }
  seen.status = answer.status;
  seen.answered = options.journal.requests.length;
  if ("drop" in action) options.drop(seen, action.drop);
  await send(response, seen, answer, action);
}

/** Thrown into a handler that reads a body which a fault ends. */
class BodyCut extends Error {}

async function work(exchange: Exchange, action: FaultAction, options: ListenerOptions): Promise<Answer | "silence"> {
  const cut = cutOf(action);
  try {
    if ("status" in action && !("redirect" in action)) {
      if (action.early !== true) for await (const _ of exchange.body());
      return action;
    }
    if ("redirect" in action) return { status: action.status ?? 307, headers: { location: action.redirect } };
    const answer = await options.answer(exchange);
    // The fault is for a body, and nobody read one.
    if (cut !== undefined) throw new BodyCut();
    return "stall" in action ? "silence" : answer;
  } catch (error) {
    if (error instanceof BodyCut) return "stall" in action ? "silence" : { status: 0, close: true };
    if (exchange.seen.answered === undefined && isAborted(error)) return { status: 0, close: true };
    return failure(500, "UNKNOWN", String(error));
  }
}

function cutOf(action: FaultAction): number | undefined {
  if ("reset" in action && action.reset !== "after") return action.reset;
  return "stall" in action && action.stall !== "after" ? action.stall : undefined;
}

function isAborted(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ECONNRESET";
}

function exchangeOf(request: IncomingMessage, seen: Seen, cut: number | undefined): Exchange {
  const length = request.headers["content-length"];
  return {
    seen,
    url: new URL(seen.path, `http://${request.headers.host ?? "localhost"}`),
    headers: request.headers,
    bodySize: length === undefined ? undefined : Number(length),
    body: () => bodyOf(request, seen, cut),
  };
}

async function* bodyOf(request: IncomingMessage, seen: Seen, cut: number | undefined): AsyncGenerator<Uint8Array> {
  if (cut === 0) throw new BodyCut();
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    const left = cut === undefined ? chunk.length : Math.min(chunk.length, cut - seen.bytesIn);
    seen.bytesIn += left;
    yield chunk.subarray(0, left);
    if (cut !== undefined && seen.bytesIn >= cut) throw new BodyCut();
  }
}

function kindOf(header: string | undefined): AuthorizationKind {
  if (header === undefined) return "none";
  if (/^basic /i.test(header)) return "basic";
  return /^bearer /i.test(header) ? "bearer" : "other";
}
