import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { type BuildReport, buildSummary } from "../../src/action/summary.ts";
import type { LayerResult } from "../../src/build/result.ts";
import { findChromium, openInChromium } from "../support/chromium.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs } from "../support/tools.ts";

// The job's summary as a person sees it: Markdown of GitHub's kind by a reader that we did not write, in a browser.

const DIGEST = `sha256:${"ab".repeat(32)}` as const;
const EVIL = "a|b`c*<img src=x onerror=window.broken=1>_d_";

const layer = (
  title: string,
  size: number,
  origin: LayerResult["origin"],
  ...packages: readonly string[]
): LayerResult => ({
  title,
  digest: DIGEST,
  diffId: DIGEST,
  size,
  mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
  kind: "package",
  key: DIGEST,
  packages,
  origin,
});

const many = Array.from({ length: 40 }, (_, index) => `package-${index}==1.${index}`);

const layers = [
  layer("torch", 812_000_000, "registry", "torch==2.9.1"),
  layer("packages 3 of 16", 14_000_000, "built", ...many),
  layer(EVIL, 12_000, "built", `${EVIL}==1`),
];

const image = (platform: string) => ({ platform, digest: DIGEST, config: DIGEST, size: 826_012_000, layers });

const REPORT: BuildReport = {
  result: {
    schema: 1,
    ref: `registry.example/team/app:main@${DIGEST}`,
    digest: DIGEST,
    mediaType: "application/vnd.oci.image.index.v1+json",
    tags: ["registry.example/team/app:main", "registry.example/team/app:sha-1234567"],
    images: [image("linux/amd64"), image("linux/arm64")],
    bytes: {
      wheelsFetched: 14_000_000,
      debsFetched: 0,
      baseFetched: 0,
      cacheFetched: 0,
      runtimeFetched: 0,
      assembled: 14_012_000,
      uploaded: 14_012_000,
      mounted: 812_000_000,
      existing: 0,
    },
    seconds: 12.3,
  },
  isPushed: true,
  earlier: {
    name: "registry.example/team/app:main",
    platforms: new Map([["linux/amd64", [{ digest: DIGEST, size: 10, packages: ["torch==2.9.0", ...many] }]]]),
  },
  checks: [
    { platform: "linux/amd64", name: "max-size", value: "826 MB", limit: "500 MB", passed: false },
    { platform: "linux/arm64", name: "max-size", value: "826 MB", limit: "900 MB", passed: true },
  ],
};

const STYLE =
  "body{font:14px sans-serif;margin:16px;max-width:900px}table{border-collapse:collapse}td,th{border:1px solid #999;padding:4px 8px;overflow-wrap:anywhere}";

test("the summary is tables and words in a browser, as wide as GitHub's column, and no name is markup", async (t) => {
  const reader = process.env["OCIASM_TEST_MARKED"];
  if (!needs(t, "Chromium", findChromium()) || !needs(t, "marked (OCIASM_TEST_MARKED)", reader)) return;
  const { parse } = (await import(pathToFileURL(reader ?? "").href)) as { parse(markdown: string): string };
  const page = join(temporaryFolder(t), "summary.html");
  writeFileSync(page, `<meta charset="utf-8"><style>${STYLE}</style>${parse(buildSummary(REPORT))}`);
  const { evaluate } = await openInChromium(t, pathToFileURL(page).href, { width: 932, height: 1400, scheme: "light" });
  await evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
  const tables = await evaluate<readonly (readonly number[])[]>(
    "[...document.querySelectorAll('table')].map((table) => [...table.rows].map((row) => row.cells.length))",
  );
  assert.deepEqual(
    tables.map((rows) => `${rows.length}x${[...new Set(rows)].join()}`),
    ["3x5", "3x5", "2x3", "4x4", "4x4"],
  );
  const text = await evaluate<string>("document.body.innerText");
  assert.match(text, /torch\s+2\.9\.0\s+2\.9\.1/);
  assert.match(text, /14 MB pushed, 812 MB mounted/);
  assert.ok(text.includes(EVIL), "a name stands there as it is");
  assert.doesNotMatch(text.replaceAll(EVIL, ""), /[|`]|\*\*|<\/?\w+>/, "nothing is left of the Markdown");
  assert.equal(await evaluate("window.broken"), undefined);
  assert.equal(await evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
});
