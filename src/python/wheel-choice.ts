import { compareText } from "./digits.ts";
import { tagRank } from "./tags.ts";
import type { Target } from "./target.ts";
import { compareBuildTags, parseWheelName, type WheelName } from "./wheel-name.ts";

/**
 * The wheel that fits best: by tag, then by the higher build tag, then by name. Undefined when none fits; names that
 * are no wheel's are passed over. All candidates are taken to be of one version.
 */
export function bestWheel<T extends { readonly filename: string }>(
  candidates: readonly T[],
  target: Target,
  ranks: ReadonlyMap<string, number> = tagRank(target),
): T | undefined {
  const fitting: { candidate: T; wheel: WheelName; rank: number }[] = [];
  for (const candidate of candidates) {
    const name = parseWheelName(candidate.filename);
    const rank = name.ok ? wheelRank(name.value, ranks) : undefined;
    if (name.ok && rank !== undefined) fitting.push({ candidate, wheel: name.value, rank });
  }
  fitting.sort(
    (a, b) =>
      a.rank - b.rank ||
      compareBuildTags(b.wheel.build, a.wheel.build) ||
      compareText(a.wheel.filename, b.wheel.filename),
  );
  return fitting[0]?.candidate;
}

/** The place of the wheel's best tag among the target's, 0 being the best; undefined when none fits. */
function wheelRank(wheel: WheelName, ranks: ReadonlyMap<string, number>): number | undefined {
  const found = wheel.tags.map((tag) => ranks.get(tag)).filter((rank) => rank !== undefined);
  return found.length === 0 ? undefined : Math.min(...found);
}
