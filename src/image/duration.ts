import { OciasmError } from "../errors.ts";

const NANOSECONDS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 };
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/gy;

/** "1m30s" as Go reads it, or a number of seconds, in nanoseconds. Throws CONFIG_INVALID, naming `key`. */
export function nanoseconds(duration: string | number, key: string): number {
  const total = typeof duration === "number" ? duration * 1e9 : parse(duration);
  if (Number.isFinite(total) && total >= 0 && total <= Number.MAX_SAFE_INTEGER) return Math.round(total);
  throw new OciasmError("CONFIG_INVALID", `${key}: not a duration: ${JSON.stringify(duration)}`, {
    hint: "write it as 30s, 1m30s or 500ms",
  });
}

function parse(text: string): number {
  const parts = [...text.matchAll(PART)];
  const length = parts.reduce((sum, [all]) => sum + all.length, 0);
  if (parts.length === 0 || length !== text.length) return text === "0" ? 0 : Number.NaN;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (NANOSECONDS[unit ?? ""] ?? Number.NaN), 0);
}
