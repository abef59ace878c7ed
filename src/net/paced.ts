const LEAST = 64 * 1024;
/** Milliseconds within which a piece leaves on a line that can take larger ones, and after which it should have been smaller. */
const QUICK = 250;
const SLOW = 2000;

/**
 * The same bytes, cut to what the line takes at a time: a watchdog sees a slow one move, and a fast one is not held up by
 * many small writes. A piece has left when the next one is asked for. `now` in milliseconds.
 */
export async function* paced(
  chunks: AsyncIterable<Uint8Array>,
  now: () => number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = LEAST;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + size);
      const begin = now();
      yield piece;
      const took = now() - begin;
      if (took < QUICK) size *= 2;
      if (took > SLOW) size = Math.max(LEAST, size / 2);
      at += piece.length;
    }
  }
}
