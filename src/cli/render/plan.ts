import type { ImageResult, LayerResult } from "../../build/result.ts";
import { stackedBar } from "./bar.ts";
import { type Canvas, type Ink, kindInk, paint } from "./canvas.ts";
import { type Cell, renderTable } from "./table.ts";
import { formatBytes } from "./units.ts";

/** Columns that a bar takes at most. */
const WIDEST = 100;

/** The layers of an image that is not built yet, lowest first. */
export function planText(image: ImageResult, canvas: Canvas): string {
  const { layers } = image;
  const segments = layers.map(({ size, kind }) => ({ value: size, ink: kindInk(kind) }));
  const bar = stackedBar(segments, Math.min((canvas.columns ?? 0) - 2, WIDEST), canvas);
  const head = `${paint(image.platform, "strong", canvas)}  ${layers.length} layers, ${sizeText(layers)}`;
  const table = renderTable(
    [
      { title: "kind" },
      { title: "layer" },
      { title: "size", align: "right", ink: "strong" },
      { title: "state" },
      { title: "packages", ink: "faint", gives: true },
    ],
    layers.map(cells),
    canvas,
  );
  return [head, ...stateLines(layers), ...(bar === "" ? [] : [`  ${bar}`]), "", table].join("\n");
}

function cells(layer: LayerResult): readonly Cell[] {
  const { kind, title, origin, packages } = layer;
  const alone = packages.length === 1 && packages[0]?.startsWith(`${title}==`) === true;
  const contents = alone ? (packages[0] ?? "").slice(title.length + 2) : listed(packages);
  const shown = layer.sizeUnknown === true ? { text: "unknown", ink: "faint" as const } : formatBytes(layer.size);
  return [{ text: kind, ink: kindInk(kind) }, title, shown, STATES[origin], contents];
}

const STATES: Readonly<Record<LayerResult["origin"], { readonly text: string; readonly ink: Ink }>> = {
  base: { text: "base", ink: "good" },
  store: { text: "known", ink: "good" },
  registry: { text: "in the registry", ink: "good" },
  built: { text: "made", ink: "good" },
  planned: { text: "to make", ink: "strong" },
};

/** Packages in a line beyond which only their number is said; `--json` has them all. */
const SHOWN = 6;

function listed(packages: readonly string[]): string {
  const more = packages.length - SHOWN;
  return [...packages.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])].join(" ");
}

/** What is there already, and where. */
function stateLines(layers: readonly LayerResult[]): readonly string[] {
  const states = new Map<string, LayerResult[]>();
  for (const layer of layers) {
    const { text } = STATES[layer.origin];
    states.set(text, [...(states.get(text) ?? []), layer]);
  }
  const parts = [...states].map(([text, some]) => `${some.length} ${text} (${sizeText(some)})`);
  return parts.length === 0 ? [] : [`  ${parts.join(", ")}`];
}

function sizeText(layers: readonly LayerResult[]): string {
  const unknown = layers.filter((layer) => layer.sizeUnknown === true).length;
  const known = formatBytes(layers.reduce((sum, { size }) => sum + size, 0));
  return unknown === 0 ? known : `${known} and ${unknown} of unknown size`;
}
