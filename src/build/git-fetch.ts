import { concatBytes, utf8 } from "../archive/bytes.ts";
import { OciasmError } from "../errors.ts";
import { redactUrl } from "../net/redact.ts";
import type { BuildDeps } from "./deps.ts";
import type { PackageIndex } from "./index-step.ts";

/** A repository at one commit. */
export interface GitCommit {
  /** https: URL. */
  readonly url: string;
  /** 40 hex digits. */
  readonly commit: string;
}

const MAX_PACK = 2 ** 28;

/**
 * The pack of one commit without its history, over git's own protocol (gitprotocol-v2: one POST, no git on this host).
 * Rejects with NETWORK, OFFLINE, or INPUT_NOT_FOUND where the server has no such commit.
 */
export async function fetchPack({ url, commit }: GitCommit, index: PackageIndex, deps: BuildDeps): Promise<Uint8Array> {
  const shown = redactUrl(url);
  if (deps.offline) {
    throw new OciasmError("OFFLINE", `${shown}@${commit} is not in the cache`, { hint: "run once without --offline" });
  }
  const address = `${url.replace(/\/+$/, "")}/git-upload-pack`;
  const response = await deps.http.request({
    method: "POST",
    url: address,
    headers: {
      ...(await index.authorize(address)),
      "content-type": "application/x-git-upload-pack-request",
      accept: "application/x-git-upload-pack-result",
      "git-protocol": "version=2",
    },
    body: question(commit),
    signal: deps.signal,
    answerSeconds: 300,
  });
  if (response.status !== 200) {
    await response.discard();
    throw new OciasmError("NETWORK", `${shown}: the server answers ${response.status} to a fetch of ${commit}`, {
      hint: "check the URL, and that a login for it stands in netrc where it takes one",
    });
  }
  return packOf(await response.bytes(MAX_PACK), `${shown}@${commit}`);
}

function question(commit: string): Uint8Array {
  const line = (text: string): string => `${(text.length + 4).toString(16).padStart(4, "0")}${text}`;
  const words = ["ofs-delta\n", "no-progress\n", "deepen 1\n", `want ${commit}\n`, "done\n"].map(line);
  return utf8(`${line("command=fetch\n")}0001${words.join("")}0000`);
}

/** What the sections of the answer hold of a pack: lines of its section, each with the number of its band. */
export function packOf(answer: Uint8Array, label: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let inPack = false;
  for (const line of packetLines(answer, label)) {
    if (!inPack) {
      const text = Buffer.from(line).toString("latin1");
      if (text.startsWith("ERR ")) throw refused(label, text.slice(4).trim());
      inPack = text === "packfile\n";
      continue;
    }
    const [band] = line;
    if (band === 1) parts.push(line.subarray(1));
    if (band === 3) throw refused(label, Buffer.from(line.subarray(1)).toString("utf8").trim());
  }
  if (!inPack) throw refused(label, "the server sent no files");
  return concatBytes(parts);
}

function* packetLines(bytes: Uint8Array, label: string): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; ) {
    const text = Buffer.from(bytes.subarray(at, at + 4)).toString("latin1");
    const length = /^[0-9a-f]{4}$/i.test(text) ? Number.parseInt(text, 16) : 3;
    if (length === 3 || at + length > bytes.length) throw refused(label, "the answer is not git's protocol");
    if (length > 4) yield bytes.subarray(at + 4, at + length);
    at += Math.max(4, length);
  }
}

function refused(label: string, problem: string): OciasmError {
  return new OciasmError("INPUT_NOT_FOUND", `${label}: ${problem.slice(0, 200)}`, {
    hint: "lock again: the commit may be gone from the repository",
  });
}
