import { compareVersions, formatVersion, isPrerelease, type Version } from "../../src/python/version.ts";
import { parseWheelName } from "../../src/python/wheel-name.ts";
import type { Catalog } from "../../src/resolve/catalog.ts";
import type { DistributionFile } from "../../src/resolve/lock.ts";
import type { Random } from "../support/random.ts";

const MAX_ROOTS = 8;
/** How far back a version may be. */
const RECENT = 40;
/** Extras that bring in half of the world say little about solving. */
const LARGE_EXTRA = /^(all|complete|dev|doc|full|lint|test)/;

/** One to eight random requirements of different packages; versions are those that the index has. */
export async function randomRoots(
  random: Random,
  names: readonly string[],
  catalog: Catalog,
): Promise<readonly string[]> {
  const chosen = new Set<string>();
  const count = 1 + random.below(MAX_ROOTS);
  while (chosen.size < Math.min(count, names.length)) chosen.add(names[random.below(names.length)] ?? "");
  const roots: string[] = [];
  for (const name of chosen) roots.push(await randomRoot(random, name, catalog));
  return roots;
}

async function randomRoot(random: Random, name: string, catalog: Catalog): Promise<string> {
  const releases = newestWheels(((await catalog.files(name)) ?? []).map((listed) => listed.file())).slice(0, RECENT);
  const [newest] = releases;
  if (newest === undefined) return name;
  const { providesExtra } = random.below(4) === 0 ? await catalog.metadata(newest.file) : { providesExtra: [] };
  const extras = providesExtra.filter((extra) => !LARGE_EXTRA.test(extra));
  const extra = extras.length === 0 ? "" : `[${extras[random.below(extras.length)] ?? ""}]`;
  const versions = releases.map(({ version }) => version);
  return `${name}${extra}${randomSpecifier(random, newest.version, versions)}`;
}

function randomSpecifier(random: Random, newest: Version, versions: readonly Version[]): string {
  const any = (): Version => versions[random.below(versions.length)] ?? newest;
  const short = (version: Version, parts: number): string =>
    [...version.release, 0, 0].slice(0, parts).map(String).join(".");
  switch (random.below(14)) {
    case 0:
    case 1:
      return `<${short(newest, Number(newest.release[0] ?? 0) < 2 ? 2 : 1)}`;
    case 2:
    case 3:
      return `~=${short(any(), 2)}`;
    case 4:
      return `==${formatVersion(any())}`;
    case 5:
      return `==${short(any(), 1 + random.below(2))}.*`;
    case 6:
    case 7: {
      const [low = newest, high = newest] = [any(), any()].sort(compareVersions);
      return `>=${formatVersion(low)},<=${formatVersion(high)}`;
    }
    case 8:
      return `!=${formatVersion(newest)}`;
    case 9:
      return `<${formatVersion(any())}`;
    default:
      return "";
  }
}

/** A wheel of each final version, the newest version first. */
function newestWheels(files: readonly DistributionFile[]): readonly { version: Version; file: DistributionFile }[] {
  const known = new Map<string, { version: Version; file: DistributionFile }>();
  for (const file of files) {
    const wheel = parseWheelName(file.filename);
    if (!wheel.ok || file.yanked !== undefined) continue;
    const { version } = wheel.value;
    if (isPrerelease(version)) continue;
    const key = formatVersion(version);
    const other = known.get(key);
    if (other === undefined || file.filename < other.file.filename) known.set(key, { version, file });
  }
  return [...known.values()].sort((a, b) => compareVersions(b.version, a.version));
}
