import { knownLayers } from "../../build/known-layers.ts";
import { openCache, planImage } from "../../build/pipeline.ts";
import { planResult } from "../../build/report-result.ts";
import type { ImageResult, LayerResult } from "../../build/result.ts";
import type { Arguments } from "../arguments.ts";
import { openBuild } from "../build-request.ts";
import { formatBytes } from "../render/units.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";

export async function planCommand(args: Arguments, session: Session): Promise<Answer> {
  const { prepared, deps } = await openBuild(args, session, session.report);
  const cache = openCache(prepared, prepared.destinations, deps);
  try {
    const images: ImageResult[] = [];
    for (const platform of prepared.platforms) {
      const plan = await planImage(prepared, platform, cache, deps);
      images.push(planResult(plan, await knownLayers(plan, cache, deps)));
      await plan.base.close();
    }
    return { text: images.map(imageText).join("\n\n"), json: { schema: 1, images } };
  } finally {
    await cache.close();
    await deps.close();
  }
}

function imageText(image: ImageResult): string {
  const rows = image.layers.map((layer) => [
    layer.kind,
    layer.title,
    formatBytes(layer.size),
    origin(layer),
    contents(layer),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0), 0));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, column === 2))
      .join("  ")
      .trimEnd(),
  );
  return [`${image.platform}: ${image.layers.length} layers, ${formatBytes(image.size)}`, ...lines].join("\n");
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}

function origin({ origin: from }: LayerResult): string {
  return from === "planned" ? "to make" : from === "store" ? "known" : from;
}

function contents({ packages }: LayerResult): string {
  const shown = packages.slice(0, 4).join(" ");
  return packages.length > 4 ? `${shown} and ${packages.length - 4} more` : shown;
}
