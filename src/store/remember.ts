import type { KeyIndex } from "./blob-store.ts";

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
