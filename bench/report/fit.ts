/** A measured size and what it cost. */
export interface Point {
  readonly size: number;
  readonly cost: number;
}

/** cost ≈ fixed + slope · size^exponent */
export interface Growth {
  readonly fixed: number;
  readonly slope: number;
  readonly exponent: number;
  /** More than a little above linear. */
  readonly isSteep: boolean;
}

/** Above it a curve is no longer called linear. */
export const STEEP = 1.2;
/** A cost that grows by less than this over all sizes says nothing about how it grows. */
const FLAT = 1.25;

const [FROM, TO, STEP] = [0.05, 3, 0.01];

/**
 * Fits what a job of a size costs, what it costs at least included: a plain slope of logarithms would hide a quadratic
 * part behind the start of the program. Errors count in proportion to the cost. Needs three points of different size.
 */
export function growth(points: readonly Point[]): Growth {
  if (new Set(points.map(({ size }) => size)).size < 3) throw new Error("a curve needs three sizes");
  const costs = points.map(({ cost }) => cost);
  const least = Math.min(...costs);
  if (Math.max(...costs) <= least * FLAT) return { fixed: least, slope: 0, exponent: 0, isSteep: false };
  let best: (Growth & { readonly error: number }) | undefined;
  for (let step = 0; FROM + step * STEP <= TO; step++) {
    const fit = linear(points, FROM + step * STEP);
    if (best === undefined || fit.error < best.error) best = fit;
  }
  const { fixed, slope, exponent } = best ?? { fixed: least, slope: 0, exponent: 0 };
  return { fixed, slope, exponent, isSteep: exponent > STEEP };
}

/** Least squares of cost over size^exponent, weighted by 1/cost², with nothing below zero. */
function linear(points: readonly Point[], exponent: number): Growth & { readonly error: number } {
  const largest = Math.max(...points.map(({ size }) => size));
  const rows = points.map(({ size, cost }) => ({ x: (size / largest) ** exponent, y: cost, weight: 1 / cost ** 2 }));
  const sum = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((total, row) => total + row.weight * of(row), 0);
  const [w, wx, wy] = [sum(() => 1), sum(({ x }) => x), sum(({ y }) => y)];
  const [wxx, wxy] = [sum(({ x }) => x * x), sum(({ x, y }) => x * y)];
  const free = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  const isBelow = (wy - free * wx) / w < 0;
  const scaled = isBelow ? wxy / wxx : free;
  const fixed = isBelow ? 0 : (wy - free * wx) / w;
  const error = sum(({ x, y }) => (fixed + scaled * x - y) ** 2);
  return { fixed, slope: scaled / largest ** exponent, exponent, isSteep: exponent > STEEP, error };
}
