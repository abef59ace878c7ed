import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** What happens to one request instead of, or on top of, the honest answer. */
export type Fault =
  /** Another answer. */
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  /** The connection is cut after so many bytes of the body, a moment later or as soon as the client says that it has them. */
  | { readonly cutAt: number; readonly arrived?: () => boolean }
  /** Nothing more comes after so many bytes of the body; 0: not even the status. */
  | { readonly stallAt: number }
  /** The body comes in pieces with pauses. */
  | { readonly slow: { readonly piece: number; readonly milliseconds: number } }
  /** The body ends early with no Content-Length, so that no client can tell by the connection. */
  | { readonly silentCutAt: number }
  | { readonly ignoreRange: true }
  /** An honest answer: to skip a turn in a script. */
  | { readonly none: true };

export interface LoggedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Bytes of body that were handed to the connection. */
  sent: number;
}

export interface ServedFile {
  readonly content: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers 401 to all but this Authorization. */
  readonly authorization?: string;
}

export interface TestServer {
  /** "http://127.0.0.1:1234", no slash at the end. */
  readonly url: string;
  readonly log: readonly LoggedRequest[];
  /** Answers GET and HEAD, with ranges, ETag and If-None-Match. */
  serve(path: string, file: ServedFile | string | Uint8Array): void;
  /** Full control of one path. */
  handle(path: string, handler: (request: LoggedRequest, response: ServerResponse) => void): void;
  /** The next requests for this path get these faults, one each. */
  fail(path: string, ...faults: readonly Fault[]): void;
  /** The log's requests for one path. */
  requests(path: string): readonly LoggedRequest[];
}

/** A server on the loopback interface that goes with the test. */
export async function startHttpServer(t: TestContext): Promise<TestServer> {
  const files = new Map<string, ServedFile>();
  const handlers = new Map<string, (request: LoggedRequest, response: ServerResponse) => void>();
  const faults = new Map<string, Fault[]>();
  const log: LoggedRequest[] = [];
  const server = createServer((incoming, response) => {
    readAll(incoming)
      .then((body) => {
        const path = incoming.url ?? "/";
        const request = { method: incoming.method ?? "", path, headers: incoming.headers, body, sent: 0 };
        log.push(request);
        const plain = path.split("?")[0] ?? "";
        const fault = faults.get(plain)?.shift() ?? { none: true };
        const handler = handlers.get(plain);
        if (handler !== undefined && "none" in fault) handler(request, response);
        else answer(request, response, files.get(plain), fault);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    serve: (path, file) => {
      files.set(path, typeof file === "string" || file instanceof Uint8Array ? { content: file } : file);
    },
    handle: (path, handler) => {
      handlers.set(path, handler);
    },
    fail: (path, ...more) => {
      faults.set(path, [...(faults.get(path) ?? []), ...more]);
    },
    requests: (path) => log.filter((request) => request.path.split("?")[0] === path),
  };
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function answer(request: LoggedRequest, response: ServerResponse, file: ServedFile | undefined, fault: Fault): void {
  if ("status" in fault) {
    response.writeHead(fault.status, { "content-type": "text/html", ...fault.headers });
    response.end(fault.body ?? `<html>${fault.status}</html>`);
    return;
  }
  if ("stallAt" in fault && fault.stallAt === 0) return;
  if (file === undefined) {
    response.writeHead(404, { "content-type": "text/html" }).end("<html>not found</html>");
    return;
  }
  if (file.authorization !== undefined && request.headers["authorization"] !== file.authorization) {
    response.writeHead(401, { "content-type": "text/html", "www-authenticate": "Basic" }).end("<html>who?</html>");
    return;
  }
  const { status, headers, body } = honest(request, file, "ignoreRange" in fault);
  if ("silentCutAt" in fault) {
    response.useChunkedEncodingByDefault = false;
    response.writeHead(status, { ...headers, connection: "close" });
    response.end(body.subarray(0, fault.silentCutAt));
    return;
  }
  response.writeHead(status, { ...headers, "content-length": String(body.length) });
  if (request.method === "HEAD") response.end();
  else send(request, response, body, fault);
}

function honest(
  request: LoggedRequest,
  file: ServedFile,
  ignoreRange: boolean,
): { readonly status: number; readonly headers: Record<string, string>; readonly body: Buffer } {
  const body = Buffer.from(file.content);
  const etag = `"${createHash("sha256").update(body).digest("hex").slice(0, 16)}"`;
  const headers = { "content-type": "application/octet-stream", etag, "accept-ranges": "bytes", ...file.headers };
  if (request.headers["if-none-match"] === headers.etag) return { status: 304, headers, body: Buffer.alloc(0) };
  const range = /^bytes=(\d*)-(\d*)$/.exec(String(request.headers["range"] ?? ""));
  const sameFile = request.headers["if-range"] === undefined || request.headers["if-range"] === headers.etag;
  if (range === null || ignoreRange || !sameFile) return { status: 200, headers, body };
  const isSuffix = range[1] === "";
  const from = isSuffix ? Math.max(0, body.length - Number(range[2])) : Number(range[1]);
  const to = isSuffix || range[2] === "" ? body.length - 1 : Math.min(Number(range[2]), body.length - 1);
  if (from >= body.length || from > to) {
    return { status: 416, headers: { ...headers, "content-range": `bytes */${body.length}` }, body: Buffer.alloc(0) };
  }
  const contentRange = `bytes ${from}-${to}/${body.length}`;
  return { status: 206, headers: { ...headers, "content-range": contentRange }, body: body.subarray(from, to + 1) };
}

function send(request: LoggedRequest, response: ServerResponse, body: Buffer, fault: Fault): void {
  const cut = "cutAt" in fault ? fault.cutAt : "stallAt" in fault ? fault.stallAt : undefined;
  if (cut !== undefined) {
    request.sent = Math.min(cut, body.length);
    response.write(body.subarray(0, cut), () => {
      if ("cutAt" in fault) cutOnce(response, fault.arrived);
    });
    return;
  }
  if ("slow" in fault) {
    sendSlowly(request, response, body, fault.slow);
    return;
  }
  request.sent = body.length;
  response.end(body);
}

/** A cut throws away what the client has not read yet. */
function cutOnce(response: ServerResponse, arrived: () => boolean = () => true): void {
  setTimeout(() => (arrived() ? response.socket?.destroy() : cutOnce(response, arrived)), 20);
}

function sendSlowly(
  request: LoggedRequest,
  response: ServerResponse,
  body: Buffer,
  slow: { readonly piece: number; readonly milliseconds: number },
): void {
  let at = 0;
  const timer = setInterval(() => {
    if (response.destroyed || at >= body.length) {
      clearInterval(timer);
      response.end();
      return;
    }
    response.write(body.subarray(at, at + slow.piece));
    at += slow.piece;
    request.sent = Math.min(at, body.length);
  }, slow.milliseconds);
}
