import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { machine } from "./_measure.ts";
import { openStack, withOwnBytecode } from "./_stack.ts";

/** Of the processor time that Python's own compileall takes for the same modules. */
const MOST_TIMES_COMPILEALL = 3;
const MOST_RSS = 256e6;

/**
 * What bytecode costs a build, beside compileall of the image's own Python over the same modules: npm run bench -- bytecode
 * REQUIREMENTS WHEELS|index WORKDIR [FLAGS of build…]. Needs podman and runc.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const stack = await openStack("bytecode", args);
  const flag = args.indexOf("--cache-dir");
  const cache = flag === -1 ? resolve(args[2] ?? "", "cache") : resolve(args[flag + 1] ?? "");
  const cold = await stack.build("none", ["--bytecode", "none"]);
  const known = await stack.build("none", ["--bytecode", "none"]);
  await rm(join(cache, "keys", "bytecode"), { recursive: true, force: true });
  const first = await stack.build("entry", ["--bytecode", "entry", "--no-cache"]);
  const withoutAny = await stack.build("none", ["--bytecode", "none", "--no-cache"]);
  await stack.build("entry", ["--bytecode", "entry"]);
  const second = await stack.build("entry", ["--bytecode", "entry"]);
  const own = await withOwnBytecode(known.image);
  const cpuSeconds = {
    without: withoutAny.cost.cpuSeconds,
    with: first.cost.cpuSeconds,
    again: second.cost.cpuSeconds,
    againWithout: known.cost.cpuSeconds,
    compileall: own.cpuSeconds,
  };
  const timesCompileall = (cpuSeconds.with - cpuSeconds.without) / cpuSeconds.compileall;
  const peakRss = { cold: cold.cost.peakRss, without: withoutAny.cost.peakRss, with: first.cost.peakRss };
  console.log(
    JSON.stringify({ case: "bytecode", machine: machine(), cpuSeconds, timesCompileall, peakRss }, undefined, 2),
  );
  process.exitCode = timesCompileall <= MOST_TIMES_COMPILEALL && peakRss.with <= MOST_RSS ? 0 : 1;
}
