import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, measure } from "./_measure.ts";

const CLI = fileURLToPath(new URL("../bundle/cli/main.js", import.meta.url));
const LIMIT = 256e6;

/** Peak memory of a cold build, by what it was at: npm run bench -- memory CONTEXT [FLAGS of build…]. */
export async function bench([context = "examples/hello", ...flags]: readonly string[]): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "ociasm-bench-"));
  try {
    const cache = flags.includes("--cache-dir") ? [] : ["--cache-dir", join(work, "cache")];
    const build = [CLI, "build", resolve(context), ...flags, ...cache, "-t", "bench:1", "--progress", "json"];
    const args = [...build, "-o", `type=oci,dest=${join(work, "out")},tar=false`];
    const peaks: Record<string, number> = {};
    const onSample = (rss: number, stderr: string): void => {
      const phase = phaseOf(stderr);
      peaks[phase] = Math.max(peaks[phase] ?? 0, rss);
    };
    const { code, stderr, peakRss, seconds, cpuSeconds } = await measure(process.execPath, args, { onSample });
    if (code !== 0) throw new Error(stderr.split("\n").slice(-20).join("\n"));
    console.log(
      JSON.stringify({ case: "memory", machine: machine(), seconds, cpuSeconds, peakRss, peaks }, undefined, 2),
    );
    if (peakRss > LIMIT) {
      console.error(`peak RSS ${Math.round(peakRss / 1e6)} MB, the limit is ${LIMIT / 1e6}`);
      process.exitCode = 1;
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The last thing that the build said it does: a phase, a kind of transfer, or assembling. */
function phaseOf(stderr: string): string {
  const lines = stderr.split("\n");
  // The last one may not be whole yet.
  for (const line of lines.slice(0, -1).reverse()) {
    const event = JSON.parse(line) as Readonly<Record<string, string>>;
    if (event["type"] === "phase") return event["detail"]?.startsWith("reading") ? "lists" : (event["phase"] ?? "");
    if (event["type"] === "transfer") return `${event["what"]}s`;
    if (event["type"] === "layer" && event["state"] === "assembling") return "assemble";
  }
  return "start";
}
