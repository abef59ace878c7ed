// RFC 1951 encoding, in AssemblyScript: https://www.assemblyscript.org. `compile.mjs` makes deflate-code.ts of it.
import { align, output, setOutput } from "./deflate-bits.as";
import { writeCoded, writeStored } from "./deflate-block.as";
import { findTokens, inputEnd, position, setInput, tokensEnd } from "./deflate-match.as";
import { OUTPUT, PADDING, WINDOW } from "./deflate-memory.as";
import { planBlock } from "./deflate-plan.as";

export { setEffort } from "./deflate-match.as";
export { OUTPUT, PADDING } from "./deflate-memory.as";

/** Begins a stream; returns where its input is to be put, with `PADDING` bytes behind it that may be anything. */
export function begin(size: usize): usize {
  // What is written goes over what was read, and stays a window behind it, although a block may grow: by six bytes, and
  // by six for each 65,535 of its own. All but the last have 32,767 or more.
  const input = OUTPUT + WINDOW + PADDING + (size >> 11);
  setInput(input, input + size);
  setOutput(OUTPUT, 0, 0);
  return input;
}

/** Writes one block, with codes of its own, or as it is when that is not longer; false after the last one. */
export function encodeBlock(): bool {
  const from = position;
  findTokens();
  const isLast = position == inputEnd;
  const size: usize = (planBlock() + 7) >> 3;
  if (size >= position - from + 4) writeStored(from, position, isLast);
  else writeCoded(tokensEnd, isLast);
  if (isLast) align();
  return !isLast;
}

/** Where the output ends. */
export function end(): usize {
  return output;
}
