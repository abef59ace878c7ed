import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Comparison, compareWithUv, judgeByPip, type RootSet, type Setup } from "../test/agree/agree.ts";
import { HARD_SETS } from "../test/agree/hard-sets.ts";
import { popularNames } from "../test/agree/names.ts";
import { agreeIndex, openCatalog } from "../test/agree/own.ts";
import { randomRoots } from "../test/agree/root-sets.ts";
import { Random } from "../test/support/random.ts";
import { testTarget } from "../test/support/target.ts";
import { oraclePython } from "../test/support/tools.ts";
import { oracleUv } from "../test/support/uv-export.ts";
import { machine } from "./_measure.ts";

/** Seconds for one solver and one set. */
const LIMIT = 120;
/** One of so many sets is solved again, with warm caches. */
const AGAIN = 5;
const AMD64 = testTarget();
const ARM64 = testTarget({ python: "3.12.1", platform: "arm64" });

/**
 * npm run bench -- agree [SETS] [SEED] [NAMES]: random sets of requirements, out of a list of names of one's own if a
 * file is given; npm run bench -- agree hard [NAME…]: known hard ones. Asks ociasm and uv, cold and warm, and has pip's rules judge what ociasm says. Exit 1 where pip objects.
 */
export async function bench([count = "60", ...rest]: readonly string[]): Promise<void> {
  const python = oraclePython();
  const uv = python === undefined ? undefined : oracleUv(python);
  if (python === undefined || uv === undefined) throw new Error("needs OCIASM_TEST_PYTHON with pip, packaging and uv");
  const folder = await mkdtemp(join(tmpdir(), "ociasm-agree-"));
  const setup = { config: await agreeIndex(), uv, python, folder, limit: LIMIT };
  try {
    const sets = count === "hard" ? hardSets(rest) : await randomSets(Number(count), rest, setup);
    const cold: Comparison[] = [];
    const warm: Comparison[] = [];
    for (const [index, set] of sets.entries()) {
      const comparison = await compareWithUv(set, setup);
      cold.push(comparison);
      if (index % AGAIN === 0) warm.push(await compareWithUv(set, setup));
      console.error(lines(comparison).join("\n"));
    }
    report(cold, warm, await judgeByPip(cold, setup));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function hardSets(names: readonly string[]): readonly RootSet[] {
  const wanted = Object.entries(HARD_SETS).filter(([name]) => names.length === 0 || names.includes(name));
  return wanted.map(([label, roots]) => ({ label, roots, target: AMD64 }));
}

/** Every fourth for arm64. What they are made of is read through a cache of its own, so that the solvers start cold. */
async function randomSets(
  count: number,
  [seed = "1", list]: readonly string[],
  { config, folder }: Setup,
): Promise<readonly RootSet[]> {
  if (!Number.isInteger(count) || count < 1) throw new Error("usage: agree [SETS] [SEED] [NAMES] | agree hard [NAME…]");
  const random = new Random(Number(seed));
  const names = popularNames(list);
  const { catalog, close } = await openCatalog(config, join(folder, "sets"));
  try {
    const sets: RootSet[] = [];
    for (let number = 1; number <= count; number += 1) {
      const roots = await randomRoots(random, names, catalog);
      sets.push({ label: `${number}`, roots, target: number % 4 === 0 ? ARM64 : AMD64 });
    }
    return sets;
  } finally {
    await close();
  }
}

function lines({ set, own, uv, differences }: Comparison): readonly string[] {
  const about = `${set.label} (${set.target.platform.architecture}): ${set.roots.join(" ")}`;
  const reasons = [own, uv].flatMap((one) => (one.kind === "solved" || differences.length === 0 ? [] : [one.reason]));
  return [`${about}: ${outcome(own)}, uv ${outcome(uv)}`, ...[...differences, ...reasons].map((line) => `  ${line}`)];
}

function outcome(verdict: Comparison["own"] | Comparison["uv"]): string {
  if (verdict.kind === "error") return "error";
  const seconds = `${verdict.seconds.toFixed(1)} s`;
  return verdict.kind === "solved"
    ? `${verdict.packages.length} packages in ${seconds}`
    : `unsatisfiable in ${seconds}`;
}

function report(
  cold: readonly Comparison[],
  warm: readonly Comparison[],
  problems: readonly (readonly string[])[],
): void {
  const found = cold.flatMap(({ set }, index) => (problems[index] ?? []).map((text) => `${set.label}: ${text}`));
  for (const text of found) console.log(`pip objects to ${text}`);
  const seconds = (all: readonly Comparison[], who: "own" | "uv"): number =>
    Math.round(all.reduce((sum, one) => sum + ("seconds" in one[who] ? one[who].seconds : LIMIT), 0) * 10) / 10;
  const first = cold.filter((_, index) => index % AGAIN === 0);
  const result = {
    machine: machine(),
    sets: cold.length,
    alike: cold.filter(({ differences }) => differences.length === 0).length,
    unsatisfiable: cold.filter(({ own }) => own.kind === "unsatisfiable").length,
    packages: cold.reduce((sum, { own }) => sum + (own.kind === "solved" ? own.packages.length : 0), 0),
    objections: found.length,
    coldSeconds: { own: seconds(cold, "own"), uv: seconds(cold, "uv") },
    again: {
      sets: warm.length,
      coldSeconds: { own: seconds(first, "own"), uv: seconds(first, "uv") },
      warmSeconds: { own: seconds(warm, "own"), uv: seconds(warm, "uv") },
    },
    differences: cold.filter(({ differences }) => differences.length > 0).map((one) => lines(one)),
  };
  console.log(JSON.stringify(result, undefined, 2));
  process.exitCode = found.length === 0 ? 0 : 1;
}
