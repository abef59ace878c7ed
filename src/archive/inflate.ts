import { CODE } from "./wasm/inflate-code.ts";
import { instances } from "./wasm/instances.ts";

/** A raw deflate stream (RFC 1951) of a known length. */
export interface DeflateStream {
  readonly size: number;
  /** Fills `target` with its bytes from `offset`. */
  readonly readInto: (target: Uint8Array, offset: number) => void;
  /** Gets all of its bytes in their order; they are valid until it returns. */
  readonly onRaw?: ((chunk: Uint8Array) => void) | undefined;
  /** Told the CRC-32 of all plain bytes at the end. */
  readonly onCrc?: ((crc: number) => void) | undefined;
  /** Makes the error for a stream that is damaged, cut off, or followed by other bytes. */
  readonly refuse: (problem: string) => Error;
}

/** Inflates half a megabyte at a time; each chunk is valid until the next is asked for. */
export function* inflateRaw(stream: DeflateStream): Generator<Uint8Array, void, undefined> {
  const { size, readInto, onRaw, onCrc, refuse } = stream;
  const machine = idle.pop() ?? createMachine();
  let crc = 0;
  try {
    machine.reset();
    for (let done = 0; ; ) {
      const raw = machine.room(size - done);
      readInto(raw, done);
      onRaw?.(raw);
      done += raw.length;
      let added = raw.length;
      let answer: number;
      do {
        answer = machine.run(added, done === size);
        added = 0;
        const plain = machine.plain();
        if (plain.length === 0) continue;
        if (onCrc !== undefined) crc = machine.crc(crc);
        yield plain;
      } while (answer === Answer.isFull);
      if (answer === Answer.needsInput) continue;
      if (answer === Answer.isDamaged) throw refuse("has a damaged deflate stream");
      if (answer === Answer.isCut) throw refuse("has a deflate stream that is cut off");
      const behind = size - done + machine.unused();
      if (behind !== 0) throw refuse(`has ${behind} bytes behind its deflate stream`);
      onCrc?.(crc);
      return;
    }
  } finally {
    idle.push(machine);
  }
}

/** As in wasm/inflate-answers.as.ts. */
const Answer = { needsInput: 0, isFull: 1, isDamaged: 3, isCut: 4 } as const;

/** A decoder with a megabyte and a quarter of memory. */
interface Machine {
  readonly reset: () => void;
  /** Where compressed bytes go next: at most `size`. */
  readonly room: (size: number) => Uint8Array;
  /** Takes as many bytes as were put there; `isAll` when no more come. */
  readonly run: (added: number, isAll: boolean) => number;
  /** What the last run has made. */
  readonly plain: () => Uint8Array;
  /** CRC-32 of the same, behind bytes whose CRC is `before`. */
  readonly crc: (before: number) => number;
  /** How many bytes it was given and did not need. */
  readonly unused: () => number;
}

/** Between files; one for each that is read at the same time. */
const idle: Machine[] = [];

const instantiate = instances<Exports>(CODE);

function createMachine(): Machine {
  const { memory, INPUT, INPUT_SIZE, reset, makeRoom, run, crc, begin, end, unused } = instantiate();
  const bytes = new Uint8Array(memory.buffer);
  const inputEnd = INPUT.value + INPUT_SIZE.value;
  return {
    reset,
    unused,
    room: (size) => {
      const start = makeRoom();
      return bytes.subarray(start, Math.min(inputEnd, start + size));
    },
    run: (added, isAll) => run(added, isAll ? 1 : 0),
    plain: () => bytes.subarray(begin(), end()),
    crc: (before) => crc(before) >>> 0,
  };
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly INPUT: { readonly value: number };
  readonly INPUT_SIZE: { readonly value: number };
  readonly reset: () => void;
  readonly makeRoom: () => number;
  readonly run: (added: number, isAll: number) => number;
  readonly crc: (before: number) => number;
  readonly begin: () => number;
  readonly end: () => number;
  readonly unused: () => number;
}
