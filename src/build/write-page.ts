import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { writeAtomically } from "../destination/atomic-file.ts";

const PAGE = new URL("../../../layout/page/", import.meta.url);

/**
 * Writes a page that stands alone: it loads nothing, and its policy lets no other script run. `data` is what its script
 * shows, as text only, so that a file's name can't be more than a name.
 */
export async function writePage(path: string, title: string, data: object): Promise<void> {
  const [style, script] = await Promise.all(
    ["page.css", "page.js"].map((name) => readFile(new URL(name, PAGE), "utf8")),
  );
  if (style === undefined || script === undefined) return;
  await writeAtomically(resolve(path), (file) => file.writeFile(page(title, data, style, script)));
}

function page(title: string, data: object, style: string, script: string): string {
  const policy = `default-src 'none'; style-src ${source(style)}; script-src ${source(script)}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main id="page"><noscript>This page draws itself: it needs scripts to be allowed. It loads nothing.</noscript></main>
<script type="application/json" id="data">${inScript(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** A source of a Content-Security-Policy: this text and no other. */
function source(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** JSON that can't end the element that it stands in. */
function inScript(data: object): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
