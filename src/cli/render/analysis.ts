import type { Analysis, LayerAnalysis } from "../../analyze/analysis.ts";
import type { Finding } from "../../analyze/findings/find.ts";
import { FINDING_TITLES, ORIGIN_TITLES } from "../../analyze/findings/titles.ts";
import type { Gate } from "../../analyze/gates.ts";
import { type PackageUsage, tellingFolders } from "../../analyze/usage.ts";
import { gauge, stackedBar } from "./bar.ts";
import { type Canvas, fitted, kindInk, paint } from "./canvas.ts";
import { type Cell, renderTable } from "./table.ts";
import { formatBytes } from "./units.ts";

const PACKAGES = 15;
const FOLDERS = 10;
const GAUGE = 12;

/** An analysis for people: the whole first, then who brings it, then what could go. */
export function renderAnalysis(analysis: Analysis, gates: readonly Gate[], canvas: Canvas): string {
  return [
    headline(analysis, canvas),
    layerTable(analysis.layers, canvas),
    packageTable(analysis, canvas),
    folderTable(analysis, canvas),
    ...findingList(analysis, canvas),
    ...gateTable(gates, canvas),
  ].join("\n\n");
}

function headline({ name, platform, layers, size, unpacked, files, dive }: Analysis, canvas: Canvas): string {
  const width = Math.min((canvas.columns ?? 0) - 2, 100);
  const bar = stackedBar(
    layers.map((layer) => ({ value: layer.size, ink: kindInk(layer.kind) })),
    width,
    canvas,
  );
  const facts = [
    `${formatBytes(size)} to pull`,
    `${formatBytes(unpacked)} unpacked`,
    `${files} files`,
    `${layers.length} layers`,
    `efficiency ${formatShare(dive.efficiency)}`,
  ];
  return [
    `${paint(fitted(name, 200), "strong", canvas)}  ${platform}`,
    `  ${facts.join(", ")}`,
    ...(bar === "" ? [] : [`  ${bar}`]),
  ].join("\n");
}

function layerTable(layers: readonly LayerAnalysis[], canvas: Canvas): string {
  const hasHidden = layers.some(({ hidden }) => hidden > 0);
  const columns = [
    { title: "layer", align: "right", ink: "faint" },
    { title: "pull", align: "right", ink: "strong" },
    { title: "unpacked", align: "right" },
    ...(hasHidden ? ([{ title: "hidden", align: "right", ink: "spare" }] as const) : []),
    { title: "kind" },
    { title: "what it is", gives: true },
  ] as const;
  const rows = layers.map(({ at, size, unpacked, hidden, kind, title, createdBy }): readonly Cell[] => [
    `${at + 1}`,
    formatBytes(size),
    formatBytes(unpacked),
    ...(hasHidden ? [hidden === 0 ? "" : formatBytes(hidden)] : []),
    { text: kind === "other" ? "" : kind, ink: kindInk(kind) },
    title === "" ? createdBy : title,
  ]);
  return renderTable(columns, rows, canvas);
}

function packageTable({ packages, layers }: Analysis, canvas: Canvas): string {
  if (packages.length === 0) return paint("no packages are known", "faint", canvas);
  const most = packages[0]?.bytes ?? 0;
  const rows = packages
    .slice(0, PACKAGES)
    .map((each): readonly Cell[] => [
      formatBytes(each.bytes),
      formatBytes(each.compressed),
      { text: gauge(each.bytes, most, GAUGE, canvas), ink: inkOf(each) },
      `${each.name} ${each.version}`,
      layerNumbers(each.layers, layers.length),
    ]);
  const head = heading(`packages, ${Math.min(PACKAGES, packages.length)} largest of ${packages.length}`, canvas);
  return `${head}\n${renderTable(
    [
      { title: "unpacked", align: "right", ink: "strong" },
      { title: "pull", align: "right" },
      {},
      { title: "package", gives: true },
      { title: "layer", ink: "faint" },
    ],
    rows,
    canvas,
  )}`;
}

