import { OciasmError } from "../errors.ts";

/** Returns the level, or throws CONFIG_INVALID when the codec has no such level. */
export function checkLevel(
  codec: string,
  level: number,
  range: { readonly min: number; readonly max: number },
): number {
  if (Number.isInteger(level) && level >= range.min && level <= range.max) return level;
  const levels = range.min === range.max ? `the only level is ${range.min}` : `levels are ${range.min} to ${range.max}`;
  throw new OciasmError("CONFIG_INVALID", `${codec} compression has no level ${level}`, { hint: levels });
}
