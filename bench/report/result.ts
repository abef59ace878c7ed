import { median } from "../_measure.ts";

/** Of the rounds of one run. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly rounds: number;
}

/** One line of a table: a program, or one of its variants, at one job. */
export interface Row {
  readonly subject: string;
  /** By column. */
  readonly values: Readonly<Record<string, Spread>>;
  /** Why it could not be measured. */
  readonly missing?: string;
}

/** What a run is judged by. Less is better. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** A ratio of two medians of the run is "×"; it can be compared between machines. */
  readonly unit: "×" | "s" | "MB" | "";
  /** What is wanted. */
  readonly most?: number;
}

/** What one case found, as `bench/results/` keeps it. */
export interface CaseResult {
  readonly case: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly tables: readonly Table[];
  readonly figures: readonly Figure[];
}

export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values), rounds: values.length };
}

/** The spread of each column over the rounds; a column that a round lacks counts the others. */
export function spreads(rounds: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, Spread>> {
  const columns = new Set(rounds.flatMap((round) => Object.keys(round)));
  return Object.fromEntries(
    [...columns].map((column) => [column, spread(rounds.flatMap((round) => round[column] ?? []))]),
  );
}

/** Median of a row's column; undefined where it could not be measured. */
export function medianOf(rows: readonly Row[], subject: string, column: string): number | undefined {
  return rows.find((row) => row.subject === subject)?.values[column]?.median;
}

/** The quotient as a figure; none where either was not measured. */
export function ratio(
  name: string,
  value: number | undefined,
  other: number | undefined,
  most?: number,
): readonly Figure[] {
  if (value === undefined || other === undefined || other === 0) return [];
  return [{ name, value: value / other, unit: "×", ...(most === undefined ? {} : { most }) }];
}

/** A measured value as a figure; none where it was not measured. */
export function absolute(name: string, value: number | undefined, unit: "s" | "MB", most?: number): readonly Figure[] {
  return value === undefined ? [] : [{ name, value, unit, ...(most === undefined ? {} : { most }) }];
}

/** Megabytes that any case may take. */
export const MAX_RSS_MB = 256;

/** The peak of resident memory of a row as a figure; none where it was not measured. */
export function peakRss(name: string, rows: readonly Row[], subject: string): readonly Figure[] {
  return absolute(name, medianOf(rows, subject, "peak RSS MB"), "MB", MAX_RSS_MB);
}
