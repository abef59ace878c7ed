import { printable } from "../../archive/printable.ts";

/**
 * What a result may be drawn with. `plan`, `analyze`, `history` and their kin draw with table.ts and bar.ts and with
 * these inks only: in a log, or under NO_COLOR, the same text stands there without them.
 */
export interface Canvas {
  /** Of the terminal that stdout is; undefined for a file, a pipe or a log, where nothing is cut or drawn. */
  readonly columns: number | undefined;
  readonly color: boolean;
}

/** Each ink says one thing; the last four say who a layer's bytes belong to. */
const INKS = {
  /** What the eye should find first. */
  strong: "1",
  /** Digests, units, explanations. */
  faint: "2",
  good: "32",
  /** Bytes that could be saved. */
  spare: "33",
  bad: "31",
  /** The base and the system's packages. */
  system: "34",
  /** The interpreter, and bytecode. */
  python: "36",
  /** Python packages. */
  package: "35",
  /** The project's own files and what ties the rest together. */
  project: "37",
} as const;

export type Ink = keyof typeof INKS;

export function paint(text: string, ink: Ink | undefined, { color }: Canvas): string {
  return color && ink !== undefined && text !== "" ? `\u001b[${INKS[ink]}m${text}\u001b[0m` : text;
}

/** The ink of a layer's kind; kinds of layers that others made are the system's. */
export function kindInk(kind: string): Ink {
  if (kind === "python" || kind === "bytecode") return "python";
  if (kind === "package" || kind === "bucket") return "package";
  return kind === "environment" || kind === "project" ? "project" : "system";
}

/** Cut to `width` columns, and made safe to print. */
export function fitted(text: string, width: number): string {
  const characters = [...printable(text)];
  return characters.length <= width ? characters.join("") : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}
