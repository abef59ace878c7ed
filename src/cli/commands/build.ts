import { writeFile } from "node:fs/promises";
import { build } from "../../build/pipeline.ts";
import { buildMetadata, buildResult } from "../../build/report-result.ts";
import { type BuildResult, createByteCounter } from "../../build/result.ts";
import { storeDestination } from "../../destination/store.ts";
import type { BuildEvent } from "../../events.ts";
import { whileUsed } from "../../store/held-locks.ts";
import { type Arguments, stringFlag } from "../arguments.ts";
import { openBuild } from "../build-request.ts";
import { formatBytes, formatSeconds } from "../render/units.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";

export async function buildCommand(args: Arguments, session: Session): Promise<Answer> {
  const start = performance.now();
  const counter = createByteCounter();
  const report = (event: BuildEvent) => {
    if (event.type === "transfer") counter.add(event);
    session.report(event);
  };
  const { prepared, deps } = await openBuild(args, session, report);
  try {
    const stored = prepared.destinations.length === 0;
    const destinations = stored ? [storeDestination(deps.store)] : prepared.destinations;
    const built = await whileUsed(deps.store, () => build(prepared, destinations, deps), session.signal);
    const bytes = {
      wheelsFetched: counter.fetched("wheel"),
      debsFetched: counter.fetched("deb"),
      baseFetched: counter.fetched("base"),
      cacheFetched: counter.fetched("cache"),
      runtimeFetched: counter.fetched("runtime"),
    };
    const result = buildResult(built, bytes, (performance.now() - start) / 1000);
    await writeFiles(args, result);
    report({ type: "note", message: summary(result, stored) });
    return { text: result.ref, json: result };
  } finally {
    await deps.close();
  }
}

async function writeFiles(args: Arguments, result: BuildResult): Promise<void> {
  const [only, ...others] = result.images;
  const iidfile = stringFlag(args, "iidfile");
  if (iidfile !== undefined) await writeFile(iidfile, others.length === 0 ? (only?.config ?? "") : result.digest);
  const metadataFile = stringFlag(args, "metadata-file");
  if (metadataFile === undefined) return;
  await writeFile(metadataFile, `${JSON.stringify(buildMetadata(result), undefined, 2)}\n`);
}

function summary(result: BuildResult, stored: boolean): string {
  const layers = result.images.flatMap((image) => image.layers);
  const made = layers.filter((layer) => layer.origin === "built").length;
  const size = formatBytes(result.images.reduce((sum, image) => sum + image.size, 0));
  const what = `${layers.length} layers, ${made} made now, ${size}, in ${formatSeconds(result.seconds * 1000)}`;
  if (!stored) return what;
  const [name] = result.tags;
  if (name === undefined) return `${what}; kept in the local store without a name: give it one with -t NAME:TAG`;
  const ways = `\`ociasm push ${name}\` pushes it, \`ociasm copy ${name} archive:image.tar\` writes a tar that engines load`;
  return `${what}; kept in the local store. Build with --load to run it; ${ways}`;
}
