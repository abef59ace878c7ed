import { concatBytes, utf8 } from "../archive/bytes.ts";
import { OciasmError } from "../errors.ts";
import { redactUrl } from "../net/redact.ts";
import type { BuildDeps } from "./deps.ts";
import { packetLines } from "./git-packets.ts";
import type { PackageIndex } from "./index-step.ts";

/** What a repository's server says of it (gitprotocol-http, "smart" clients). */
export interface GitServer {
  /** Of the repository, where redirects led. */
  readonly url: string;
  /** Of the protocol: 2, or what was before it. */
  readonly version: 1 | 2;
  readonly capabilities: ReadonlySet<string>;
  /** Names to commits, and `NAME^{}` to what an annotated tag is of; empty in version 2, which is asked for them. */
  readonly refs: ReadonlyMap<string, string>;
}

const MAX_REFS = 2 ** 26;
const SERVICE = "git-upload-pack";

/** Asks a server for its protocol. Rejects with OFFLINE, NETWORK, and INPUT_UNSUPPORTED for what is no such server. */
export async function openRepository(url: string, index: PackageIndex, deps: BuildDeps): Promise<GitServer> {
  const shown = redactUrl(url);
  if (deps.offline) {
    throw new OciasmError("OFFLINE", `${shown} is asked about, and there is no network`, {
      hint: "run once without --offline",
    });
  }
  const bare = url.replace(/\/+$/, "");
  const response = await deps.http.request({
    method: "GET",
    url: `${bare}/info/refs?service=${SERVICE}`,
    headers: { ...(await index.authorize(bare)), "git-protocol": "version=2" },
    signal: deps.signal,
  });
  if (response.status !== 200) {
    await response.discard();
    throw refused(shown, response.status);
  }
  if (response.headers["content-type"] !== `application/x-${SERVICE}-advertisement`) {
    await response.discard();
    throw new OciasmError("INPUT_UNSUPPORTED", `${shown} does not speak git's smart protocol`, {
      hint: "check the URL; where it is right, take an archive of the commit with its sha256 instead",
    });
  }
  const base = response.url.replace(/\/info\/refs(?:\?.*)?$/s, "");
  return readAdvertisement(base, [...packetLines(await response.bytes(MAX_REFS), shown)].map(textOf));
}

/** The answer to a request of the repository's service. */
export async function askRepository(
  { url, version }: GitServer,
  lines: readonly string[],
  limit: number,
  { index, deps }: { readonly index: PackageIndex; readonly deps: BuildDeps },
): Promise<Uint8Array> {
  const address = `${url}/${SERVICE}`;
  const response = await deps.http.request({
    method: "POST",
    url: address,
    headers: {
      ...(await index.authorize(url)),
      "content-type": `application/x-${SERVICE}-request`,
      accept: `application/x-${SERVICE}-result`,
      ...(version === 2 ? { "git-protocol": "version=2" } : {}),
    },
    body: concatBytes(lines.map(packet)),
    signal: deps.signal,
    answerSeconds: 300,
  });
  if (response.status === 200) return response.bytes(limit);
  await response.discard();
  throw refused(redactUrl(url), response.status);
}

/** Between the parts of a request, and at its end. */
export const DELIMITER = "\u0001";
export const FLUSH = "";

function packet(line: string): Uint8Array {
  if (line === FLUSH) return utf8("0000");
  if (line === DELIMITER) return utf8("0001");
  const bytes = utf8(line);
  return concatBytes([utf8((bytes.length + 4).toString(16).padStart(4, "0")), bytes]);
}

function readAdvertisement(url: string, all: readonly string[]): GitServer {
  const lines = all.filter((line) => !line.startsWith("# service="));
  if (lines[0] === "version 2") return { url, version: 2, capabilities: new Set(lines.slice(1)), refs: new Map() };
  const refs = new Map<string, string>();
  let capabilities: readonly string[] = [];
  for (const line of lines) {
    const [row = "", more] = line.split("\0");
    if (more !== undefined) capabilities = more.split(" ");
    const [, id = "", name] = /^([0-9a-f]{40}) (\S+)$/.exec(row) ?? [];
    if (name !== undefined && name !== "capabilities^{}") refs.set(name, id);
  }
  return { url, version: 1, capabilities: new Set(capabilities), refs };
}

export function textOf(line: Uint8Array): string {
  return Buffer.from(line).toString("utf8").replace(/\n$/, "");
}

function refused(shown: string, status: number): OciasmError {
  return new OciasmError("NETWORK", `${shown}: the server answers ${status}`, {
    hint: "check the URL, and that a login for it stands in netrc where it takes one",
  });
}
