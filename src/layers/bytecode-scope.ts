/**
 * Which modules have their bytecode in the image: all; all that an entry point may come to import, which is all but
 * tests; those of the standard library.
 */
export type BytecodeScope = "all" | "entry" | "stdlib";

/** Whether a module lies in a folder of tests: some packages are half tests, and no program imports them. */
export function isTest(path: string): boolean {
  return /(?:^|\/)tests?\//.test(path);
}
