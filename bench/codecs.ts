import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { findTool } from "../test/support/tools.ts";
import { addedBytes, costColumns, inRounds, type Round } from "./_job.ts";
import { succeed } from "./_measure.ts";
import { clear, readOptions, workFolder } from "./_options.ts";
import { openApp } from "./_wheel-app.ts";
import { ociasm } from "./peers/ociasm.ts";
import type { App } from "./peers/peer.ts";
import { finish } from "./report/finish.ts";

/** What engines unpack layers with, by the compression of the layer. */
const UNPACK: Readonly<Record<string, readonly string[]>> = {
  gzip: ["gzip", "unpigz", "igzip"],
  "zstd,level=1": ["zstd"],
  zstd: ["zstd"],
  "zstd,level=9": ["zstd"],
  none: ["cat"],
};

/** `codecs small|torch [--rounds N]`: what each compression of layers costs to build, to keep and to unpack. */
export async function bench(args: readonly string[]): Promise<void> {
  const options = readOptions(args, 1);
  const [name = "small"] = options.words;
  const folder = await workFolder(options);
  try {
    const app = await openApp(name, options, folder);
    const jobs = Object.entries(UNPACK).map(([compression, tools], at) => ({
      subject: compression,
      run: (round: number) => builtAndUnpacked(app, compression, tools, join(folder, `${at}-${round}`)),
    }));
    const rows = await inRounds(options.rounds, jobs);
    finish({
      case: `codecs-${name}`,
      versions: {},
      tables: [{ title: `Layers of ${name} by compression`, rows }],
      figures: [],
    });
  } finally {
    await clear(folder);
  }
}

async function builtAndUnpacked(
  app: App,
  compression: string,
  tools: readonly string[],
  place: string,
): Promise<Round> {
  await mkdir(place);
  const session = await ociasm(compression, ["--compression", compression]).start(app, place);
  const layout = join(place, "image");
  const cost = await session.build({ layout });
  const columns: Record<string, number> = { ...costColumns(cost), "image MB": await addedBytes(layout, app.base) };
  const { images } = JSON.parse(cost.stdout) as Built;
  const blobs = (images[0]?.layers ?? []).filter(({ kind }) => kind !== "base").map(({ digest }) => digest.slice(7));
  for (const tool of tools.filter((program) => findTool(program) !== undefined)) {
    const script = `for blob; do ${tool === "cat" ? tool : `${tool} -dc`} < "$blob" > /dev/null || exit; done`;
    const files = blobs.map((hex) => join(layout, "blobs/sha256", hex));
    columns[`${tool} s`] = (await succeed("sh", ["-c", script, "sh", ...files])).seconds;
  }
  await clear(place);
  return columns;
}

interface Built {
  readonly images: readonly { readonly layers: readonly { readonly kind: string; readonly digest: string }[] }[];
}
