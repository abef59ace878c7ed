import { type HtmlTag, htmlTags } from "./html-tags.ts";
import { filenameOf, type IndexFile, type IndexPage, isDistribution, isKnownFile, isSha256 } from "./index-file.ts";
import { createInterning, type Interning } from "./interning.ts";
import { createPlainLinks, fragmentHash, type PlainLink } from "./plain-link.ts";

/**
 * Files of an HTML page of the simple API (PEP 503, 592, 658, 714) or of any page of links. `pageUrl` is where the
 * page came from after redirects. Never throws: what can't be read is not a file.
 */
export function parseSimpleHtml(text: string, pageUrl: string): IndexPage {
  const page = createHtmlPage(pageUrl);
  page.read(text);
  return page.page();
}

/** The same piece by piece: `read` takes texts that each end where a tag may begin. */
export interface HtmlPage {
  read(text: string): void;
  page(): IndexPage;
}

export function createHtmlPage(pageUrl: string): HtmlPage {
  let base = new URL(pageUrl);
  let hasBase = false;
  let foreign = 0;
  let known = 0;
  const files: IndexFile[] = [];
  const own = createInterning();
  const plain = createPlainLinks();
  const takeLink = (href: string, attributes: HtmlTag["attributes"]): void => {
    const link = plain(href) ?? anyLink(href, base);
    const isFile = link !== undefined && isDistribution(link.filename);
    if (link === undefined || !(isFile || isKnownFile(link.filename))) {
      foreign++;
      return;
    }
    known++;
    if (isFile) files.push(fileOf(link, attributes, own));
  };
  return {
    read: (text) => {
      for (const { name, attributes } of htmlTags(text)) {
        const href = attributes.get("href")?.trim();
        if (name === "base" && !hasBase && href !== undefined) {
          hasBase = true;
          base = resolve(href, base) ?? base;
        }
        if (name === "form" || name === "input" || name === "script") foreign++;
        if (name === "a" && href !== undefined) takeLink(href, attributes);
      }
    },
    page: () => ({ files, isIndex: known > 0 || foreign === 0 }),
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

function fileOf({ url, fragment, filename }: PlainLink, attributes: HtmlTag["attributes"], own: Interning): IndexFile {
  const sha256 = fragmentHash(fragment);
  const requiresPython = attributes.get("data-requires-python");
  const yanked = attributes.get("data-yanked");
  // The older name only counts where the newer is absent (PEP 714).
  const coreMetadata = attributes.get("data-core-metadata") ?? attributes.get("data-dist-info-metadata");
  return {
    filename,
    url,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(requiresPython === undefined || requiresPython.trim() === "" ? {} : { requiresPython: own(requiresPython) }),
    ...(yanked === undefined ? {} : { yanked: own(yanked) }),
    ...(coreMetadata === undefined || coreMetadata === "false" ? {} : { coreMetadata: metadataHash(coreMetadata) }),
  };
}

function metadataHash(value: string): { readonly sha256?: string } {
  const sha256 = /^sha256=(.*)$/i.exec(value.trim())?.[1]?.toLowerCase();
  return isSha256(sha256) ? { sha256 } : {};
}
