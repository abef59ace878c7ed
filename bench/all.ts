import { say } from "./_job.ts";
import { type Options, readOptions } from "./_options.ts";

/** A case with its arguments and the seconds that it takes on two quiet cores. */
type Step = readonly [seconds: number, name: string, ...args: readonly string[]];

const TORCH = ["ociasm, gzip", "ociasm, zstd", "bound", "BuildKit, uv, zstd", "BuildKit, pip, gzip"];

/** The dearest first, so that what is left out for want of time is what can be had again at any time. */
const STEPS: readonly Step[] = [
  [850, "cold", "torch", "--rounds", "2", ...TORCH.flatMap((name) => ["--peer", name])],
  [100, "again", "torch", "--peer", "ociasm"],
  [250, "cold", "small"],
  [100, "again", "small"],
  [70, "push"],
  [10, "startup"],
  [15, "plan"],
  [25, "lock", "torch"],
  [40, "curves", "wheels"],
  [20, "curves", "platforms"],
  [20, "curves", "layers"],
  [90, "curves", "bytes"],
  [120, "curves", "files"],
];

/**
 * `all [--minutes N]`: every case of docs/benchmarks.md, one after the other, on a machine that does nothing else. A case
 * that would pass the minutes is left out and named; each result is kept when its case ends.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const at = args.indexOf("--minutes");
  const minutes = at < 0 ? 30 : Number(args[at + 1]);
  const rest = at < 0 ? args : args.toSpliced(at, 2);
  const options: Options = readOptions(rest, 1);
  const places = [
    ...["--wheels", options.wheels, "--work", options.work],
    ...(options.base === undefined ? [] : ["--base", options.base]),
  ];
  const end = Date.now() + minutes * 60_000;
  for (const [seconds, name, ...words] of STEPS) {
    const label = [name, ...words].join(" ");
    if (Date.now() + seconds * 1000 > end) {
      say(`left out for want of time: ${label}`);
      continue;
    }
    say(label);
    const takesPlaces = !["plan", "lock"].includes(name);
    const module: { bench(words: readonly string[]): Promise<void> } = await import(`./${name}.js`);
    await module
      .bench([...words, ...(takesPlaces ? places : [])])
      .catch((error: unknown) => say(`${label}: ${String(error)}`));
  }
}
