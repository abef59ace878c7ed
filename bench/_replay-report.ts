/** A rule's figures: bytes that each history moved, as a multiple of one layer a wheel. */
export interface RuleResult {
  readonly rule: string;
  /** Undefined where the lock does not tell what the rule wants to know. */
  readonly ratios: readonly (number | undefined)[];
}

/** A table for docs/layers.md. */
export function markdownTable(histories: readonly string[], results: readonly RuleResult[]): string {
  const rows = results.map(({ rule, ratios }) => [rule, ...ratios.map(figure), figure(mean(ratios))]);
  const head = ["rule", ...histories, "mean"];
  return [head, head.map((_, at) => (at === 0 ? "---" : "---:")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

export function mean(ratios: readonly (number | undefined)[]): number {
  const known = ratios.filter((ratio) => ratio !== undefined);
  return known.reduce((sum, ratio) => sum + ratio, 0) / known.length;
}

function figure(ratio: number | undefined): string {
  if (ratio === undefined) return "";
  return ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0);
}

const [WIDTH, ROW, LEFT, RIGHT] = [720, 34, 150, 60];

/** One row a rule, one dot a history, a bar for their mean; the axis is logarithmic, from 1 to 100 times. */
export function picture(results: readonly RuleResult[]): string {
  const height = ROW * results.length + 46;
  const x = (ratio: number): string =>
    (LEFT + (Math.log10(Math.min(Math.max(ratio, 1), 100)) / 2) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const ticks = [1, 2, 5, 10, 20, 50, 100].map(
    (tick) =>
      `<path d="M${x(tick)} 20V${height - 26}" stroke="#8888"/><text x="${x(tick)}" y="${height - 8}" text-anchor="middle">${tick}×</text>`,
  );
  const rows = results.map(({ rule, ratios }, at) => {
    const y = 20 + ROW * at + ROW / 2;
    const dots = ratios.flatMap((ratio) =>
      ratio === undefined ? [] : [`<circle cx="${x(ratio)}" cy="${y}" r="4" fill="#c026a8" fill-opacity=".55"/>`],
    );
    const bar = `<path d="M${x(mean(ratios))} ${y - 11}v22" stroke="#2563eb" stroke-width="3"/>`;
    return `<text x="${LEFT - 12}" y="${y + 4}" text-anchor="end">${rule}</text>${dots.join("")}${bar}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="sans-serif" font-size="13" fill="#777">`,
    "<title>Bytes sent again by updates, as a multiple of one layer a wheel: a dot a history, a bar for their mean</title>",
    ...ticks,
    ...rows,
    "</svg>",
    "",
  ].join("\n");
}
