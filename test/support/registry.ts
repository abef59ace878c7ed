import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a fake registry does to the requests that it is about, instead of answering. */
export interface Fault {
  readonly method?: string;
  readonly path: RegExp;
  /** How many matching requests it hits, after `skip` that pass; default 1 and 0. */
  readonly times?: number;
  readonly skip?: number;
  readonly action:
    | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
    /** Cuts the connection, after reading so many bytes of the body, or after doing all that was asked. */
    | { readonly reset: number | "after" }
    /** Lets it through and changes the headers of the answer. */
    | { readonly answer: Readonly<Record<string, string>> };
}

export interface FakeRegistryOptions {
  readonly faults?: readonly Fault[];
  /** Users and passwords; none: everybody is let in. */
  readonly users?: Readonly<Record<string, string>>;
  readonly auth?: "basic" | "bearer";
  /** Bearer only: pull without a user. */
  readonly anonymousPull?: boolean;
  readonly noMount?: boolean;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly status: number;
  readonly bytes: number;
}

export interface FakeRegistry {
  /** "127.0.0.1:port". */
  readonly host: string;
  readonly requests: readonly SeenRequest[];
  readonly blobs: Map<string, Buffer>;
  /** Digests that a repository links to. */
  readonly links: Map<string, Set<string>>;
  /** "repository:tag" and "repository@digest" to the document. */
  readonly manifests: Map<string, { readonly type: string; readonly bytes: Buffer }>;
  /** Adds a blob without a push. */
  seed(repository: string, bytes: Uint8Array): string;
  seedManifest(repository: string, tag: string, type: string, bytes: Uint8Array): string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A registry in memory that follows distribution-spec 1.1: enough for clients that push and pull. Loopback only. */
export async function startFakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const requests: SeenRequest[] = [];
  const blobs = new Map<string, Buffer>();
  const links = new Map<string, Set<string>>();
  const manifests = new Map<string, { type: string; bytes: Buffer }>();
  const sessions = new Set<string>();
  const tokens = new Map<string, readonly string[]>();
  const hits = new Map<Fault, number>();

  const link = (repository: string, digest: string): void => {
    links.set(repository, (links.get(repository) ?? new Set()).add(digest));
  };
  const seed = (repository: string, bytes: Uint8Array): string => {
    const digest = digestOf(bytes);
    blobs.set(digest, Buffer.from(bytes));
    link(repository, digest);
    return digest;
  };