function inkOf({ ecosystem }: PackageUsage): "package" | "system" {
  return ecosystem === "python" ? "package" : "system";
}

function layerNumbers(layers: readonly number[], count: number): string {
  return layers.length === count && count > 3 ? "all" : layers.map((at) => at + 1).join(" ");
}

function folderTable({ folders }: Analysis, canvas: Canvas): string {
  const shown = tellingFolders(folders, FOLDERS);
  const most = shown[0]?.bytes ?? 0;
  const rows = shown.map(({ path, bytes, files }): readonly Cell[] => [
    formatBytes(bytes),
    `${files}`,
    { text: gauge(bytes, most, GAUGE, canvas), ink: "project" },
    `/${path}`,
  ]);
  const columns = [
    { title: "unpacked", align: "right", ink: "strong" },
    { title: "files", align: "right", ink: "faint" },
    {},
    { title: "folder", gives: true },
  ] as const;
  return `${heading("folders, where bytes part ways", canvas)}\n${renderTable(columns, rows, canvas)}`;
}

function findingList({ findings, reclaimable, unpacked, layers }: Analysis, canvas: Canvas): readonly string[] {
  const unread = layers.filter(({ from }) => from === "listing").length;
  const note =
    unread === 0
      ? []
      : [
          paint(
            `  ${unread} layers are known by their listings; --deep looks for keys and debug symbols in them`,
            "faint",
            canvas,
          ),
        ];
  if (findings.length === 0) return [[heading("nothing to save was found", canvas), ...note].join("\n")];
  const share = formatShare(unpacked === 0 ? 0 : reclaimable.bytes / unpacked);
  const total = `${formatBytes(reclaimable.bytes)} of ${formatBytes(unpacked)} (${share})`;
  const head = heading(`could do without ${total}, ${formatBytes(reclaimable.compressed)} of the pull`, canvas);
  return [[head, ...note, ...findings.map((finding) => findingText(finding, canvas))].join("\n")];
}

function findingText({ kind, origin, bytes, files, packages, examples, fix }: Finding, canvas: Canvas): string {
  const ink = kind === "secrets" ? "bad" : "spare";
  const size = paint(formatBytes(bytes).padStart(8), ink, canvas);
  const count = files === 1 ? "1 file" : `${files} files`;
  const what = `${FINDING_TITLES[kind]} ${ORIGIN_TITLES[origin]}`;
  const named =
    packages.length > 0
      ? packages.join(" ")
      : examples
          .slice(0, 3)
          .map(({ path }) => `/${path}`)
          .join(" ");
  const width = (canvas.columns ?? 200) - 12;
  const [label, line] = fix.config === null ? ["", fix.advice] : ["ociasm.yaml: ", fix.config];
  return [
    `  ${size}  ${paint(what, "strong", canvas)}  ${paint(count, "faint", canvas)}`,
    `            ${paint(fitted(named, width), "faint", canvas)}`,
    `            ${label}${paint(fitted(line, 200), fix.config === null ? "faint" : "good", canvas)}`,
  ].join("\n");
}

function gateTable(gates: readonly Gate[], canvas: Canvas): readonly string[] {
  if (gates.length === 0) return [];
  const rows = gates.map(({ name, value, limit, passed }): readonly Cell[] => [
    passed ? { text: "pass", ink: "good" } : { text: "FAIL", ink: "bad" },
    name,
    formatLike(limit, value),
    `at most ${formatLike(limit, "bytes" in limit ? limit.bytes : limit.share)}`,
  ]);
  const table = renderTable([{}, {}, { align: "right", ink: "strong" }, { ink: "faint" }], rows, canvas);
  return [`${heading("limits", canvas)}\n${table}`];
}

/** A value in the unit of a limit. */
export function formatLike(limit: Gate["limit"], value: number): string {
  return "bytes" in limit ? formatBytes(value) : formatShare(value);
}

function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent >= 99.95 || percent === 0 ? percent.toFixed(0) : percent.toFixed(percent < 10 ? 2 : 1)} %`;
}

function heading(text: string, canvas: Canvas): string {
  return paint(text, "strong", canvas);
}
