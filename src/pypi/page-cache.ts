import type { KeyIndex } from "../store/blob-store.ts";
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
/** No index asks for more; a longer one hides new releases. */
const LONGEST_AGE = 600;

export async function cachedPage(store: KeyIndex, url: string): Promise<CachedPage | undefined> {
  const page = await store.get<CachedPage>(BUCKET, url);
  return page?.schema === 1 && Array.isArray(page.files) ? page : undefined;
}

export async function rememberPage(store: KeyIndex, url: string, page: CachedPage): Promise<void> {
  await store.set(BUCKET, url, page);
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
