import { type ErrorCode, isOciasmError } from "../../src/errors.ts";

export interface FuzzOutcome {
  readonly accepted: number;
  /** Errors other than the expected one: the first few. */
  readonly unexpected: readonly string[];
}

/**
 * Runs `attempt` on many inputs and sorts what it throws. Call it outside of `test`: inside, the runner follows every
 * promise, and everything takes three times as long.
 */
export async function fuzz(
  rounds: number,
  code: ErrorCode,
  attempt: (round: number) => Promise<void>,
): Promise<FuzzOutcome> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const unexpected: string[] = [];
  let accepted = 0;
  for (let round = 0; round < rounds && unexpected.length < 3; round++) {
    try {
      await attempt(round);
      accepted++;
    } catch (error) {
      if (!isOciasmError(error) || error.code !== code) unexpected.push(`round ${round}: ${error}`);
    }
  }
  Error.stackTraceLimit = limit;
  return { accepted, unexpected };
}
