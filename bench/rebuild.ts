import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, measure, median } from "./_measure.ts";

const CLI = fileURLToPath(new URL("../bundle/cli/main.js", import.meta.url));
const ROUNDS = 9;
/** Seconds on an idle machine, where node alone takes some 0.04; a busy one is held to the same proportion. */
const LIMIT = 0.5;
const PROPORTION = 8;

/**
 * Unchanged rebuilds beside `node -e 0`, alternating: npm run bench -- rebuild CONTEXT [FLAGS of build…]. The first build
 * fills a cache of its own, or the one that --cache-dir names.
 */
export async function bench([context = "examples/hello", ...flags]: readonly string[]): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "ociasm-bench-"));
  try {
    const cache = flags.includes("--cache-dir") ? [] : ["--cache-dir", join(work, "cache")];
    const build = [CLI, "build", resolve(context), ...flags, ...cache, "-t", "bench:1", "--progress", "quiet"];
    const layout = [...build, "-o", `type=oci,dest=${join(work, "out")},tar=false`];
    await timed(layout);
    const seconds: Record<"node" | "layout" | "store", number[]> = { node: [], layout: [], store: [] };
    for (let round = 0; round < ROUNDS; round++) {
      seconds.node.push(await timed(["-e", "0"]));
      seconds.layout.push(await timed(layout));
      seconds.store.push(await timed(build));
    }
    const [node, intoLayout, intoStore] = [median(seconds.node), median(seconds.layout), median(seconds.store)];
    console.log(JSON.stringify({ case: "rebuild", machine: machine(), node, intoLayout, intoStore }, undefined, 2));
    const limit = Math.max(LIMIT, PROPORTION * node);
    if (Math.max(intoLayout, intoStore) > limit) {
      console.error(
        `an unchanged rebuild takes longer than ${limit.toFixed(2)} s; node alone takes ${node.toFixed(3)} s`,
      );
      process.exitCode = 1;
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function timed(args: readonly string[]): Promise<number> {
  const { code, seconds, stderr } = await measure(process.execPath, args);
  if (code !== 0) throw new Error(stderr);
  return seconds;
}
