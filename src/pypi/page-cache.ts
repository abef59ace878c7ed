import { fromUtf8, utf8 } from "../archive/bytes.ts";
import { listFile } from "../resolve/listed-file.ts";
import type { KeyIndex } from "../store/blob-store.ts";
import { remember } from "../store/remember.ts";
import { sha256Hex } from "../store/sha256.ts";
import type { PageFile } from "./index-file.ts";
import { filesIn } from "./packed-files.ts";

/** What is known of a page without its files, with what a server needs to say that it still holds. */
export interface PageHead extends Validators {
  readonly schema: 3;
  /** Tells states of the page apart. */
  readonly stamp: string;
  readonly parts: number;
}

export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
  /** Seconds since 1970. */
  readonly freshUntil?: number;
}

interface PagePart {
  readonly stamp: string;
  /** See ./packed-files.ts. */
  readonly lines: string;
}

const HEADS = "index-pages";
const PARTS = "index-page-parts";
const PINS = "index-pins";
/** No index asks for more; a longer one hides new releases. */
const LONGEST_AGE = 600;

export async function cachedHead(store: KeyIndex, url: string): Promise<PageHead | undefined> {
  const head = await store.get<PageHead>(HEADS, url);
  return head?.schema === 3 && typeof head.stamp === "string" && Number.isSafeInteger(head.parts) ? head : undefined;
}

/** All files of a remembered page; undefined when a part of it was lost or belongs to another state of the page. */
export async function cachedPage(store: KeyIndex, url: string): Promise<readonly PageFile[] | undefined> {
  const head = await cachedHead(store, url);
  if (head === undefined) return undefined;
  const parts: Uint8Array[] = [];
  for (let at = 0; at < head.parts; at++) {
    const part = await store.get<PagePart>(PARTS, partKey(url, at));
    if (part?.stamp !== head.stamp || typeof part.lines !== "string") return undefined;
    parts.push(utf8(part.lines));
  }
  return filesIn(parts);
}

export async function rememberPage(
  store: KeyIndex,
  url: string,
  { parts, stamp }: { readonly parts: readonly Uint8Array[]; readonly stamp: string },
  validators: Validators,
): Promise<void> {
  const before = await cachedHead(store, url);
  for (const [at, lines] of parts.entries()) {
    const key = partKey(url, at);
    // Servers without validators send the same page again and again.
    if (before?.stamp === stamp && (await store.holds(PARTS, key))) continue;
    await store.set(PARTS, key, { stamp, lines: fromUtf8(lines) } satisfies PagePart);
  }
  await store.set(HEADS, url, { schema: 3, stamp, parts: parts.length, ...validators } satisfies PageHead);
}

/** After a server said that the page still holds. */
export async function renewPage(store: KeyIndex, url: string, head: PageHead, validators: Validators): Promise<void> {
  await store.set(HEADS, url, { ...head, ...validators } satisfies PageHead);
}

function partKey(url: string, at: number): string {
  return `${url} ${at}`;
}

/** What is remembered of a page, whole or in part; empty when nothing is. */
export type ReadCached = (url: string) => Promise<readonly PageFile[]>;

/** The files of a remembered page that may be meant by the hashes: kept in a note of its own, for pages list thousands. */
export async function cachedPins(
  store: KeyIndex,
  url: string,
  sha256s: readonly string[],
): Promise<readonly PageFile[]> {
  const head = await cachedHead(store, url);
  if (head === undefined) return [];
  const key = `${url} ${head.stamp} ${sha256Hex(sha256s.join(" "))}`;
  const pins = await remember(store, PINS, key, async () => {
    const wanted = new Set(sha256s);
    const files = ((await cachedPage(store, url)) ?? []).map((listed) => listed.file());
    return files.filter((file) => file.sha256 === undefined || wanted.has(file.sha256));
  });
  return pins.map(listFile);
}

/** The validators and the age that an answer carries (RFC 9111). */
export function validatorsOf(headers: Readonly<Record<string, string>>, now: number | undefined): Validators {
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
