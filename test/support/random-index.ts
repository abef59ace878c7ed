import type { MemoryRelease } from "./memory-catalog.ts";
import type { Random } from "./random.ts";

const NAMES = ["aa", "bb", "cc", "dd"] as const;
const VERSIONS = ["1.0", "2.0", "2.1", "3.0a1", "3.0"] as const;
const EXTRAS = ["x", "y"] as const;
const RANGES = ["", "", "", "<2", ">=2", "==1.0", "!=2.0", ">=3.0a1", "<3", "==2.*", "~=2.0"] as const;
const MARKERS = ["", "", "", " ; sys_platform == 'linux'", " ; sys_platform == 'win32'"] as const;

export type RandomIndex = Readonly<Record<string, Readonly<Record<string, MemoryRelease>>>>;

/** A requirement on one of four projects, at times with an extra or with a marker that holds on linux or does not. */
export function randomRequirement(random: Random): string {
  const extra = random.below(4) === 0 ? `[${random.pick(EXTRAS)}]` : "";
  return random.pick(NAMES) + extra + random.pick(RANGES) + random.pick(MARKERS);
}

/** A few versions of each project, which need each other; at times one has no wheel. */
export function randomIndex(random: Random, withSources = true): RandomIndex {
  const versions = () => VERSIONS.filter(() => random.below(3) > 0);
  return Object.fromEntries(
    NAMES.map((name) => [
      name,
      Object.fromEntries(versions().map((version) => [version, randomRelease(random, withSources)])),
    ]),
  );
}

function randomRelease(random: Random, withSources: boolean): MemoryRelease {
  const some = (limit: number) => Array.from({ length: random.below(limit) }, () => randomRequirement(random));
  const extras = Object.fromEntries(EXTRAS.filter(() => random.below(2) === 0).map((extra) => [extra, some(3)]));
  const wheelless = random.below(8) === 0 && withSources;
  return { requires: some(3), extras, ...(wheelless ? { wheel: false } : {}) };
}
