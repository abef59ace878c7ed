import { say } from "./_job.ts";
import { type Options, readOptions } from "./_options.ts";

/** A case with its arguments and the seconds that it takes on two quiet cores. */
type Step = readonly [seconds: number, name: string, ...args: readonly string[]];

const TORCH = ["^ociasm, gzip$", "^ociasm, zstd$", "^bound", "^BuildKit, uv, zstd$", "^BuildKit, pip, gzip$"];

/** The dearest first, so that what is left out for want of time is what can be had again at any time. */
const STEPS: readonly Step[] = [
  [830, "cold", "torch", "--rounds", "2", ...TORCH.flatMap((name) => ["--peer", name])],
  [100, "again", "torch", "--peer", "ociasm"],
  [220, "cold", "small"],
  [80, "again", "small"],
  [30, "codecs", "small"],
  [130, "push"],
  [5, "startup"],
  [10, "plan"],
  [20, "lock", "torch"],
  [40, "registry-cache"],
  [30, "curves", "wheels"],
  [15, "curves", "platforms"],
  [15, "curves", "layers"],
  [110, "curves", "bytes"],
  [260, "curves", "files"],
];

/** Cases that are told where wheels, base and scratch are. */
const WITH_PLACES: readonly string[] = ["cold", "again", "codecs", "push", "curves"];

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
    const module: { bench(words: readonly string[]): Promise<void> } = await import(`./${name}.js`);
    await module
      .bench([...words, ...(WITH_PLACES.includes(name) ? places : [])])
      .catch((error: unknown) => say(`${label}: ${String(error)}`));
  }
}
