import { join, resolve } from "node:path";
import { costColumns, inRounds } from "./_job.ts";
import { succeed } from "./_measure.ts";
import { clear, readOptions, workFolder } from "./_options.ts";
import { OCIASM } from "./peers/ociasm.ts";
import { finish } from "./report/finish.ts";
import { absolute } from "./report/result.ts";

const ROUNDS = 9;
/** Seconds on an idle machine, where node alone takes some 0.04. */
const LIMIT = 0.5;

/**
 * Unchanged rebuilds beside `node -e 0`, in turns: npm run bench -- rebuild CONTEXT [FLAGS of build…]. The first build
 * fills a cache of its own, or the one that --cache-dir names.
 */
export async function bench([context = "examples/hello", ...flags]: readonly string[]): Promise<void> {
  const work = await workFolder(readOptions([], ROUNDS));
  try {
    const cache = flags.includes("--cache-dir") ? [] : ["--cache-dir", join(work, "cache")];
    const build = [OCIASM, "build", resolve(context), ...flags, ...cache, "-t", "bench:1", "--progress", "quiet"];
    const layout = [...build, "-o", `type=oci,dest=${join(work, "out")},tar=false`];
    await succeed(process.execPath, layout);
    const words = { "node -e 0": ["-e", "0"], "into a layout": layout, "into the local store": build };
    const jobs = Object.entries(words).map(([subject, line]) => ({
      subject,
      run: async () => costColumns(await succeed(process.execPath, line)),
    }));
    const rows = await inRounds(ROUNDS, jobs, "quiet");
    const figures = rows
      .slice(1)
      .flatMap(({ subject, values }) => absolute(`unchanged, ${subject}`, values["wall s"]?.median, "s", LIMIT));
    finish({
      case: "rebuild",
      versions: {},
      tables: [{ title: "Unchanged rebuild of examples/hello", rows }],
      figures,
    });
  } finally {
    await clear(work);
  }
}
