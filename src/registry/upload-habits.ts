/** What the answers of one registry have taught, for the uploads that follow. */
export interface UploadHabits {
  /** Blobs of more bytes go in chunks: one of that size, or of a smaller one, was refused in one piece. */
  largestBody: number;
  /** Bytes of a chunk; halved where they are too many. */
  chunkBytes: number;
  /** False once a chunk was refused for being one. */
  takesChunks: boolean;
}

const MEBIBYTE = 1024 * 1024;
/** A few seconds of a slow line: what a cut costs. GitHub takes 4 MiB and no more, and teaches that by its refusals. */
const CHUNK = 32 * MEBIBYTE;
/** Below this a limit is no limit but a mistake. */
const LEAST_CHUNK = MEBIBYTE / 4;

export function newHabits(): UploadHabits {
  return { largestBody: Number.POSITIVE_INFINITY, chunkBytes: CHUNK, takesChunks: true };
}

/** A body of `bytes` was too large for one request. */
export function learnLimit(habits: UploadHabits, bytes: number): void {
  habits.largestBody = Math.min(habits.largestBody, bytes - 1);
}

/** A chunk of `bytes` was too large: the next power of two below. False when there is no smaller one to try. */
export function shrinkChunks(habits: UploadHabits, bytes: number): boolean {
  let smaller = CHUNK;
  while (smaller >= bytes) smaller /= 2;
  if (smaller < LEAST_CHUNK) return false;
  habits.chunkBytes = Math.min(habits.chunkBytes, smaller);
  return true;
}
