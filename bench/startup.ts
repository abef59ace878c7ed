import { costColumns, inRounds } from "./_job.ts";
import { succeed } from "./_measure.ts";
import { readOptions } from "./_options.ts";
import { OCIASM } from "./peers/ociasm.ts";
import { finish } from "./report/finish.ts";
import { medianOf, ratio } from "./report/result.ts";

/** `startup [--rounds N]`: `ociasm --version` beside `node -e 0`, in turns. */
export async function bench(args: readonly string[]): Promise<void> {
  const { rounds } = readOptions(args, 15);
  const words = { "node -e 0": ["-e", "0"], "ociasm --version": [OCIASM, "--version"] };
  const jobs = Object.entries(words).map(([subject, line]) => ({
    subject,
    run: async () => costColumns(await succeed(process.execPath, line)),
  }));
  const rows = await inRounds(rounds, jobs, "quiet");
  const [node, ours] = Object.keys(words).map((subject) => medianOf(rows, subject, "wall s"));
  const figures = ratio("ociasm --version / node -e 0", ours, node, 2);
  finish({ case: "startup", versions: {}, tables: [{ title: "Start-up", rows }], figures });
}
