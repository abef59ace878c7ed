import { type BuildResult, fetchedBytes, type ImageResult, type LayerResult } from "../build/result.ts";
import { formatBytes, formatSeconds, printable } from "../cli/render/units.ts";
import type { OciasmError } from "../errors.ts";
import { type Changes, changesBetween } from "./changes.ts";
import type { EarlierImage } from "./earlier-image.ts";
import type { Check } from "./gates.ts";
import type { Merged } from "./outputs.ts";

const LARGEST = 10;
const MOST_CHANGES = 50;

export interface BuildReport {
  readonly result: BuildResult;
  readonly isPushed: boolean;
  readonly earlier: EarlierImage | undefined;
  readonly checks: readonly Check[];
}

/** What a person wants to know of a build, in Markdown. */
export function buildSummary({ result, isPushed, earlier, checks }: BuildReport): string {
  const { bytes, seconds, images } = result;
  const fetched = fetchedBytes(bytes);
  const moved = isPushed
    ? `${formatBytes(bytes.uploaded)} pushed, ${formatBytes(bytes.mounted)} mounted, ${formatBytes(bytes.existing)} there already; `
    : "";
  return [
    `### ${code(result.tags[0] ?? "image")}`,
    code(result.ref),
    ...result.tags.slice(1).map(code),
    table(["platform", "size", "layers", "built", "reused"], images.map(imageRow)),
    `${moved}${formatBytes(fetched)} fetched, ${formatBytes(bytes.wheelsFetched)} of them wheels; ${formatSeconds(seconds * 1000)}.`,
    ...checkTable(checks),
    ...(earlier === undefined ? [] : images.flatMap((image) => sinceEarlier(image, earlier))),
    ...images.flatMap((image) => largestLayers(image, images.length > 1)),
  ].join("\n\n");
}

export function mergeSummary({ ref, tags, images }: Merged): string {
  const rows = images.map(({ platform, digest }) => [platform, code(digest)]);
  return [
    `### ${code(tags[0] ?? "image")}`,
    code(ref),
    ...tags.slice(1).map(code),
    table(["platform", "digest"], rows),
  ].join("\n\n");
}

export function failureSummary({ code: name, message, hint, location }: OciasmError): string {
  const place = location === undefined ? [] : [code(`${location.file}:${location.line}`)];
  return [
    "### ociasm failed",
    `**${name}** ${escaped(message)}`,
    ...place,
    ...(hint === undefined ? [] : [escaped(hint)]),
  ].join("\n\n");
}

function imageRow({ platform, size, layers }: ImageResult): readonly string[] {
  const built = layers.filter(({ origin }) => origin === "built");
  const reused = layers.filter(({ origin }) => origin !== "built");
  return [platform, formatBytes(size), String(layers.length), countAndSize(built), countAndSize(reused)];
}

function countAndSize(layers: readonly LayerResult[]): string {
  return `${layers.length}, ${formatBytes(layers.reduce((sum, { size }) => sum + size, 0))}`;
}

function checkTable(checks: readonly Check[]): readonly string[] {
  if (checks.length === 0) return [];
  const rows = checks.map(({ platform, name, value, limit, passed }) => {
    return [passed ? "pass" : "**FAIL**", platform, name, value, `at most ${limit}`];
  });
  return ["#### Checks", table(["", "platform", "check", "is", "limit"], rows)];
}

function sinceEarlier({ platform, layers }: ImageResult, { name, platforms }: EarlierImage): readonly string[] {
  const before = platforms.get(platform);
  if (before === undefined) return [];
  const { packages, growth, pulled } = changesBetween(before, layers);
  const size = growth === 0 ? "as large" : `${formatBytes(Math.abs(growth))} ${growth > 0 ? "larger" : "smaller"}`;
  return [
    `#### Since the image that was at ${code(name)}, ${platform}`,
    `${size}; who has it pulls ${formatBytes(pulled)}.`,
    ...changeTable(packages),
  ];
}

function changeTable(packages: Changes["packages"]): readonly string[] {
  if (packages.length === 0) return ["No package changed."];
  const rows = packages.slice(0, MOST_CHANGES).map(({ name, from, to }) => [code(name), from ?? "-", to ?? "-"]);
  const rest = packages.length - rows.length;
  return [table(["package", "before", "now"], rows), ...(rest > 0 ? [`and ${rest} more`] : [])];
}

function largestLayers({ platform, layers }: ImageResult, isOneOfSeveral: boolean): readonly string[] {
  const largest = [...layers].sort((a, b) => b.size - a.size).slice(0, LARGEST);
  const rows = largest.map(({ title, size, packages, origin }) => {
    return [escaped(title), formatBytes(size), ORIGINS[origin], escaped(shortened(packages.join(" ")))];
  });
  const heading = `Largest layers${isOneOfSeveral ? ` of ${platform}` : ""}`;
  return [`<details><summary>${heading}</summary>`, table(["layer", "size", "from", "packages"], rows), "</details>"];
}

const ORIGINS: Readonly<Record<LayerResult["origin"], string>> = {
  base: "base image",
  store: "this machine",
  registry: "earlier image",
  built: "built now",
  planned: "planned",
};

function shortened(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Names come from files and servers: none of them may become markup. */
function escaped(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_[\]|#~]/g, "\\$&");
}

function code(text: string): string {
  return `<code>${escaped(text)}</code>`;
}
