import { createFileVersions } from "../../python/file-version.ts";
import type { Version } from "../../python/version.ts";
import { versionOrderKey } from "../../python/version-order.ts";
import type { ListedFile } from "../listed-file.ts";
import type { DistributionFile } from "../lock.ts";
import { offerOf } from "./offer.ts";
import type { Policy } from "./policy.ts";
import { byPreference } from "./preference.ts";
import type { Offer, Project, Release } from "./release.ts";
import { versionSpans } from "./spans.ts";
import { isNewer } from "./upload-limit.ts";

/** Groups the files of an index page by version, and says of each version which wheel fits, or why none does. */
export function readProject(files: readonly ListedFile[], asked: Policy): Project {
  const needsCompiler = asked.mayBuild && files.some(isCompiled);
  const policy = { ...asked, mayBuild: asked.mayBuild && !needsCompiler, needsCompiler };
  const releases = [...byVersion(files, policy.name).values()].map(({ version, all }) => release(version, all, policy));
  releases.sort(byPreference(policy));
  return { ...projectOf(policy.name, releases), warnings: undated(files, policy) };
}

/** A project that has wheels for single machines is not pure: no build of its sources is tried. */
function isCompiled({ filename }: ListedFile): boolean {
  return filename.endsWith(".whl") && !filename.endsWith("-none-any.whl");
}

/** Releases in the order in which they are tried. */
export function projectOf(name: string, releases: readonly Release[]): Project {
  const byKey = new Map(releases.map((one) => [versionOrderKey(one.version), one]));
  return { name, releases, byKey, spanOf: versionSpans(byKey), warnings: [] };
}

interface Files {
  readonly version: Version;
  readonly all: ListedFile[];
}

/** Names that can't be read, and those of other projects on a page of links, are passed over. */
function byVersion(files: readonly ListedFile[], name: string): ReadonlyMap<string, Files> {
  const versions = new Map<string, Files>();
  const versionOf = createFileVersions();
  let last: ReturnType<typeof versionOf>;
  let group: Files | undefined;
  for (const file of files) {
    const named = versionOf(file.filename);
    if (named?.name !== name) continue;
    if (named !== last) group = groupOf(versions, named.version);
    last = named;
    group?.all.push(file);
  }
  return versions;
}

function groupOf(versions: Map<string, Files>, version: Version): Files {
  const key = versionOrderKey(version);
  const known = versions.get(key);
  const group = known ?? { version, all: [] };
  if (known === undefined) versions.set(key, group);
  return group;
}

/** Files are read when the first is asked about, and then kept. */
function release(version: Version, listed: readonly ListedFile[], policy: Policy): Release {
  const { uploaded } = policy;
  const read = (): Known => {
    const all = listed.map((one) => one.file());
    const files = uploaded === undefined ? all : all.filter((file) => !isNewer(file, uploaded));
    return { files, offer: offerOf(version, { all, files }, policy) };
  };
  let known: Known | undefined;
  const once = (): Known => {
    known ??= read();
    return known;
  };
  return { version, files: () => once().files, offer: () => once().offer };
}

interface Known {
  readonly files: readonly DistributionFile[];
  readonly offer: Offer;
}

function undated(files: readonly ListedFile[], { name, uploaded }: Policy): readonly string[] {
  if (uploaded === undefined) return [];
  const [first, ...others] = files.filter((listed) => listed.file().uploadTime === undefined);
  if (first === undefined) return [];
  const which = others.length === 0 ? first.filename : `${others.length + 1} files of ${name}`;
  return [`${which} left out: no upload time is known, and files newer than ${uploaded.text} are excluded`];
}
