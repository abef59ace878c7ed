import type { CaseResult, Figure, Row, Spread, Table } from "./result.ts";

/** Tables of rows and of figures, in Markdown. */
export function resultText(result: CaseResult): string {
  return [...result.tables.map(tableText), ...(result.figures.length === 0 ? [] : [figuresTable(result.figures)])].join(
    "\n\n",
  );
}

function rowsTable(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row.values)))];
  const lines = rows.map((row) => [row.subject, ...cells(row, columns)]);
  return markdown(["", ...columns], lines);
}

/** What is wanted stands beside what was seen. */
export function figuresTable(figures: readonly Figure[]): string {
  const lines = figures.map(({ name, value, unit, most }) => [
    name,
    `${rounded(value)} ${unit}`.trim(),
    most === undefined ? "" : `≤ ${rounded(most)} ${unit}`.trim(),
    most === undefined ? "" : value <= most ? "met" : "**not met**",
  ]);
  return markdown(["figure", "seen", "wanted", ""], lines);
}

/** What it was measured on and with, in one line. */
export function machineText({ machine, versions }: CaseResult): string {
  const { cpu, cores, memoryGiB, kernel, node } = machine;
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${cores} × ${cpu}, ${memoryGiB} GiB, Linux ${kernel}, node ${node}${["", ...programs].join("; ")}.`;
}

function tableText({ title, rows }: Table): string {
  return `**${title}**\n\n${rowsTable(rows)}`;
}

function cells({ values, missing }: Row, columns: readonly string[]): readonly string[] {
  if (missing !== undefined) return [oneLine(missing), ...columns.slice(1).map(() => "")];
  return columns.map((column) => cell(values[column]));
}

function cell(value: Spread | undefined): string {
  if (value === undefined) return "";
  const { median, least, most, rounds } = value;
  const [low, high] = [rounded(least), rounded(most)];
  return rounds < 2 || low === high ? rounded(median) : `${rounded(median)} (${low}–${high})`;
}

/** Three digits, and never fewer than the whole part has. */
export function rounded(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 0.01))));
  return value.toFixed(Math.min(digits, 3)).replace(/\B(?=(\d{3})+(?!\d))(?<!\..*)/g, ",");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("|", "\\|").slice(0, 160);
}

function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = head.map((_, at) => (at === 0 ? "---" : "---:"));
  return [head, rule, ...lines].map((line) => `| ${line.join(" | ")} |`).join("\n");
}
