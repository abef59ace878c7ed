import { execFileSync, spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { makeCertificate } from "./certificate.ts";

export interface GitServer {
  /** "https://localhost:1234", no slash at the end. */
  readonly url: string;
  /** PEM of the authority that vouches for it. */
  readonly authority: string;
  /** Method, path and query of each request, and its `Git-Protocol`. */
  readonly log: readonly string[];
}

export interface GitServerOptions {
  /** Holds the repositories. */
  readonly root: string;
  /** Every request must bring it. */
  readonly authorization?: string;
  /** As if git were older than version 2 of its protocol. */
  readonly old?: boolean;
}

/** Git's own server for HTTP (`git http-backend`) behind TLS on the loopback interface. */
export async function startGitServer(t: TestContext, options: GitServerOptions): Promise<GitServer> {
  const authority = makeCertificate({ name: "test authority" });
  const { certificate, key } = makeCertificate({ name: "localhost", hosts: ["localhost"], authority });
  const log: string[] = [];
  const server = createServer({ cert: certificate, key }, (request, response) => {
    log.push(`${request.method} ${request.url} ${request.headers["git-protocol"] ?? ""}`.trim());
    if (options.authorization !== undefined && request.headers.authorization !== options.authorization) {
      response.writeHead(401, { "www-authenticate": "Basic" }).end();
      return;
    }
    runBackend(request, response, options);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://localhost:${port}`, authority: authority.certificate, log };
}

/** RFC 3875: headers, an empty line, the body. */
function runBackend(request: IncomingMessage, response: ServerResponse, { root, old = false }: GitServerOptions): void {
  const url = new URL(request.url ?? "/", "https://localhost");
  const backend = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      ...(old ? {} : { GIT_PROTOCOL: String(request.headers["git-protocol"] ?? "") }),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  backend.stdin.on("error", () => {});
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  backend.on("close", () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf("\r\n\r\n");
    const rows = all.toString("latin1", 0, Math.max(0, end)).split("\r\n");
    const headers = rows.map((row) => row.split(": ", 2) as [string, string]);
    const status = Number(headers.find(([name]) => name === "Status")?.[1]?.slice(0, 3) ?? 200);
    response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== "Status" && name !== "")));
    response.end(all.subarray(end + 4));
  });
}

/** Runs git in a folder as nobody in particular. */
export function git(folder: string, ...words: readonly string[]): string {
  const own = ["user.name=a", "user.email=a@example", "commit.gpgsign=false", "protocol.file.allow=always"];
  const options = own.flatMap((setting) => ["-c", setting]);
  return execFileSync("git", ["-C", folder, ...options, ...words], { encoding: "utf8" }).trim();
}
