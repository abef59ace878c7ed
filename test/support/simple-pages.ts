import type { IndexFile } from "../../src/pypi/index-file.ts";
import { createHtmlPage } from "../../src/pypi/simple-html.ts";
import { createJsonPage } from "../../src/pypi/simple-json.ts";

interface SimplePage {
  readonly files: readonly IndexFile[];
  readonly isIndex: boolean;
}

/** An HTML page whose text is there as a whole. */
export function parseSimpleHtml(text: string, pageUrl: string): SimplePage {
  const files: IndexFile[] = [];
  const page = createHtmlPage(pageUrl, (file) => files.push(file));
  page.read(text);
  return { files, isIndex: page.isIndex() };
}

/** A JSON page likewise. */
export function parseSimpleJson(text: string, pageUrl: string): SimplePage {
  const files: IndexFile[] = [];
  const page = createJsonPage(pageUrl, (file) => files.push(file));
  for (const item of page.rest(text)) page.item(item);
  return { files, isIndex: true };
}
