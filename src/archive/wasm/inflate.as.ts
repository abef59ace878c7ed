// RFC 1951, in AssemblyScript: https://www.assemblyscript.org. `compile.mjs` makes inflate-code.ts of it.
import { GOES_ON, IS_CUT, IS_DAMAGED, IS_DONE, IS_FULL, NEEDS_INPUT } from "./inflate-answers.as";
import { readCoded } from "./inflate-codes.as";
import { isLast, readHeader, resetHeader, STORED, storedSize, UNSOUND } from "./inflate-header.as";
import { addInput, input, inputEnd, isBeyond, pass, resetInput } from "./inflate-input.as";
import { makeSpace, output, resetOutput, setOutput } from "./inflate-output.as";

export { INPUT, INPUT_SIZE, makeRoom, unused } from "./inflate-input.as";
export { begin, crc, end } from "./inflate-output.as";

const AT_HEADER: i32 = 0;
const IN_STORED: i32 = 1;
const IN_CODES: i32 = 2;

let place: i32 = AT_HEADER;
let storedLeft: usize = 0;

/** Begins a stream. */
export function reset(): void {
  resetInput();
  resetOutput();
  resetHeader();
  place = AT_HEADER;
}

/**
 * Inflates until it needs input, has `OUTPUT_SIZE` plain bytes or more, or ends; answers by ./inflate-answers.as.ts.
 * `added` bytes were put where `makeRoom` said.
 */
export function run(added: i32, isAll: bool): i32 {
  addInput(added as usize, isAll);
  const outputLimit = makeSpace();
  let answer: i32;
  do {
    if (place == AT_HEADER) answer = beginBlock(isAll);
    else answer = goOn(outputLimit, isAll);
  } while (answer == GOES_ON);
  return answer;
}

function beginBlock(isAll: bool): i32 {
  if (isLast) return IS_DONE;
  // The longest header has less than 400 bytes.
  if (!isAll && inputEnd - input < 512) return NEEDS_INPUT;
  const kind = readHeader();
  if (isBeyond()) return IS_CUT;
  if (kind == UNSOUND) return IS_DAMAGED;
  storedLeft = storedSize;
  place = kind == STORED ? IN_STORED : IN_CODES;
  return GOES_ON;
}

function goOn(outputLimit: usize, isAll: bool): i32 {
  const answer = place == IN_STORED ? copyStored(outputLimit, isAll) : readCoded(outputLimit, isAll);
  if (answer == GOES_ON) place = AT_HEADER;
  return answer;
}

function copyStored(outputLimit: usize, isAll: bool): i32 {
  if (output >= outputLimit) return IS_FULL;
  const size = min(storedLeft, min(inputEnd - input, outputLimit - output));
  memory.copy(output, input, size);
  pass(size);
  setOutput(output + size);
  storedLeft -= size;
  if (storedLeft == 0) return GOES_ON;
  if (output == outputLimit) return IS_FULL;
  return isAll ? IS_CUT : NEEDS_INPUT;
}
