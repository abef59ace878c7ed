import type { ImageDiff, LayerChange, SideSummary } from "../../analyze/diff.ts";
import type { FileChange } from "../../analyze/diff-files.ts";
import type { PackageChange } from "../../analyze/diff-packages.ts";
import { stackedBar } from "./bar.ts";
import { type Canvas, fitted, type Ink, kindInk, paint } from "./canvas.ts";
import { type Cell, renderTable } from "./table.ts";
import { formatBytes } from "./units.ts";

const FILES = 20;

/** What differs, for people: what it costs to go from one to the other first. */
export function renderDiff(diff: ImageDiff, canvas: Canvas): string {
  const { from, to, pull } = diff;
  const kept = Math.max(0, to.size - pull.bytes);
  const bar = stackedBar(
    [
      { value: kept, ink: "faint" },
      { value: pull.bytes, ink: "spare" },
    ],
    Math.min((canvas.columns ?? 0) - 2, 100),
    canvas,
  );
  const head = [
    renderTable(
      [{ ink: "faint" }, { ink: "strong", gives: true }, {}, { align: "right" }, {}],
      [row("from", from), row("to", to)],
      canvas,
    ),
    `  ${paint(pullText(diff), "strong", canvas)}`,
    ...(bar === "" ? [] : [`  ${bar}`]),
  ].join("\n");
  return [head, ...packageText(diff, canvas), ...layerText(diff, canvas), ...fileText(diff, canvas)].join("\n\n");
}

/** "12 MB to pull in 3 of 37 layers". */
function pullText({ pull, to }: ImageDiff): string {
  return `${formatBytes(pull.bytes)} to pull in ${pull.layers} of ${to.layers} layers`;
}

function row(word: string, { name, platform, size, digest }: SideSummary): readonly Cell[] {
  return [word, name, platform, formatBytes(size), digest.slice(0, 19)];
}

const INK_OF_SIGN: Readonly<Record<string, Ink>> = { "+": "good", "-": "bad", "~": "spare" };

function sign(from: unknown, to: unknown): Cell {
  const text = from === null ? "+" : to === null ? "-" : "~";
  return { text, ink: INK_OF_SIGN[text] ?? "spare" };
}

function packageText({ packages }: ImageDiff, canvas: Canvas): readonly string[] {
  if (packages.length === 0) return [paint("the same packages", "strong", canvas)];
  const rows = packages.map((each): readonly Cell[] => [sign(each.from, each.to), each.name, versions(each)]);
  return [`${paint("packages", "strong", canvas)}\n${renderTable([{}, {}, {}], rows, canvas)}`];
}

/** "1.0 → 2.0", or the only one. */
function versions({ from, to }: PackageChange): string {
  return from !== null && to !== null ? `${from} → ${to}` : (to ?? from ?? "");
}

function layerText({ layers }: ImageDiff, canvas: Canvas): readonly string[] {
  if (layers.length === 0) return [];
  const columns = [
    {},
    { ink: "faint" },
    { align: "right", ink: "strong" },
    {},
    { gives: true },
    { ink: "faint" },
  ] as const;
  return [`${paint("layers", "strong", canvas)}\n${renderTable(columns, layers.map(layerRow), canvas)}`];
}

function layerRow({ change, digest, size, kind, title, repacked }: LayerChange): readonly Cell[] {
  const [from, to] = change === "added" ? [null, ""] : ["", null];
  const shownKind = { text: kind === "other" ? "" : kind, ink: kindInk(kind) };
  const note = repacked ? "the same files, compressed otherwise" : "";
  return [sign(from, to), digest.slice(7, 19), formatBytes(size), shownKind, title, note];
}

function fileText({ files }: ImageDiff, canvas: Canvas): readonly string[] {
  if (files === null) return [paint("files were not compared; --files reads the layers that differ", "faint", canvas)];
  if (files.changes.length === 0) return [paint("the same files", "strong", canvas)];
  const rows = files.changes
    .slice(0, FILES)
    .map((change): readonly Cell[] => [sign(change.from, change.to), sizes(change), `/${change.path}`]);
  const more = files.changes.length - rows.length;
  return [
    [
      paint(fileCounts(files), "strong", canvas),
      renderTable([{}, { align: "right" }, { gives: true }], rows, canvas),
      ...(more > 0 ? [paint(`  and ${more} more; --json has all`, "faint", canvas)] : []),
    ].join("\n"),
  ];
}

function fileCounts({ added, removed, changed }: NonNullable<ImageDiff["files"]>): string {
  return `files: ${added} added, ${removed} removed, ${changed} changed`;
}

function sizes({ from, to }: FileChange): string {
  if (from !== null && to !== null && from !== to) return `${formatBytes(from)} → ${formatBytes(to)}`;
  return formatBytes(to ?? from ?? 0);
}

/** The same as Markdown, for a comment on a pull request. */
export function diffMarkdown(diff: ImageDiff): string {
  const { from, to, packages, layers, files } = diff;
  return [
    `**${cell(from.name)}** → **${cell(to.name)}** (${to.platform}): ${pullText(diff)}, ${formatBytes(from.size)} → ${formatBytes(to.size)} in all.`,
    ...(packages.length === 0
      ? ["The same packages."]
      : [
          table(
            ["", "package", "from", "to"],
            packages.map((each) => [changeOf(each), each.name, each.from ?? "", each.to ?? ""]),
          ),
        ]),
    ...(layers.length === 0
      ? []
      : [
          table(
            ["", "layer", "size"],
            layers.map(({ change, title, size }) => [change, title, formatBytes(size)]),
          ),
        ]),
    ...(files === null ? [] : [`${fileCounts(files)[0]?.toUpperCase()}${fileCounts(files).slice(1)}.`]),
  ].join("\n\n");
}

function changeOf({ from, to }: PackageChange): string {
  return from === null ? "added" : to === null ? "removed" : "changed";
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows.map((each) => each.map(cell))];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A name can't end its cell, or begin markup. */
function cell(text: string): string {
  return fitted(text, 200).replace(/[\\`*_{}[\]<>()#|~&!]/g, "\\$&");
}
