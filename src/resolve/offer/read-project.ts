import { parseSdistName } from "../../python/sdist-name.ts";
import { type Version, versionKey } from "../../python/version.ts";
import { createWheelNameParser } from "../../python/wheel-name.ts";
import type { DistributionFile } from "../lock.ts";
import { offerOf } from "./offer.ts";
import type { Policy } from "./policy.ts";
import { byPreference } from "./preference.ts";
import type { Offer, Project, Release } from "./release.ts";
import { versionSpans } from "./spans.ts";
import { isNewer } from "./upload-limit.ts";

/** Groups the files of an index page by version, and says of each version which wheel fits, or why none does. */
export function readProject(files: readonly DistributionFile[], policy: Policy): Project {
  const releases = [...byVersion(files, policy.name).values()].map(({ version, all }) => release(version, all, policy));
  releases.sort(byPreference(policy));
  return { ...projectOf(policy.name, releases), warnings: undated(files, policy) };
}

/** Releases in the order in which they are tried. */
export function projectOf(name: string, releases: readonly Release[]): Project {
  const byKey = new Map(releases.map((one) => [versionKey(one.version), one]));
  return { name, releases, byKey, spans: versionSpans(releases.map(({ version }) => version)), warnings: [] };
}

interface Files {
  readonly version: Version;
  readonly all: DistributionFile[];
}

/** Names that can't be read, and those of other projects on a page of links, are passed over. */
function byVersion(files: readonly DistributionFile[], name: string): ReadonlyMap<string, Files> {
  const versions = new Map<string, Files>();
  const keys = new Map<Version, string>();
  const parseWheelName = createWheelNameParser();
  for (const file of files) {
    const parsed = file.filename.endsWith(".whl") ? parseWheelName(file.filename) : parseSdistName(file.filename);
    if (!parsed.ok || parsed.value.name !== name) continue;
    const { version } = parsed.value;
    // Files of one spelling share the parsed version.
    const key = keys.get(version) ?? versionKey(version);
    keys.set(version, key);
    const known = versions.get(key);
    if (known === undefined) versions.set(key, { version, all: [file] });
    else known.all.push(file);
  }
  return versions;
}

function release(version: Version, all: readonly DistributionFile[], policy: Policy): Release {
  const { uploaded } = policy;
  const files = uploaded === undefined ? all : all.filter((file) => !isNewer(file, uploaded));
  let known: Offer | undefined;
  const offer = () => {
    known ??= offerOf(version, { all, files }, policy);
    return known;
  };
  return { version, files, offer };
}

function undated(files: readonly DistributionFile[], { name, uploaded }: Policy): readonly string[] {
  if (uploaded === undefined) return [];
  const [first, ...others] = files.filter(({ uploadTime }) => uploadTime === undefined);
  if (first === undefined) return [];
  const which = others.length === 0 ? first.filename : `${others.length + 1} files of ${name}`;
  return [`${which} left out: no upload time is known, and files newer than ${uploaded.text} are excluded`];
}
