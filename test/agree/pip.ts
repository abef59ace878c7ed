import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LimitFunction } from "p-limit";
import { markerEnvironment } from "../../src/python/marker-environment.ts";
import type { Target } from "../../src/python/target.ts";
import { machineOf, runOracle } from "./oracle.ts";
import { CHECK } from "./pip-check.ts";

export interface PipSetup {
  /** Has pip and packaging. */
  readonly python: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Seconds. */
  readonly limit: number;
  /** How many pips run at a time. */
  readonly places: LimitFunction;
}

/** A wheel of a solution. */
export interface Pin {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
}

/** A solution to be judged. */
export interface Judged {
  readonly roots: readonly string[];
  readonly pins: readonly Pin[];
}

/** What pip says of one wheel that it would install: its own choice of file, and the METADATA that it read. */
type Reported = Readonly<Record<string, unknown>>;

/**
 * What is wrong with each solution by pip's rules, empty where nothing is: pip must take each pin for the target and
 * choose the same wheel; every requirement of the METADATA that pip read must be met, as packaging evaluates it.
 */
export async function pipProblems(
  judged: readonly Judged[],
  target: Target,
  setup: PipSetup,
): Promise<readonly (readonly string[])[]> {
  const answers = await Promise.all(
    batches(judged.flatMap(({ pins }) => pins)).map((batch) =>
      setup.places(() => pipReport(batch, target, setup)).catch((error: unknown) => String(error)),
    ),
  );
  const refusals = answers.filter((answer) => typeof answer === "string");
  const reports = Object.assign({}, ...answers.filter((answer) => typeof answer !== "string"));
  const input = JSON.stringify({ environment: { ...markerEnvironment(target), extra: "" }, reports, judged });
  const { environment, limit } = setup;
  const { code, stdout, stderr } = await runOracle(setup.python, ["-c", CHECK], { environment, input, limit });
  if (code !== 0) throw new Error(`packaging: ${stderr}`);
  const problems = JSON.parse(stdout) as readonly (readonly string[])[];
  return problems.map((some) => (some.length === 0 ? [] : [...some, ...refusals]));
}

/** Each pin once, and in no batch two versions of one package. */
function batches(pins: readonly Pin[]): readonly (readonly Pin[])[] {
  const all: Map<string, Pin>[] = [];
  const seen = new Set<string>();
  for (const pin of pins) {
    const key = `${pin.name}==${pin.version}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const free = all.find((batch) => !batch.has(pin.name)) ?? new Map<string, Pin>();
    if (free.size === 0) all.push(free);
    free.set(pin.name, pin);
  }
  return all.map((batch) => [...batch.values()]);
}

async function pipReport(
  pins: readonly Pin[],
  target: Target,
  { python, environment, limit }: PipSetup,
): Promise<Readonly<Record<string, Reported>>> {
  const folder = await mkdtemp(join(tmpdir(), "ociasm-agree-"));
  try {
    const report = join(folder, "report.json");
    const fixed = "--quiet --dry-run --no-deps --ignore-installed --only-binary :all: --no-cache-dir".split(" ");
    const about = ["--python-version", target.python.version, "--implementation", "cp"];
    const platforms = pipPlatforms(target).flatMap((platform) => ["--platform", platform]);
    const where = ["--target", join(folder, "target"), "--report", report];
    const args = ["-m", "pip", "install", ...fixed, ...about, ...platforms, ...where];
    const asked = pins.map(({ name, version }) => `${name}==${version}`);
    const ended = await runOracle(python, [...args, ...asked], { environment, limit });
    if (ended.code !== 0) throw new Error(`pip: ${ended.stderr.trim()}`);
    const { install } = JSON.parse(await readFile(report, "utf8")) as { readonly install: readonly Reported[] };
    return Object.fromEntries(install.map((one, index) => [asked[index] ?? "", one]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** pip expands none of these by itself. */
function pipPlatforms(target: Target): readonly string[] {
  const machine = machineOf(target);
  const minor = Number(target.libc.version.split(".")[1] ?? 17);
  const oldest = machine === "x86_64" ? 5 : 17;
  const legacy =
    machine === "x86_64" ? { 17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1" } : { 17: "manylinux2014" };
  const tags: string[] = [];
  for (let at = minor; at >= oldest; at -= 1) {
    tags.push(`manylinux_2_${at}_${machine}`);
    const old = (legacy as Readonly<Record<number, string>>)[at];
    if (old !== undefined) tags.push(`${old}_${machine}`);
  }
  return [...tags, `linux_${machine}`];
}
