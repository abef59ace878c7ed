import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { AssembleJob } from "../src/assemble/job.ts";
import { createPool } from "../src/assemble/pool.ts";
import { codecNamed } from "../src/codec/codecs.ts";
import { silent } from "../src/events.ts";
import type { InstallScheme } from "../src/layers/recipe.ts";
import { machine } from "./_measure.ts";

const SCHEME: InstallScheme = {
  name: "venv",
  site: "app/.venv/lib/python3/site-packages",
  scripts: "app/.venv/bin",
  headers: "app/.venv/include/site/python3",
  data: "app/.venv",
  interpreter: "/app/.venv/bin/python",
  links: {},
};

/** `assemble CODEC WORKERS WHEEL…`: one layer a wheel, the largest first; MB of tar a second, CPU seconds and peak RSS. */
export async function bench([codecName = "gzip", workers = "2", ...wheels]: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "ociasm-bench-"));
  const pool = createPool({ workers: Number(workers) });
  try {
    const jobs = await Promise.all(wheels.map((wheel, index) => wheelJob(folder, wheel, codecName, index)));
    jobs.sort((left, right) => right.size - left.size);
    const start = process.hrtime.bigint();
    const layers = await Promise.all(jobs.map(({ job }) => pool.run(job, silent)));
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const { user, system } = process.cpuUsage();
    const tarBytes = layers.reduce((sum, layer) => sum + layer.uncompressedSize, 0);
    const result = {
      ...machine(),
      codec: codecName,
      workers: Number(workers),
      seconds,
      cpuSeconds: (user + system) / 1e6,
      megabytesPerSecond: tarBytes / 1e6 / seconds,
      peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
      tarBytes,
      blobBytes: layers.reduce((sum, layer) => sum + layer.blob.size, 0),
    };
    console.log(JSON.stringify(result, undefined, 2));
  } finally {
    await pool.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function wheelJob(
  folder: string,
  wheel: string,
  codecName: string,
  index: number,
): Promise<{ readonly job: AssembleJob; readonly size: number }> {
  const { size } = await stat(wheel);
  const filename = basename(wheel);
  const [name = "", version = ""] = filename.split("-");
  // Hashing the wheel is the store's work, not measured here.
  const sha256 = String(index).padStart(64, "0");
  const codec = codecNamed(codecName);
  const level = codec.defaultLevel;
  const job: AssembleJob = {
    key: `sha256:${sha256}`,
    recipe: {
      kind: "package",
      title: name,
      packages: [`${name}==${version}`],
      sources: [{ type: "wheel", name, version, filename, sha256, size }],
      scheme: SCHEME,
      codec: { name: codec.name, level, fingerprint: codec.fingerprint(level) },
      mtime: 315_532_800,
      directories: [],
    },
    sources: { [sha256]: wheel },
    blobPath: join(folder, `${index}.blob`),
    listingPath: join(folder, `${index}.json`),
  };
  return { job, size };
}
