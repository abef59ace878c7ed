import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../test/support/cli.ts";
import { machine } from "../_measure.ts";
import { type Baseline, regressions, updated } from "./baseline.ts";
import type { CaseResult } from "./result.ts";
import { resultText, rounded } from "./table.ts";

const RESULTS = join(ROOT, "bench/results");
const BASELINE = join(ROOT, "bench/baseline.json");

/** The folder of results, by machine: "here" is not committed. */
function folder(): string {
  return join(RESULTS, process.env["OCIASM_BENCH_MACHINE"] ?? "here");
}

/**
 * Prints a case's tables, keeps its result, and says which ratios are a fifth worse than the baseline's. Writes them to
 * the baseline instead where OCIASM_BENCH_UPDATE is set.
 */
export function finish(found: Omit<CaseResult, "machine">): void {
  const result: CaseResult = { ...found, machine: machine() };
  console.log(`## ${result.case}\n\n${resultText(result)}\n`);
  mkdirSync(folder(), { recursive: true });
  writeFileSync(join(folder(), `${result.case}.json`), json(result));
  if ((process.env["OCIASM_BENCH_UPDATE"] ?? "") !== "") {
    writeFileSync(BASELINE, json(updated(baseline(), result)));
    return;
  }
  for (const { name, before, now } of regressions(baseline(), result)) {
    const worse = Math.round((now / before - 1) * 100);
    console.error(`regression: ${name} is ${rounded(now)} ×, ${worse} % above the baseline's ${rounded(before)} ×`);
  }
}

/** All results of the machine, in the order of their names. */
export function allResults(): readonly CaseResult[] {
  if (!existsSync(folder())) return [];
  const names = readdirSync(folder()).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => JSON.parse(readFileSync(join(folder(), name), "utf8")) as CaseResult);
}

function baseline(): Baseline {
  return existsSync(BASELINE) ? (JSON.parse(readFileSync(BASELINE, "utf8")) as Baseline) : {};
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
