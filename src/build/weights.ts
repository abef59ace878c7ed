import { resolve } from "node:path";
import type { WeightsConfig } from "./config.ts";
import { readExtraFile, realPath } from "./extra-file.ts";
import type { Weights } from "./plan-step.ts";

export interface WeightsOptions {
  readonly context: string;
  /** What a relative target starts from. */
  readonly destination: string;
  /** Host paths that this run writes. */
  readonly outputs: readonly string[];
  readonly signal: AbortSignal;
}

/** Reads what fills layers of its own; `local` has the host path of each file by its sha256. */
export async function readWeights(
  configs: readonly WeightsConfig[],
  options: WeightsOptions,
): Promise<{ readonly weights: readonly Weights[]; readonly local: ReadonlyMap<string, string> }> {
  const { context, destination, signal } = options;
  const root = await realPath(resolve(context), context);
  const outputs = new Set(options.outputs.flatMap((path) => [resolve(path), resolve(root, path)]));
  const weights: Weights[] = [];
  const local = new Map<string, string>();
  for (const { name, source, target, mode } of configs) {
    const extra = { from: source, to: target, ...(mode === undefined ? {} : { mode }) };
    const read = await readExtraFile(extra, { root, destination, outputs, signal });
    weights.push({ name, sources: read.sources });
    for (const [sha256, path] of read.local) local.set(sha256, path);
  }
  return { weights, local };
}
