import { fileURLToPath } from "node:url";
import { machine, measure, median } from "./_measure.ts";

const CLI = fileURLToPath(new URL("../bundle/cli/main.js", import.meta.url));

/** `ociasm --version` beside `node -e 0`, alternating. */
export async function bench(args: readonly string[]): Promise<void> {
  const rounds = Number(args[0] ?? 15);
  const node: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < rounds; round++) {
    node.push((await measure(process.execPath, ["-e", "0"])).seconds);
    ours.push((await measure(process.execPath, [CLI, "--version"])).seconds);
  }
  const ratio = median(ours) / median(node);
  console.log(
    JSON.stringify(
      { case: "startup", machine: machine(), node: median(node), ociasm: median(ours), ratio },
      undefined,
      2,
    ),
  );
  if (ratio > 2) {
    console.error(`ociasm --version takes ${ratio.toFixed(2)} times as long as node -e 0; 2 is the limit`);
    process.exitCode = 1;
  }
}
