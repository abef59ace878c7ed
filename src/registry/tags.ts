import { isOciasmError } from "../errors.ts";
import type { RegistryClient } from "./client.ts";
import { registryError } from "./error.ts";

const MAX_PAGES = 20;
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
// Amazon takes no larger pages.
const PAGE = 1000;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/**
 * Tags of a repository, in the registry's order (distribution-spec, "Listing Tags"): those of its first pages when
 * there is no end of them. A page that lies on another host, or that was read already, ends the list.
 */
export async function listTags(client: RegistryClient, repository: string): Promise<readonly string[]> {
  const what = `list of tags of ${repository}`;
  const [tags, seen] = [new Set<string>(), new Set<string>()];
  let next: string | undefined = `${repository}/tags/list?n=${PAGE}`;
  while (next !== undefined && !seen.has(next) && seen.size < MAX_PAGES) {
    seen.add(next);
    const response = await client.call({
      method: "GET",
      target: { path: next },
      access: { repository, actions: "pull" },
      what,
    });
    if (response.status !== 200) throw await registryError(response, what);
    for (const tag of readTags(await response.text(MAX_PAGE_BYTES))) tags.add(tag);
    next = nextPage(response.headers["link"], new URL(response.url), repository);
  }
  return [...tags];
}

/** Tags that begin like `tag`, best first; none when the registry won't list them. */
export async function similarTags(client: RegistryClient, repository: string, tag: string): Promise<readonly string[]> {
  try {
    const tags = await listTags(client, repository);
    const likeness = (other: string): number => commonStart(tag, other);
    const near = tags.filter((other) => likeness(other) > 0);
    return near.sort((a, b) => likeness(b) - likeness(a) || a.length - b.length || (a < b ? -1 : 1)).slice(0, 5);
  } catch (error) {
    if (!isOciasmError(error) || error.code === "INTERRUPTED") throw error;
    return [];
  }
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function readTags(text: string): readonly string[] {
  try {
    const body = new Map<string, unknown>(Object.entries(JSON.parse(text) as object));
    const tags = body.get("tags");
    return Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string" && TAG.test(tag)) : [];
  } catch {
    return [];
  }
}

/** The path below /v2/ that `Link: <…>; rel="next"` names (RFC 8288), if it is of the same host and repository. */
function nextPage(link: string | undefined, from: URL, repository: string): string | undefined {
  const target = /<([^<>]{1,4000})>\s*;[^,]*\brel="?next\b/i.exec(link ?? "")?.[1];
  const url = target !== undefined && URL.canParse(target, from.href) ? new URL(target, from) : undefined;
  const start = `/v2/${repository}/tags/list`;
  if (url === undefined || url.host !== from.host || url.pathname !== start) return undefined;
  return `${repository}/tags/list${url.search}`;
}
