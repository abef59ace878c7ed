import type { Frame } from "./cpu-profile.ts";

const WIDTH = 1200;
const ROW = 17;
/** Of a letter. */
const LETTER = 6.6;
/** Pixels: thinner ones are left out. */
const THINNEST = 1.5;

/** Calls as an SVG: callers below what they call, each as wide as the time that it took. */
export function flameGraph(root: Frame, title: string): string {
  const rows = Math.min(40, depth(root, WIDTH / root.micros));
  const height = (rows + 2) * ROW;
  const boxes = draw(root, 0, 0, { scale: WIDTH / root.micros, height, rows });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="4" y="12" fill="#333333">${escaped(title)}</text>`,
    ...boxes,
    "</svg>\n",
  ].join("\n");
}

interface Drawing {
  /** Pixels a microsecond. */
  readonly scale: number;
  readonly height: number;
  readonly rows: number;
}

function draw(at: Frame, x: number, row: number, drawing: Drawing): readonly string[] {
  const width = at.micros * drawing.scale;
  if (width < THINNEST || row >= drawing.rows) return [];
  const y = drawing.height - (row + 1) * ROW;
  const seconds = `${(at.micros / 1e6).toFixed(2)} s`;
  const letters = Math.floor((width - 6) / LETTER);
  const label = `${at.name} ${seconds}`;
  const text = letters < 3 ? "" : `<text x="${pixels(x + 3)}" y="${y + 12}">${escaped(label.slice(0, letters))}</text>`;
  const box = `<rect x="${pixels(x)}" y="${y}" width="${pixels(width - 0.5)}" height="${ROW - 1}" fill="${colour(at.name)}"/>`;
  const drawn = [`<g><title>${escaped(label)}</title>${box}${text}</g>`];
  let next = x;
  for (const call of [...at.calls.values()].sort((a, b) => b.micros - a.micros)) {
    drawn.push(...draw(call, next, row + 1, drawing));
    next += call.micros * drawing.scale;
  }
  return drawn;
}

function depth(at: Frame, scale: number): number {
  const deeper = [...at.calls.values()].filter(({ micros }) => micros * scale >= THINNEST);
  return 1 + Math.max(0, ...deeper.map((call) => depth(call, scale)));
}

/** Between yellow and red, the same for a name in every graph. */
function colour(name: string): string {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997;
  return `hsl(${20 + (sum % 36)} 85% ${62 + (sum % 14)}%)`;
}

function pixels(value: number): string {
  return value.toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
