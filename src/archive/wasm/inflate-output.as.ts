// Where plain bytes lie, for inflate.as.ts and its parts.
import { crcOf } from "./crc.as";

/** 32 KiB that may be referred to, then those that are new, and room for the end of a match. */
export const OUTPUT: usize = 0x80000;
export const OUTPUT_SIZE: i32 = 0x80000;
const WINDOW: usize = 0x8000;

export let output: usize = OUTPUT;
/** The earliest plain byte that there is. */
export let earliest: usize = OUTPUT;
let began: usize = OUTPUT;

/** Begins a stream. */
export function resetOutput(): void {
  output = OUTPUT;
  earliest = OUTPUT;
}

/** What was answered before may be overwritten but for what can be referred to. Returns where to stop. */
export function makeSpace(): usize {
  if (output - OUTPUT > WINDOW) {
    memory.copy(OUTPUT, output - WINDOW, WINDOW);
    output = OUTPUT + WINDOW;
    earliest = OUTPUT;
  }
  began = output;
  return began + (OUTPUT_SIZE as usize);
}

export function setOutput(at: usize): void {
  output = at;
}

/** Where the plain bytes of the last `run` end; they begin at `begin()`. */
export function end(): usize {
  return output;
}

export function begin(): usize {
  return began;
}

/** The CRC-32 of the plain bytes of the last `run`, behind others whose CRC is `before`. */
export function crc(before: u32): u32 {
  return crcOf(began, output - began, before);
}
