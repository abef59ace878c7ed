import { concatBytes } from "../archive/bytes.ts";
import { redactUrl } from "../net/redact.ts";
import type { BuildDeps } from "./deps.ts";
import { askRepository, DELIMITER, FLUSH, type GitServer, openRepository } from "./git-http.ts";
import { packetLines, refusedByGit } from "./git-packets.ts";
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
 * A pack that holds one commit, over git's own protocol (gitprotocol-http, no git on this host): without its history
 * where the server allows that, else with the history of all branches and tags. Rejects with NETWORK, OFFLINE, or
 * INPUT_NOT_FOUND where the server has no such commit.
 */
export async function fetchPack({ url, commit }: GitCommit, index: PackageIndex, deps: BuildDeps): Promise<Uint8Array> {
  const server = await openRepository(url, index, deps);
  const question = server.version === 2 ? questionOfTwo(server, commit) : questionOfOne(server, commit);
  const answer = await askRepository(server, question, MAX_PACK, { index, deps });
  return packOf(answer, `${redactUrl(url)}@${commit}`);
}

/** gitprotocol-v2, fetch: any commit may be asked for. */
function questionOfTwo({ capabilities }: GitServer, commit: string): readonly string[] {
  const fetch = [...capabilities].find((line) => line.startsWith("fetch=")) ?? "";
  const depth = fetch.slice("fetch=".length).split(" ").includes("shallow") ? ["deepen 1\n"] : [];
  return ["command=fetch\n", DELIMITER, "ofs-delta\n", "no-progress\n", ...depth, `want ${commit}\n`, "done\n", FLUSH];
}

/** gitprotocol-pack: some servers give what a branch or a tag is at, and nothing else. */
function questionOfOne({ capabilities, refs }: GitServer, commit: string): readonly string[] {
  const tips = [...new Set(refs.values())];
  const alone =
    tips.includes(commit) ||
    ["allow-reachable-sha1-in-want", "allow-any-sha1-in-want"].some((name) => capabilities.has(name));
  const shallow = alone && capabilities.has("shallow");
  const wanted = ["ofs-delta", "side-band-64k", "no-progress", ...(shallow ? ["shallow"] : [])];
  const features = wanted.filter((name) => capabilities.has(name)).join(" ");
  const [first, ...others] = alone ? [commit] : tips;
  return [
    `want ${first ?? commit} ${features}\n`,
    ...others.map((id) => `want ${id}\n`),
    ...(shallow ? ["deepen 1\n"] : []),
    FLUSH,
    "done\n",
  ];
}

/** What an answer holds of a pack. What comes before it are lines; of the pack, each has the number of its band. */
export function packOf(answer: Uint8Array, label: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let inPack = false;
  for (const line of packetLines(answer, label)) {
    if (!inPack) {
      const text = Buffer.from(line).toString("latin1");
      if (text.startsWith("ERR ")) throw refusedByGit(label, text.slice(4).trim());
      inPack = text === "packfile\n" || text === "NAK\n";
      continue;
    }
    const [band] = line;
    if (band === 1) parts.push(line.subarray(1));
    if (band === 3) throw refusedByGit(label, Buffer.from(line.subarray(1)).toString("utf8").trim());
  }
  if (!inPack) throw refusedByGit(label, "the server sent no files");
  return concatBytes(parts);
}
