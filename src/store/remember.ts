import type { KeyIndex } from "./blob-store.ts";
import { sha256Hex } from "./sha256.ts";

/** What `make` once gave for the key, else what it gives now. The key holds all that the value depends on. */
export async function remember<T>(
  index: KeyIndex,
  bucket: string,
  key: string,
  make: () => T | Promise<T>,
): Promise<T> {
  const known = await index.get<T>(bucket, key);
  if (known !== undefined) return known;
  const made = await make();
  await index.set(bucket, key, made);
  return made;
}

/**
 * The same for what is read from texts that are shipped with the program: looking it up takes less than a parser does.
 * `format` goes up when the same texts may be read as something else.
 */
export function rememberTexts<T>(
  index: KeyIndex,
  bucket: string,
  format: number,
  texts: readonly string[],
  make: () => T | Promise<T>,
): Promise<T> {
  return remember(index, bucket, sha256Hex([format, ...texts].join("\0")), make);
}
