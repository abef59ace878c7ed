import { type Canvas, type Ink, paint } from "./canvas.ts";

export interface Segment {
  readonly value: number;
  readonly ink: Ink;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** `value` of `most` as a bar up to `width` characters long, exact to an eighth; "" where nothing is drawn. */
export function gauge(value: number, most: number, width: number, canvas: Canvas): string {
  if (canvas.columns === undefined || most <= 0 || width <= 0) return "";
  const eighths = Math.round((Math.min(Math.max(value, 0), most) / most) * width * 8);
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}

/**
 * One line that is divided as the values are; a neighbour of the same ink is told apart by its shade. "" where nothing
 * is drawn, and where there is nothing to divide.
 */
export function stackedBar(segments: readonly Segment[], width: number, canvas: Canvas): string {
  const total = segments.reduce((sum, { value }) => sum + value, 0);
  // A terminal can be as narrow as nothing: one that nobody looks at says so.
  if (canvas.columns === undefined || total <= 0 || width <= 0) return "";
  let before = 0;
  let drawn = 0;
  let shade = 0;
  const parts = segments.map(({ value, ink }) => {
    before += value;
    const end = Math.round((before / total) * width);
    const length = end - drawn;
    drawn = end;
    if (length === 0) return "";
    shade++;
    return paint((shade % 2 === 1 ? "█" : "▓").repeat(length), ink, canvas);
  });
  return parts.join("");
}
