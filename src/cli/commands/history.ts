import { type HistoryRow, historyRows, imageLayers, instruction } from "../../analyze/image-layers.ts";
import { openImageArgument } from "../../build/image-argument.ts";
import { type OneImage, oneImage } from "../../build/one-image.ts";
import { rememberedLayers } from "../../build/remembered-layers.ts";
import type { Arguments } from "../arguments.ts";
import { type Segment, stackedBar } from "../render/bar.ts";
import { type Canvas, kindInk, paint } from "../render/canvas.ts";
import { type Cell, renderTable } from "../render/table.ts";
import { formatBytes } from "../render/units.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";
import { platformFlag, withDeps } from "./copy-session.ts";

/** Reads manifest and config, never a layer. */
export function historyCommand(args: Arguments, session: Session): Promise<Answer> {
  const [name = ""] = args.words;
  return withDeps(args, session, async (deps) => {
    const source = await openImageArgument(name, deps);
    try {
      const image = await oneImage(source, platformFlag(args), session.report);
      const remembered = await rememberedLayers(image, deps.store);
      const titles = new Map([...remembered].map(([digest, { title }]) => [digest, title]));
      const rows = historyRows(imageLayers(image.manifest, image.config, titles), image.config);
      return { text: historyText(name, image, rows, session.canvas), json: historyJson(name, image, rows) };
    } finally {
      await source.close();
    }
  });
}

function historyText(name: string, image: OneImage, rows: readonly HistoryRow[], canvas: Canvas): string {
  const { layers } = image.manifest;
  const size = layers.reduce((sum, layer) => sum + layer.size, 0);
  const head = `${paint(name, "strong", canvas)}  ${image.platform}  ${layers.length} layers, ${formatBytes(size)}`;
  const bar = stackedBar(segments(rows), Math.min((canvas.columns ?? 0) - 2, 100), canvas);
  const table = renderTable(
    [
      { title: "layer", ink: "faint" },
      { title: "size", align: "right", ink: "strong" },
      { title: "kind" },
      { title: "title" },
      { title: "created by", ink: "faint", gives: true },
    ],
    rows.map(cells),
    canvas,
  );
  return [head, ...(bar === "" ? [] : [`  ${bar}`]), "", table].join("\n");
}

function segments(rows: readonly HistoryRow[]): readonly Segment[] {
  return rows.flatMap(({ layer }) =>
    layer === null ? [] : [{ value: layer.descriptor.size, ink: kindInk(layer.kind) }],
  );
}

function cells({ layer, createdBy, comment }: HistoryRow): readonly Cell[] {
  const made = instruction(createdBy) || comment;
  if (layer === null) return ["", "", "", "", made];
  const { kind, descriptor } = layer;
  const contents = made.startsWith(`${kind}: `) ? made.slice(kind.length + 2) : made;
  const shownKind = { text: kind === "other" ? "" : kind, ink: kindInk(kind) };
  const title = layer.title === made ? "" : layer.title;
  const further = contents === title || contents === kind ? "" : contents;
  return [descriptor.digest.slice(7, 19), formatBytes(descriptor.size), shownKind, title, further];
}

function historyJson(name: string, image: OneImage, rows: readonly HistoryRow[]): unknown {
  return {
    schema: 1,
    name,
    platform: image.platform,
    digest: image.digest,
    history: rows.map(({ layer, created, createdBy, comment }) => ({
      created,
      createdBy,
      comment,
      layer: layer === null ? null : layerJson(layer),
    })),
  };
}

function layerJson({ descriptor, diffId, kind, title, packages }: NonNullable<HistoryRow["layer"]>): unknown {
  const { digest, size, mediaType } = descriptor;
  return { digest, diffId, size, mediaType, kind, title, packages };
}
