import { type Canvas, fitted, type Ink, paint } from "./canvas.ts";

export interface Column {
  /** Without one in any column, there is no line of titles. */
  readonly title?: string;
  /** Numbers stand to the right, so that their digits line up. */
  readonly align?: "left" | "right";
  readonly ink?: Ink;
  /** Gives way when the terminal is too narrow; at most one column does. */
  readonly gives?: boolean;
}

export type Cell = string | { readonly text: string; readonly ink: Ink };

const GAP = "  ";
const INDENT = "  ";
// Narrower says nothing: then the line wraps.
const LEAST = 12;

/** Rows below each other, columns aligned, names made safe to print; without spaces at the ends of lines. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], canvas: Canvas): string {
  const titles = columns.map(({ title = "" }) => title);
  const head = titles.some((title) => title !== "") ? [titles] : [];
  const texts = [...head, ...rows.map((row) => row.map(textOf))];
  const widths = columnWidths(columns, texts, canvas);
  const lines = rows.map((row) =>
    line(columns, widths, (column, at) => {
      const cell = row[at] ?? "";
      return { text: textOf(cell), ink: typeof cell === "string" ? column.ink : cell.ink };
    }),
  );
  const first = head.map(() => line(columns, widths, ({ title = "" }) => ({ text: title, ink: "faint" })));
  return [...first, ...lines].map((cells) => INDENT + draw(cells, canvas)).join("\n");
}

interface Placed {
  readonly text: string;
  readonly before: number;
  readonly after: number;
  readonly ink: Ink | undefined;
}

function line(
  columns: readonly Column[],
  widths: readonly number[],
  cellOf: (column: Column, at: number) => { readonly text: string; readonly ink: Ink | undefined },
): readonly Placed[] {
  return columns.map((column, at) => {
    const { text, ink } = cellOf(column, at);
    const width = widths[at] ?? 0;
    const shown = fitted(text, width);
    const space = width - [...shown].length;
    return column.align === "right"
      ? { text: shown, before: space, after: 0, ink }
      : { text: shown, before: 0, after: space, ink };
  });
}

/** Spaces lie outside of the ink, so that the end of a line can be trimmed. */
function draw(cells: readonly Placed[], canvas: Canvas): string {
  const last = cells.findLastIndex(({ text }) => text !== "");
  return cells
    .slice(0, last + 1)
    .map(({ text, before, after, ink }, at) => {
      const end = at === last ? "" : " ".repeat(after);
      return `${" ".repeat(before)}${paint(text, ink, canvas)}${end}`;
    })
    .join(GAP);
}

function columnWidths(
  columns: readonly Column[],
  texts: readonly (readonly string[])[],
  { columns: screen }: Canvas,
): readonly number[] {
  const widths = columns.map((_, at) =>
    texts.reduce((most, row) => Math.max(most, [...fitted(row[at] ?? "", Number.POSITIVE_INFINITY)].length), 0),
  );
  const giving = columns.findIndex(({ gives }) => gives === true);
  if (screen === undefined || giving < 0) return widths;
  const others = widths.reduce((sum, width, at) => sum + (at === giving ? 0 : width), 0);
  const room = screen - others - INDENT.length - GAP.length * (columns.length - 1);
  return widths.with(giving, Math.min(widths[giving] ?? 0, Math.max(room, LEAST)));
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}
