// Reads a block's codes (RFC 1951, 3.2.3), for inflate.as.ts.
import { GOES_ON, IS_CUT, IS_DAMAGED, IS_FULL, NEEDS_INPUT } from "./inflate-answers.as";
import { bits, count, giveBack, input, inputEnd, isBeyond, setInput } from "./inflate-input.as";
import { copyMatch } from "./inflate-match.as";
import { earliest, output, setOutput } from "./inflate-output.as";
import {
  DISTANCE,
  DISTANCE_MASK,
  END,
  LITERAL,
  LITLEN,
  LITLEN_MASK,
  maskOf,
  PART,
  SPECIAL,
  valueOf,
} from "./inflate-tables.as";

/**
 * The hot loop; `GOES_ON` when the block ended. Each literal waits for the one before it: look up, shift, mask, look up.
 * So the bits in `held` begin at bit 2, as tables are looked up, and the next entry is looked up before bits are added
 * and before a match is copied. Only the lowest six bits of `size` mean anything. 54 bits are true after each refill. Two
 * literals and a length take 42 of them, and a distance is looked up by 8; three literals, or a distance, leave 11 for
 * the next entry.
 */
export function readCoded(outputLimit: usize, isAll: bool): i32 {
  // One pass reads 29 bytes at most. Beyond the end there are zeros: who reads more than eight of them has gone astray.
  const inputLimit: usize = isAll ? inputEnd + 8 : inputEnd - 32;
  if (input > inputLimit) return isAll ? IS_CUT : NEEDS_INPUT;
  giveBack();
  let from = input;
  let to = output;
  let held = bits << 2;
  let size = count + 2;
  held |= load<u64>(from) << (size as u64);
  from += 7 - ((size >> 3) & 7);
  size |= 56;
  let entry = load<u32>(LITLEN + ((held as u32) & LITLEN_MASK));
  let answer = GOES_ON;
  for (;;) {
    if (to >= outputLimit) {
      answer = IS_FULL;
      break;
    }
    if (from > inputLimit) {
      answer = isAll ? IS_CUT : NEEDS_INPUT;
      break;
    }
    let before = held;
    held >>= entry as u64;
    size -= entry;
    if (entry & LITERAL) {
      let literal = entry >> 16;
      entry = load<u32>(LITLEN + ((held as u32) & LITLEN_MASK));
      before = held;
      held >>= entry as u64;
      size -= entry;
      store<u8>(to, literal);
      to++;
      if (entry & LITERAL) {
        literal = entry >> 16;
        entry = load<u32>(LITLEN + ((held as u32) & LITLEN_MASK));
        before = held;
        held >>= entry as u64;
        size -= entry;
        store<u8>(to, literal);
        to++;
      }
    }
    if ((entry & PART) == PART) {
      entry = load<u32>(LITLEN + (entry >> 16) + ((held as u32) & maskOf(entry)));
      before = held;
      held >>= entry as u64;
      size -= entry;
    }
    if (entry & LITERAL) {
      store<u8>(to, entry >> 16);
      to++;
      entry = load<u32>(LITLEN + ((held as u32) & LITLEN_MASK));
      held |= load<u64>(from) << (size as u64);
      from += 7 - ((size >> 3) & 7);
      size |= 56;
      continue;
    }
    if (entry & SPECIAL) {
      if ((entry & END) != END) answer = IS_DAMAGED;
      break;
    }
    const length = valueOf(entry, before);
    entry = load<u32>(DISTANCE + ((held as u32) & DISTANCE_MASK));
    held |= load<u64>(from) << (size as u64);
    from += 7 - ((size >> 3) & 7);
    size |= 56;
    before = held;
    held >>= entry as u64;
    size -= entry;
    if (entry & SPECIAL) {
      if ((entry & PART) == PART) {
        entry = load<u32>(DISTANCE + (entry >> 16) + ((held as u32) & maskOf(entry)));
        before = held;
        held >>= entry as u64;
        size -= entry;
      }
      if (entry & SPECIAL) {
        answer = IS_DAMAGED;
        break;
      }
    }
    const distance = valueOf(entry, before);
    if (distance > to - earliest) {
      answer = IS_DAMAGED;
      break;
    }
    entry = load<u32>(LITLEN + ((held as u32) & LITLEN_MASK));
    held |= load<u64>(from) << (size as u64);
    from += 7 - ((size >> 3) & 7);
    size |= 56;
    copyMatch(to, distance, to + length);
    to += length;
  }
  setOutput(to);
  setInput(from, held >> 2, size - 2);
  return isBeyond() ? IS_CUT : answer;
}
