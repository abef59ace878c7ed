// What inflating a while ends in, for inflate.as.ts and its parts.

export const NEEDS_INPUT: i32 = 0;
export const IS_FULL: i32 = 1;
export const IS_DONE: i32 = 2;
export const IS_DAMAGED: i32 = 3;
export const IS_CUT: i32 = 4;
/** A block or its header ended, and what follows can be read at once. */
export const GOES_ON: i32 = -1;
