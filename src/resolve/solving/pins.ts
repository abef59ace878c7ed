import type { Target } from "../../python/target.ts";
import { applyRules, type Rules } from "../asked/rules.ts";
import { metadataPin, type UrlPin } from "../asked/url-pins.ts";
import type { Catalog } from "../catalog.ts";
import { releaseNeeds } from "./release-needs.ts";

/**
 * The user's wheels by URL, and those that these ask for by URL in turn. Extras count as if all were asked for: a pin
 * that nobody reaches does no harm.
 */
export async function followPins(
  pins: ReadonlyMap<string, UrlPin>,
  rules: Rules,
  catalog: Catalog,
  target: Target,
): Promise<ReadonlyMap<string, UrlPin>> {
  const all = new Map(pins);
  const queue = [...pins.values()];
  for (const pin of queue) catalog.prefetch?.({ file: pin.file });
  for (let pin = queue.shift(); pin !== undefined; pin = queue.shift()) {
    const needs = await releaseNeeds(pin.name, pin.version, pin.file, catalog, target.python.version);
    if (needs.kind === "unavailable") continue;
    for (const requirement of needs.requirements) {
      const { name, url } = requirement;
      if (url === undefined || all.has(name) || !applies(requirement, needs.metadata.providesExtra, rules)) continue;
      const next = metadataPin(name, url);
      if (next === undefined) continue;
      all.set(name, next);
      queue.push(next);
    }
  }
  return all;
}

/** Whether a requirement applies under any of these extras, or none. */
export function applies(
  requirement: Parameters<typeof applyRules>[0],
  extras: readonly string[],
  rules: Rules,
): boolean {
  return ["", ...extras].some((extra) => {
    try {
      return applyRules(requirement, extra, rules).length > 0;
    } catch {
      return false;
    }
  });
}
