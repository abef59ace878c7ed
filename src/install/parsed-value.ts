import type { Parsed } from "../python/parsed.ts";
import { wheelInvalid } from "./wheel-contents.ts";

/** The value, or WHEEL_INVALID that names the wheel and the member. */
export function parsedValue<T>(result: Parsed<T>, filename: string, member: string): T {
  if (result.ok) return result.value;
  throw wheelInvalid(filename, `${member}: ${result.message}`);
}
