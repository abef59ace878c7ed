import { setFlagsFromString } from "node:v8";

/** Bytecode that a function runs through between two looks at whether it is worth optimising; V8's own is 67,584. */
const INTERRUPT_BUDGET = 600_000;

/**
 * Lets Node 20 optimise what runs for long only, as later lines do by themselves: a build ends after seconds, and each
 * thread would optimise hundreds of functions for it. Threads that start later follow.
 */
export function optimiseLate(): void {
  // Other versions know no such flag, and say so on stderr.
  if (process.versions.v8.startsWith("11.3.")) setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
}
