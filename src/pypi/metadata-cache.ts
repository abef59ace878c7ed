import type { Metadata } from "../python/metadata.ts";
import type { DistributionFile } from "../resolve/lock.ts";
import type { KeyIndex } from "../store/blob-store.ts";

const BUCKET = "metadata";

interface Kept {
  readonly schema: 1;
  readonly metadata: Metadata;
}

/** Where metadata comes from: "wheel" is a file whose sha256 was checked, "server" what somebody says about it. */
export type Origin = "wheel" | "server";

/**
 * Metadata that was read before. What a server said is believed of that server alone, so that no index can speak for
 * another's wheels; without hash and size the URL may mean other bytes by now, which `offline` puts up with.
 */
export async function recallMetadata(
  store: KeyIndex,
  file: DistributionFile,
  offline: boolean,
): Promise<Metadata | undefined> {
  if (file.sha256 !== undefined) {
    const known = await get(store, wheelKey(file.sha256));
    if (known !== undefined) return known;
  }
  const isNamed = file.sha256 !== undefined || file.size !== undefined;
  return isNamed || offline ? get(store, serverKey(file)) : undefined;
}

export async function rememberMetadata(
  store: KeyIndex,
  file: DistributionFile,
  metadata: Metadata,
  origin: Origin,
): Promise<void> {
  const key = origin === "wheel" && file.sha256 !== undefined ? wheelKey(file.sha256) : serverKey(file);
  await store.set(BUCKET, key, { schema: 1, metadata } satisfies Kept);
}

function wheelKey(sha256: string): string {
  return `sha256 ${sha256}`;
}

function serverKey(file: DistributionFile): string {
  if (file.sha256 !== undefined) return `sha256 ${file.sha256} at ${new URL(file.url).origin}`;
  return `url ${file.url} ${file.size ?? ""}`;
}

async function get(store: KeyIndex, key: string): Promise<Metadata | undefined> {
  const kept = await store.get<Partial<Kept>>(BUCKET, key);
  const metadata = kept?.schema === 1 ? kept.metadata : undefined;
  const isWhole =
    typeof metadata?.name === "string" &&
    typeof metadata.version === "string" &&
    Array.isArray(metadata.requiresDist) &&
    Array.isArray(metadata.providesExtra);
  return isWhole ? metadata : undefined;
}
