import { isSha256 } from "./index-file.ts";

/** What a link says that any URL parser would give back as it stands. */
export interface PlainLink {
  /** Without the fragment. */
  readonly url: string;
  /** With its `#`; empty when there is none. */
  readonly fragment: string;
  readonly filename: string;
}

/** No escape, query, user or dot-segment: nothing here to normalise but the origin. */
const PLAIN = /^(https?:\/\/[^/?#@%\\\s]+)((?:\/[A-Za-z0-9_~+-][A-Za-z0-9_~+.-]*)+)(#[A-Za-z0-9_=&-]*)?$/;
/** A page names few. */
const MAX_ORIGINS = 100;
const MAX_FILENAME = 512;

/** Reads the links that nearly all pages have without the cost of a URL parser; undefined for any other. */
export function createPlainLinks(): (href: string) => PlainLink | undefined {
  const origins = new Map<string, boolean>();
  const isCanonical = (origin: string): boolean => {
    const known = origins.get(origin);
    if (known !== undefined) return known;
    const answer = URL.canParse(origin) && new URL(origin).origin === origin;
    if (origins.size < MAX_ORIGINS) origins.set(origin, answer);
    return answer;
  };
  return (href) => {
    const [whole, origin, , fragment = ""] = PLAIN.exec(href) ?? [];
    if (whole === undefined || origin === undefined || !isCanonical(origin)) return undefined;
    const url = fragment === "" ? whole : whole.slice(0, -fragment.length);
    const filename = url.slice(url.lastIndexOf("/") + 1);
    return filename.length > MAX_FILENAME ? undefined : { url, fragment, filename };
  };
}

const ONLY_HASH = "#sha256=";

/** `#sha256=…`, possibly among others: `#egg=x&sha256=…`. */
export function fragmentHash(fragment: string): string | undefined {
  const only = fragment.startsWith(ONLY_HASH) ? fragment.slice(ONLY_HASH.length) : undefined;
  const found = isSha256(only) ? only : /[#&]sha256=([0-9a-f]{64})(?:&|$)/i.exec(fragment)?.[1];
  return found?.toLowerCase();
}
