/** A file of a wheel, by the place it gets in the image. */
export interface PartFile {
  readonly path: string;
  /** Bytes that it takes in a layer, compressed as it lies in the wheel. */
  readonly bytes: number;
}

/**
 * Deals the files of a wheel out to `count` parts of nearly the same size: the biggest first, each to the part that holds
 * least. Depends on nothing but the files; a file is never cut, so the biggest one may make its part larger. What lies in
 * `metadata` stays together in the first part, for tools that read layers one by one.
 */
export function wheelParts(files: readonly PartFile[], metadata: string, count: number): ReadonlyMap<string, number> {
  const held = Array.from({ length: count }, () => 0);
  const parts = new Map<string, number>();
  const put = ({ path, bytes }: PartFile, part: number): void => {
    held[part] = (held[part] ?? 0) + bytes;
    parts.set(path, part);
  };
  const inMetadata = ({ path }: PartFile): boolean => path.startsWith(`${metadata}/`);
  for (const file of files) if (inMetadata(file)) put(file, 0);
  for (const file of files.filter((one) => !inMetadata(one)).sort(biggestFirst)) {
    put(file, held.indexOf(Math.min(...held)));
  }
  return parts;
}

function biggestFirst(a: PartFile, b: PartFile): number {
  return b.bytes - a.bytes || (a.path < b.path ? -1 : 1);
}
