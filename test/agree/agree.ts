import pLimit from "p-limit";
import type { IndexConfig } from "../../src/pypi/index-config.ts";
import type { Target } from "../../src/python/target.ts";
import { oracleEnvironment } from "./oracle.ts";
import { ownVerdict, type Verdict } from "./own.ts";
import { type Judged, pipProblems } from "./pip.ts";
import { uvVerdict } from "./uv.ts";

/** Requirements, and what they are solved for. */
export interface RootSet {
  readonly label: string;
  readonly roots: readonly string[];
  readonly target: Target;
}

export interface Setup {
  readonly config: IndexConfig;
  readonly uv: string;
  readonly python: string;
  /** Holds both caches. */
  readonly folder: string;
  /** Seconds for one solver and one set. */
  readonly limit: number;
}

export interface Comparison {
  readonly set: RootSet;
  readonly own: Verdict<Judged["pins"]> | { readonly kind: "error"; readonly reason: string };
  readonly uv: Verdict<readonly string[]> | { readonly kind: "error"; readonly reason: string };
  /** Pins that only one of the two has, marked - for uv's and + for ours; empty when both are alike. */
  readonly differences: readonly string[];
}

/** Asks ociasm and uv for the same. */
export async function compareWithUv(set: RootSet, setup: Setup): Promise<Comparison> {
  const { config, limit, folder, uv: program, python } = setup;
  const own = await ownVerdict(set.roots, set.target, config, { cacheDir: `${folder}/own`, limit }).then(
    (verdict): Comparison["own"] =>
      verdict.kind === "solved" ? { ...verdict, packages: pins(verdict.packages) } : verdict,
    failed,
  );
  const environment = oracleEnvironment(config);
  const asked = { uv: program, python, environment, cacheDir: `${folder}/uv`, limit };
  const uv = await uvVerdict(set.roots, set.target, asked).catch(failed);
  return { set, own, uv, differences: differences(own, uv) };
}

/** What pip's rules say against ociasm's solutions, in the order of the comparisons. */
export async function judgeByPip(
  comparisons: readonly Comparison[],
  { config, python, limit }: Setup,
): Promise<readonly (readonly string[])[]> {
  const setup = { python, environment: oracleEnvironment(config), limit: limit * 10, places: pLimit(4) };
  const problems = new Map<Comparison, readonly string[]>();
  const targets = [...new Set(comparisons.map(({ set }) => set.target))];
  await Promise.all(
    targets.map(async (target) => {
      const solved = comparisons.filter(({ set, own }) => set.target === target && own.kind === "solved");
      if (solved.length === 0) return;
      const judged = solved.map(({ set, own }) => ({
        roots: set.roots,
        pins: own.kind === "solved" ? own.packages : [],
      }));
      const found = await pipProblems(judged, target, setup);
      for (const [index, one] of solved.entries()) problems.set(one, found[index] ?? ["not judged"]);
    }),
  );
  return comparisons.map((one) => problems.get(one) ?? []);
}

function pins(
  packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly file: { readonly filename: string };
  }[],
): Judged["pins"] {
  return packages.map(({ name, version, file: { filename } }) => ({ name, version, filename }));
}

function failed(error: unknown): { readonly kind: "error"; readonly reason: string } {
  return { kind: "error", reason: error instanceof Error ? error.message : String(error) };
}

function differences(own: Comparison["own"], uv: Comparison["uv"]): readonly string[] {
  if (own.kind !== uv.kind || own.kind === "error") return [`- uv: ${uv.kind}`, `+ own: ${own.kind}`];
  if (own.kind !== "solved" || uv.kind !== "solved") return [];
  const ours = new Set(own.packages.map(({ name, version }) => `${name}==${version}`));
  const theirs = new Set(uv.packages);
  return [
    ...[...theirs].filter((pin) => !ours.has(pin)).map((pin) => `- ${pin}`),
    ...[...ours].filter((pin) => !theirs.has(pin)).map((pin) => `+ ${pin}`),
  ];
}
