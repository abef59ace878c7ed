import { OciasmError } from "../errors.ts";
import { escapeControl, redactUrl } from "../net/redact.ts";
import { listFile } from "../resolve/listed-file.ts";
import type { FindLinks } from "./index-config.ts";
import type { IndexDeps } from "./index-deps.ts";
import { belongsTo, filenameOf, type IndexFile, isDistribution, type PageFile } from "./index-file.ts";
import { fetchPage } from "./index-page.ts";
import { describeUnread, localFiles } from "./local-files.ts";
import type { ReadCached } from "./page-cache.ts";
import { fragmentHash } from "./plain-link.ts";

/**
 * A project's files in one `--find-links` place. A place that is not there is an error when the command line named it,
 * else a warning.
 */
export async function findLinksFiles(
  links: FindLinks,
  name: string,
  deps: IndexDeps,
  insecure: boolean,
): Promise<readonly PageFile[]> {
  if (isRemote(links.location)) return remoteFiles(links.location, name, deps, insecure);
  const files = await localFiles(links.location, name, deps.store);
  if (files !== undefined) return files;
  const message = `find-links: ${escapeControl(redactUrl(links.location))} is not there`;
  if (links.required) {
    throw new OciasmError("INPUT_NOT_FOUND", message, { hint: "correct --find-links, or make the folder" });
  }
  deps.report({ type: "warning", message });
  return [];
}

/** The same without the network. */
export async function cachedFindLinks(
  links: FindLinks,
  name: string,
  deps: IndexDeps,
  read: ReadCached,
): Promise<readonly PageFile[]> {
  if (!isRemote(links.location)) return (await localFiles(links.location, name, deps.store)) ?? [];
  const single = singleFile(links.location);
  const files = single === undefined ? await read(links.location) : [listFile(single)];
  return files.filter((file) => belongsTo(file.filename, name));
}

/** The same without reading a file that was never hashed here; undefined for a place that is not of this host. */
export async function unreadFindLinks(
  links: FindLinks,
  name: string,
  deps: Pick<IndexDeps, "store">,
): Promise<readonly PageFile[] | undefined> {
  if (isRemote(links.location)) return undefined;
  return (await localFiles(links.location, name, deps.store, describeUnread)) ?? [];
}

function isRemote(location: string): boolean {
  return /^https?:\/\//i.test(location);
}

async function remoteFiles(
  url: string,
  name: string,
  deps: IndexDeps,
  insecure: boolean,
): Promise<readonly PageFile[]> {
  const single = singleFile(url);
  const files = single === undefined ? await fetchPage(url, deps, insecure) : [listFile(single)];
  if (files === undefined) throw new OciasmError("INDEX_ERROR", `find-links: ${redactUrl(url)} is not there (404)`);
  return files.filter((file) => belongsTo(file.filename, name));
}

/** A URL that is the archive itself. */
function singleFile(text: string): IndexFile | undefined {
  const url = new URL(text);
  const filename = filenameOf(url);
  if (filename === undefined || !isDistribution(filename)) return undefined;
  const sha256 = fragmentHash(url.hash);
  url.hash = "";
  return { filename, url: url.href, ...(sha256 === undefined ? {} : { sha256 }) };
}
