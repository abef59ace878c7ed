import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { extract } from "tar-stream";
import { temporaryFolder } from "./temporary.ts";

export interface FakeEngineOptions {
  /** What the engine answers to a load instead of loading. */
  readonly load?: { readonly status: number; readonly body: string };
  /** The id under which the engine files what it loads; default the config's digest. */
  readonly id?: string;
  /** Answers this to /version. */
  readonly version?: { readonly status: number; readonly body: string };
  readonly architecture?: string;
}

export interface FakeEngine {
  readonly socket: string;
  /** Ids by name. */
  readonly images: Map<string, string>;
  /** "POST /images/load", in order, without queries. */
  readonly requests: string[];
}

/** A container engine behind a Unix socket: as much of Docker's API as a load needs. */
export async function fakeEngine(t: TestContext, options: FakeEngineOptions = {}): Promise<FakeEngine> {
  const socket = join(temporaryFolder(t), "engine.sock");
  const images = new Map<string, string>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://engine");
    requests.push(`${request.method} ${url.pathname}`);
    const send = (status: number, body: string): void => void response.writeHead(status).end(body);
    const version = JSON.stringify({ Os: "linux", Arch: options.architecture ?? "arm64" });
    if (url.pathname === "/version") return send(options.version?.status ?? 200, options.version?.body ?? version);
    const name = /^\/images\/(.+)\/(json|tag)$/.exec(url.pathname);
    if (name?.[2] === "tag") {
      images.set(`${url.searchParams.get("repo")}:${url.searchParams.get("tag")}`, name[1] ?? "");
      return send(201, "");
    }
    if (name !== null) {
      const id = images.get(name[1] ?? "") ?? [...images.values()].find((one) => one === name[1]);
      return id === undefined ? send(404, '{"message":"No such image"}') : send(200, JSON.stringify({ Id: id }));
    }
    if (options.load !== undefined) {
      request.resume();
      await new Promise((resolve) => request.once("end", resolve));
      return send(options.load.status, options.load.body);
    }
    for (const { tag, id } of await savedImages(request)) images.set(tag, options.id ?? id);
    send(200, '{"stream":"Loaded image\\n"}\n');
  };
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { socket, images, requests };
}

async function savedImages(
  request: IncomingMessage,
): Promise<readonly { readonly tag: string; readonly id: string }[]> {
  const tar = request.pipe(extract());
  const found: { tag: string; id: string }[] = [];
  for await (const entry of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (entry.header.name !== "manifest.json") continue;
    const [image] = JSON.parse(Buffer.concat(chunks).toString());
    const id = `sha256:${image.Config.split("/").at(-1)}`;
    for (const tag of image.RepoTags) found.push({ tag, id });
  }
  return found;
}
