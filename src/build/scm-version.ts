import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inflateSync } from "node:zlib";
import { formatVersion, parseVersion } from "../python/version.ts";

/**
 * The version that version control gives a folder, where it can be told without git: the tag at HEAD that is one
 * (`v1.2`, `name-1.2`). Undefined where there is none.
 */
export async function scmVersion(folder: string): Promise<string | undefined> {
  const git = await gitFolder(folder);
  if (git === undefined) return undefined;
  const packed = parsePacked(await text(join(git, "packed-refs")));
  const head = (await text(join(git, "HEAD")))?.trim() ?? "";
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  const commit = ref === undefined ? head : ((await text(join(git, ref)))?.trim() ?? packed.get(ref));
  if (commit === undefined || !/^[0-9a-f]{40}$/.test(commit)) return undefined;
  const tags = new Map([...packed].filter(([name]) => name.startsWith("refs/tags/")));
  for (const name of await readdir(join(git, "refs", "tags")).catch(() => [])) {
    const id = (await text(join(git, "refs", "tags", name)))?.trim();
    if (id !== undefined) tags.set(`refs/tags/${name}`, (await tagged(git, id)) ?? id);
  }
  const versions = [...tags].flatMap(([name, id]) => (id === commit ? versionOf(name.slice("refs/tags/".length)) : []));
  return versions.sort()[0];
}

function versionOf(tag: string): readonly string[] {
  const version = parseVersion(/(?:^|-)v?(\d.*)$/.exec(tag)?.[1] ?? "");
  return version === undefined ? [] : [formatVersion(version)];
}

/** In a worktree `.git` is a file; such a one is not followed. */
async function gitFolder(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    if ((await text(join(at, ".git", "HEAD"))) !== undefined) return join(at, ".git");
    if (dirname(at) === at) return undefined;
  }
}

/** Names to commits: a line with ^ says what the tag before it is of. */
function parsePacked(packed: string | undefined): ReadonlyMap<string, string> {
  const refs = new Map<string, string>();
  let last = "";
  for (const line of (packed ?? "").split("\n")) {
    const [, id = "", name] = /^([0-9a-f]{40}) (\S+)$/.exec(line) ?? [];
    const peeled = /^\^([0-9a-f]{40})$/.exec(line)?.[1];
    if (name !== undefined) refs.set(name, id);
    if (peeled !== undefined) refs.set(last, peeled);
    last = name ?? last;
  }
  return refs;
}

/** The commit of an annotated tag that lies by itself. */
async function tagged(git: string, id: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{40}$/.test(id)) return undefined;
  const packed = await readFile(join(git, "objects", id.slice(0, 2), id.slice(2))).catch(() => undefined);
  if (packed === undefined) return undefined;
  try {
    const object = inflateSync(packed, { maxOutputLength: 2 ** 20 }).toString("latin1");
    return /^tag \d+\0object ([0-9a-f]{40})\n/.exec(object)?.[1];
  } catch {
    return undefined;
  }
}

async function text(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
