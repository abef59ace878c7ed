import { setFlagsFromString } from "node:v8";

/** Bytecode that a function runs through between two looks at whether it is worth optimising; V8's own is 67,584. */
const INTERRUPT_BUDGET = 600_000;
/** What the heap may grow by, in hundredths of what was alive, before V8 looks through it again; its own limit is 300. */
const HEAP_GROWTH = 40;

/** Sets V8 up for this thread and those that start later. */
export function setEngineFlags(): void {
  optimiseLate();
  // Pages and answers of an index turn to garbage by the hundred megabytes, which nobody's machine has to spare.
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
}

/**
 * Lets Node 20 optimise what runs for long only, as later lines do by themselves: a build ends after seconds, and each
 * thread would optimise hundreds of functions for it.
 */
function optimiseLate(): void {
  // Other versions know no such flag, and say so on stderr.
  if (process.versions.v8.startsWith("11.3.")) setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
}
