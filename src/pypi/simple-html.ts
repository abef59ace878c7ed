import { type HtmlTag, htmlAttributes, htmlTags, type TakeElement } from "./html-tags.ts";
import { filenameOf, type IndexFile, isDistribution, isKnownFile, isSha256 } from "./index-file.ts";
import { createPlainAnchors } from "./plain-anchor.ts";
import { createPlainLinks, fragmentHash, type PlainLink } from "./plain-link.ts";

/** A page that is read piece by piece. */
export interface HtmlPage {
  /** Takes a text that ends where a tag may begin. Never throws: what can't be read is not a file. */
  read(text: string): void;
  /** False for a page that looks like something else: a login form, a portal. */
  isIndex(): boolean;
}

/**
 * Gives the files of an HTML page of the simple API (PEP 503, 592, 658, 714) or of any page of links. `pageUrl` is where
 * the page came from after redirects. What files say are parts of the texts, which they keep in memory.
 */
export function createHtmlPage(pageUrl: string, add: (file: IndexFile) => void): HtmlPage {
  let base = new URL(pageUrl);
  let hasBase = false;
  let foreign = 0;
  let known = 0;
  const plain = createPlainLinks();
  const plainAnchor = createPlainAnchors();
  const detailsIn = createDetails();
  const take = (filename: string, file: () => IndexFile): void => {
    const isFile = isDistribution(filename);
    if (isFile) add(file());
    if (isFile || isKnownFile(filename)) known++;
    else foreign++;
  };
  const takeLink = (href: string, attributes: HtmlTag["attributes"]): void => {
    const link = plain(href) ?? anyLink(href, base);
    if (link === undefined) foreign++;
    else take(link.filename, () => fileOf(link, attributes));
  };
  const read = (text: string): void => {
    const takeAnchor: TakeElement = (whole, at) => {
      const anchor = plainAnchor(whole, at);
      if (anchor === undefined) return undefined;
      const { url, filename, sha256, attributes, end } = anchor;
      take(filename, () => ({ filename, url, ...(sha256 === undefined ? {} : { sha256 }), ...detailsIn(attributes) }));
      return end;
    };
    for (const { name, attributes } of htmlTags(text, takeAnchor)) {
      const href = attributes.get("href")?.trim();
      if (name === "base" && !hasBase && href !== undefined) {
        hasBase = true;
        base = resolve(href, base) ?? base;
      }
      if (name === "form" || name === "input" || name === "script") foreign++;
      if (name === "a" && href !== undefined) takeLink(href, attributes);
    }
  };
  return {
    read,
    isIndex: () => known > 0 || foreign === 0,
  };
}

function anyLink(href: string, base: URL): PlainLink | undefined {
  const url = resolve(href, base);
  const filename = url === undefined ? undefined : filenameOf(url);
  if (url === undefined || filename === undefined) return undefined;
  const { href: whole, hash: fragment } = url;
  return { url: fragment === "" ? whole : whole.slice(0, -fragment.length), fragment, filename };
}

/** An http or file URL without user info; a web page can't name files of this host. */
export function resolve(href: string, base: URL): URL | undefined {
  const url = urlAt(href, base);
  if (url === undefined) return undefined;
  const isWeb = url.protocol === "http:" || url.protocol === "https:";
  if (!isWeb && !(url.protocol === "file:" && base.protocol === "file:")) return undefined;
  // To set a part is to parse all again.
  if (url.username !== "") url.username = "";
  if (url.password !== "") url.password = "";
  return url;
}

function urlAt(href: string, base: URL): URL | undefined {
  try {
    return new URL(href, base.href);
  } catch {
    return undefined;
  }
}

function fileOf({ url, fragment, filename }: PlainLink, attributes: HtmlTag["attributes"]): IndexFile {
  const sha256 = fragmentHash(fragment);
  return { filename, url, ...(sha256 === undefined ? {} : { sha256 }), ...detailsOf(attributes) };
}

type Details = Pick<IndexFile, "requiresPython" | "yanked" | "coreMetadata">;

function detailsOf(attributes: HtmlTag["attributes"]): Details {
  const requiresPython = attributes.get("data-requires-python");
  const yanked = attributes.get("data-yanked");
  // The older name only counts where the newer is absent (PEP 714).
  const coreMetadata = attributes.get("data-core-metadata") ?? attributes.get("data-dist-info-metadata");
  return {
    ...(requiresPython === undefined || requiresPython.trim() === "" ? {} : { requiresPython }),
    ...(yanked === undefined ? {} : { yanked }),
    ...(coreMetadata === undefined || coreMetadata === "false" ? {} : { coreMetadata: metadataHash(coreMetadata) }),
  };
}

/** Different attributes of one page that are kept; those with a hash are all different. */
const MAX_DETAILS = 200;

/** The same from attributes as they are written: thousands of files have the same few. */
function createDetails(): (attributes: string) => Details {
  const kept = new Map<string, Details>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const own = ownCopy(text);
    const details = detailsOf(htmlAttributes(own));
    if (kept.size < MAX_DETAILS) kept.set(own, details);
    return details;
  };
}

/** A part of a text keeps the whole of it in memory. */
function ownCopy(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}

function metadataHash(value: string): { readonly sha256?: string } {
  const sha256 = /^sha256=(.*)$/i.exec(value.trim())?.[1]?.toLowerCase();
  return isSha256(sha256) ? { sha256 } : {};
}
