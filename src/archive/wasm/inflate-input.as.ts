// Reads compressed bytes as bits, the lowest first (RFC 1951, 3.1.1).
//
// Bits wait in `bits`, and `count` of them are true; those above are bits to come, and are read again.

/** Where compressed bytes are put; behind `INPUT_SIZE` of them there is room for what may be read beyond their end. */
export const INPUT: usize = 0x20000;
export const INPUT_SIZE: i32 = 0x40000;
const PADDING: usize = 1024;

export let bits: u64 = 0;
export let count: u32 = 0;
export let input: usize = INPUT;
export let inputEnd: usize = INPUT;

/** Begins a stream. */
export function resetInput(): void {
  setInput(INPUT, 0, 0);
  inputEnd = INPUT;
}

/** Goes on at another place, with other bits; of `size` the lowest six bits count. */
export function setInput(at: usize, waiting: u64, size: u32): void {
  input = at;
  bits = waiting;
  count = size & 63;
}

/** Passes over whole bytes, where no bits wait. */
export function pass(size: usize): void {
  input += size;
}

/** Moves what is not read yet to `INPUT`; returns where more is to be put, and tells how much fits by `INPUT_SIZE`. */
export function makeRoom(): usize {
  giveBack();
  const left = inputEnd - input;
  memory.copy(INPUT, input, left);
  input = INPUT;
  inputEnd = INPUT + left;
  return inputEnd;
}

/** Takes bytes that were put where `makeRoom` said. */
export function addInput(added: usize, isAll: bool): void {
  inputEnd += added;
  if (isAll) memory.fill(inputEnd, 0, PADDING);
}

/** Compressed bytes that no code has used. */
export function unused(): i32 {
  giveBack();
  return (inputEnd - input) as i32;
}

/** Makes whole bytes that wait in `bits` bytes of the input again. */
export function giveBack(): void {
  input -= count >> 3;
  count &= 7;
  bits &= ((1 as u64) << count) - 1;
}

/** Makes 56 bits true, or more. */
export function refill(): void {
  bits |= load<u64>(input) << (count as u64);
  input += 7 - ((count >> 3) & 7);
  count |= 56;
}

export function take(size: u32): u32 {
  const value = (bits & (((1 as u64) << size) - 1)) as u32;
  bits >>= size;
  count -= size;
  return value;
}

/** Whether codes were read that lie beyond the end. */
export function isBeyond(): bool {
  return input - (count >> 3) > inputEnd;
}
