import { redactUrl } from "../net/redact.ts";
import type { BuildDeps } from "./deps.ts";
import { askRepository, DELIMITER, FLUSH, type GitServer, openRepository, textOf } from "./git-http.ts";
import { packetLines, refusedByGit } from "./git-packets.ts";
import type { PackageIndex } from "./index-step.ts";

const MAX_ANSWER = 2 ** 24;

/** The commit that a tag, a branch or, without `rev`, the repository's default branch is at now. */
export async function commitOf(
  url: string,
  rev: string | undefined,
  index: PackageIndex,
  deps: BuildDeps,
): Promise<string> {
  if (rev !== undefined && /^[0-9a-f]{40}$/i.test(rev)) return rev.toLowerCase();
  const server = await openRepository(url, index, deps);
  const names = rev === undefined ? ["HEAD"] : [`refs/tags/${rev}`, `refs/heads/${rev}`, rev];
  const refs = server.version === 2 ? await listRefs(server, names, { index, deps }) : server.refs;
  for (const name of names) {
    const commit = refs.get(`${name}^{}`) ?? refs.get(name);
    if (commit !== undefined) return commit;
  }
  const short = /^[0-9a-f]{4,39}$/.test(rev ?? "") ? "; a commit is named by all 40 digits" : "";
  throw refusedByGit(redactUrl(url), `it has no tag or branch ${rev ?? "HEAD"}${short}`);
}

/** gitprotocol-v2, ls-refs. */
async function listRefs(
  server: GitServer,
  names: readonly string[],
  places: { readonly index: PackageIndex; readonly deps: BuildDeps },
): Promise<ReadonlyMap<string, string>> {
  const words = ["peel\n", ...names.map((name) => `ref-prefix ${name}\n`)];
  const answer = await askRepository(server, ["command=ls-refs\n", DELIMITER, ...words, FLUSH], MAX_ANSWER, places);
  const refs = new Map<string, string>();
  for (const line of packetLines(answer, redactUrl(server.url))) {
    const [, id = "", name, peeled] = /^([0-9a-f]{40}) (\S+)(?: peeled:([0-9a-f]{40}))?/.exec(textOf(line)) ?? [];
    if (name !== undefined) refs.set(name, peeled ?? id);
  }
  return refs;
}
