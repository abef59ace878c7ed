import { createHash } from "node:crypto";
import type { KeyIndex } from "../store/blob-store.ts";
import { remember } from "../store/remember.ts";
import { sha256Hex } from "../store/sha256.ts";
import type { IndexFile } from "./index-file.ts";

/** A page as it was last read, with what a server needs to say that it still holds. */
export interface CachedPage {
  readonly schema: 1;
  readonly files: readonly IndexFile[];
  readonly etag?: string;
  readonly lastModified?: string;
  /** Seconds since 1970. */
  readonly freshUntil?: number;
}

const BUCKET = "index-pages";
const STAMPS = "index-stamps";
const PINS = "index-pins";
/** No index asks for more; a longer one hides new releases. */
const LONGEST_AGE = 600;

export async function cachedPage(store: KeyIndex, url: string): Promise<CachedPage | undefined> {
  const page = await store.get<CachedPage>(BUCKET, url);
  return page?.schema === 1 && Array.isArray(page.files) ? page : undefined;
}

export async function rememberPage(store: KeyIndex, url: string, page: CachedPage): Promise<void> {
  await store.set(BUCKET, url, page);
  await store.set(STAMPS, url, stampOf(page.files));
}

/** File by file: a page's text is megabytes long. */
function stampOf(files: readonly IndexFile[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(JSON.stringify(file));
  return hash.digest("hex");
}

/** What is remembered of a page, whole or in part; empty when nothing is. */
export type ReadCached = (url: string) => Promise<readonly IndexFile[]>;

/** The files of a remembered page that may be meant by the hashes: kept in a note of its own, for pages list thousands. */
export async function cachedPins(
  store: KeyIndex,
  url: string,
  sha256s: readonly string[],
): Promise<readonly IndexFile[]> {
  const stamp = await store.get<string>(STAMPS, url);
  if (stamp === undefined) return [];
  const key = `${url} ${stamp} ${sha256Hex(sha256s.join(" "))}`;
  return remember(store, PINS, key, async () => {
    const wanted = new Set(sha256s);
    const files = (await cachedPage(store, url))?.files ?? [];
    return files.filter((file) => file.sha256 === undefined || wanted.has(file.sha256));
  });
}

/** The validators and the age that an answer carries (RFC 9111). */
export function validatorsOf(
  headers: Readonly<Record<string, string>>,
  now: number | undefined,
): Pick<CachedPage, "etag" | "lastModified" | "freshUntil"> {
  const etag = headers["etag"];
  const lastModified = headers["last-modified"];
  const control = headers["cache-control"] ?? "";
  const age = /(?:^|[\s,])max-age=(\d{1,9})/i.exec(control)?.[1];
  const mayKeep = age !== undefined && !/no-cache|no-store/i.test(control);
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(mayKeep && now !== undefined ? { freshUntil: now + Math.min(LONGEST_AGE, Number(age)) } : {}),
  };
}
