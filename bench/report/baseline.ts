import type { CaseResult } from "./result.ts";

/** Ratios by case and name: those of one run, which say the same on other machines of the kind. */
export type Baseline = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A ratio may be so many times the baseline's. */
export const REGRESSION = 1.2;

export interface Change {
  readonly case: string;
  readonly name: string;
  readonly before: number;
  readonly now: number;
}

/** Ratios that are a fifth worse than the baseline's. A ratio that the baseline lacks is new, and no change. */
export function regressions(baseline: Baseline, result: CaseResult): readonly Change[] {
  return ratios(result).flatMap(([name, now]) => {
    const before = baseline[result.case]?.[name];
    return before !== undefined && now > before * REGRESSION ? [{ case: result.case, name, before, now }] : [];
  });
}

/** The baseline with the ratios of a run in place of those of the same case. */
export function updated(baseline: Baseline, result: CaseResult): Baseline {
  const measured = Object.fromEntries(ratios(result).map(([name, value]) => [name, Number(value.toPrecision(3))]));
  const merged = { ...baseline, [result.case]: { ...baseline[result.case], ...measured } };
  return Object.fromEntries(Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function ratios({ figures }: CaseResult): readonly (readonly [name: string, value: number])[] {
  return figures.filter(({ unit }) => unit === "×").map(({ name, value }) => [name, value] as const);
}
