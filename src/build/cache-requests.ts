import { parseImageSpec } from "../base/image-spec.ts";
import type { Destination } from "../destination/destination.ts";
import { formatReference, parseTagged } from "../oci/reference.ts";
import type { BuildConfig } from "./config.ts";

/** A place where an earlier build may have left an image. */
export interface CacheRequest {
  /** A reference, `oci:DIR[:TAG]` or `archive:FILE[:TAG]`. */
  readonly text: string;
  /** Nothing was promised to be there: it is where this build is going to. */
  readonly isDestination: boolean;
}

/**
 * Where layers of earlier builds are looked for: first the names that this build will push to, then what `--cache-from`
 * names. Nothing at all with `--no-registry-cache`.
 */
export function cacheRequests(
  { tags = [], cacheFrom = [], registryCache = true }: BuildConfig,
  destinations: readonly Destination[],
  offline: boolean,
): readonly CacheRequest[] {
  if (!registryCache) return [];
  const pushed = destinations.flatMap((destination) => destination.replaces?.(tags) ?? []);
  const named = cacheFrom.map((text) => (isLocal(text) ? text : cacheName(text)));
  return [...new Set([...pushed, ...named])]
    .filter((text) => !offline || isLocal(text))
    .map((text) => ({ text, isDestination: !named.includes(text) }));
}

/** Throws USAGE for what no image can be called. */
export function checkCacheNames(cacheFrom: readonly string[] = []): void {
  for (const text of cacheFrom) {
    if (isLocal(text)) parseImageSpec(text, text.slice(0, text.indexOf(":")));
    else cacheName(text);
  }
}

/** Not in a registry. */
export function isLocal(text: string): boolean {
  return /^(?:oci|archive):/.test(text);
}

function cacheName(text: string): string {
  return formatReference(parseTagged(text.replace(/^docker:\/\//, "")));
}