  const server = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/";
    const method = request.method ?? "GET";
    const see = (status: number, bytes: number): void => {
      requests.push({ method, path, authorization: request.headers.authorization, status, bytes });
    };
    const fault = faultFor(method, path);
    if (fault !== undefined && "reset" in fault && typeof fault.reset === "number") {
      const { socket } = request;
      see(0, await readSome(request, fault.reset));
      socket.resetAndDestroy();
      return;
    }
    const body = await readAll(request);
    const planned = fault !== undefined && "status" in fault ? fault : undefined;
    const answer = planned ?? route(method, new URL(path, `http://${host}`), request, body);
    see(answer.status, body.length);
    if (fault !== undefined && "reset" in fault) {
      request.socket.resetAndDestroy();
      return;
    }
    const changed = fault !== undefined && "answer" in fault ? fault.answer : {};
    const content = answer.body ?? "";
    const headers: Record<string, string> = {
      "content-length": String(Buffer.byteLength(content)),
      ...answer.headers,
      ...changed,
    };
    response.writeHead(answer.status, headers).end(method === "HEAD" ? undefined : content);
  }

  function faultFor(method: string, path: string): Fault["action"] | undefined {
    for (const fault of options.faults ?? []) {
      if ((fault.method ?? method) !== method || !fault.path.test(path)) continue;
      const count = hits.get(fault) ?? 0;
      hits.set(fault, count + 1);
      const skip = fault.skip ?? 0;
      if (count >= skip && count < skip + (fault.times ?? 1)) return fault.action;
    }
    return undefined;
  }

  function route(method: string, url: URL, request: IncomingMessage, body: Buffer): Answer {
    if (url.pathname === "/token") return token(url, request);
    const match = /^\/v2\/(?:(.+)\/(blobs\/uploads|blobs|manifests|tags)\/(.*))?$/.exec(url.pathname);
    if (match === null) return failure(404, "NOT_FOUND");
    const [, repository = "", kind = "", rest = ""] = match;
    const denied = authorise(method, repository, url.searchParams.get("from"), request);
    if (denied !== undefined) return denied;
    if (kind === "") return { status: 200, body: "{}" };
    if (kind === "blobs/uploads") return upload(method, repository, rest, url, body);
    if (kind === "blobs") return blob(repository, rest);
    return kind === "manifests" ? manifest(method, repository, rest, request, body) : failure(404, "UNSUPPORTED");
  }

  function upload(method: string, repository: string, session: string, url: URL, body: Buffer): Answer {
    if (method === "POST") {
      const [mount, from] = [url.searchParams.get("mount"), url.searchParams.get("from")];
      if (options.noMount !== true && mount !== null && from !== null && links.get(from)?.has(mount) === true) {
        link(repository, mount);
        return created(`/v2/${repository}/blobs/${mount}`, mount);
      }
      const id = randomUUID();
      sessions.add(id);
      return { status: 202, headers: { location: `/v2/${repository}/blobs/uploads/${id}?state=a%2Bb` } };
    }
    if (method !== "PUT") return failure(405, "UNSUPPORTED");
    if (url.searchParams.get("state") !== "a+b") return failure(400, "BLOB_UPLOAD_INVALID");
    if (!sessions.delete(session)) return failure(404, "BLOB_UPLOAD_UNKNOWN");
    const digest = url.searchParams.get("digest") ?? "";
    if (digestOf(body) !== digest) return failure(400, "DIGEST_INVALID");
    seed(repository, body);
    return created(`/v2/${repository}/blobs/${digest}`, digest);
  }

  function blob(repository: string, digest: string): Answer {
    const bytes = links.get(repository)?.has(digest) === true ? blobs.get(digest) : undefined;
    if (bytes === undefined) return failure(404, "BLOB_UNKNOWN");
    return { status: 200, headers: { "docker-content-digest": digest }, body: bytes };
  }

  function manifest(
    method: string,
    repository: string,
    reference: string,
    request: IncomingMessage,
    body: Buffer,
  ): Answer {
    if (method === "PUT") return putManifest(repository, reference, request.headers["content-type"] ?? "", body);
    const found = manifests.get(repository + (reference.includes(":") ? "@" : ":") + reference);
    if (found === undefined) return failure(404, "MANIFEST_UNKNOWN");
    if (request.headers.accept?.includes(found.type) !== true) return failure(404, "MANIFEST_UNKNOWN");
    return {
      status: 200,
      headers: { "content-type": found.type, "docker-content-digest": digestOf(found.bytes) },
      body: found.bytes,
    };
  }

  function putManifest(repository: string, reference: string, type: string, bytes: Buffer): Answer {
    const document = JSON.parse(bytes.toString()) as {
      readonly mediaType?: string;
      readonly config?: { readonly digest: string };
      readonly layers?: readonly { readonly digest: string }[];
      readonly manifests?: readonly { readonly digest: string }[];
    };
    if (document.mediaType !== type) return failure(400, "MANIFEST_INVALID");
    const needed = [...(document.config === undefined ? [] : [document.config]), ...(document.layers ?? [])];
    if (!needed.every((item) => links.get(repository)?.has(item.digest) === true))
      return failure(400, "MANIFEST_BLOB_UNKNOWN");
    const children = document.manifests ?? [];
    if (!children.every((item) => manifests.has(`${repository}@${item.digest}`)))
      return failure(400, "MANIFEST_BLOB_UNKNOWN");
    const digest = digestOf(bytes);
    if (reference.includes(":") && reference !== digest) return failure(400, "DIGEST_INVALID");
    manifests.set(`${repository}@${digest}`, { type, bytes });
    if (!reference.includes(":")) manifests.set(`${repository}:${reference}`, { type, bytes });
    return created(`/v2/${repository}/manifests/${digest}`, digest);
  }

  function authorise(
    method: string,
    repository: string,
    from: string | null,
    request: IncomingMessage,
  ): Answer | undefined {
    if (options.auth === undefined) return undefined;
    const header = request.headers.authorization ?? "";
    const push = method !== "GET" && method !== "HEAD";
    if (options.auth === "basic") {
      if (userOf(header) !== undefined) return undefined;
      return failure(401, "UNAUTHORIZED", { "www-authenticate": 'Basic realm="fake"' });
    }
    const granted = header.startsWith("Bearer ") ? tokens.get(header.slice(7)) : undefined;
    const wanted =
      repository === "" ? [] : [`${repository}:${push ? "push" : "pull"}`, ...(from === null ? [] : [`${from}:pull`])];
    if (granted !== undefined && wanted.every((scope) => granted.includes(scope))) return undefined;
    const scope = repository === "" ? "" : `,scope="repository:${repository}:${push ? "pull,push" : "pull"}"`;
    const challenge = `Bearer realm="http://${host}/token",service="fake, quoted"${scope}`;
    return failure(401, "UNAUTHORIZED", { "www-authenticate": challenge });
  }

  function token(url: URL, request: IncomingMessage): Answer {
    const header = request.headers.authorization;
    const user = header === undefined ? undefined : userOf(header);
    if (header !== undefined && user === undefined) return failure(401, "UNAUTHORIZED");
    if (url.searchParams.get("service") !== "fake, quoted") return failure(400, "UNSUPPORTED");
    const granted = url.searchParams.getAll("scope").flatMap((scope) => {
      const [, repository = "", actions = ""] = scope.split(":");
      return actions
        .split(",")
        .filter((action) => user !== undefined || (action === "pull" && options.anonymousPull === true))
        .map((action) => `${repository}:${action}`);
    });
    const value = randomUUID();
    tokens.set(value, granted);
    return { status: 200, body: JSON.stringify({ token: value, expires_in: 300 }) };
  }

  function userOf(header: string): string | undefined {
    const [user = "", password = ""] = Buffer.from(header.replace(/^Basic /, ""), "base64")
      .toString()
      .split(":");
    return options.users?.[user] === password && password !== "" ? user : undefined;
  }

  return {
    host,
    requests,
    blobs,
    links,
    manifests,
    seed,
    seedManifest: (repository, tag, type, bytes) => {
      manifests.set(`${repository}:${tag}`, { type, bytes: Buffer.from(bytes) });
      manifests.set(`${repository}@${digestOf(bytes)}`, { type, bytes: Buffer.from(bytes) });
      return digestOf(bytes);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function created(location: string, digest: string): Answer {
  return { status: 201, headers: { location, "docker-content-digest": digest } };
}

function failure(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll("_", " ") }] });
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function readSome(request: IncomingMessage, bytes: number): Promise<number> {
  let read = 0;
  if (bytes === 0) return 0;
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    read += (part as Buffer).length;
    if (read >= bytes) break;
  }
  return read;
}
