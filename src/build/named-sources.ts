import { dirname } from "node:path";
import { OciasmError } from "../errors.ts";
import { fileNameOf } from "../input/direct.ts";
import { type GitSources, gitSources, type PackageSources } from "../input/package-sources.ts";
import type { Asked, PackageSource, RequirementsInput } from "../input/request.ts";
import { digestOfHex } from "../oci/digest.ts";
import { zipMetadata } from "../pypi/metadata-zip.ts";
import { pinFile } from "../pypi/pin.ts";
import { markerEnvironment } from "../python/marker-environment.ts";
import type { Metadata } from "../python/metadata.ts";
import { parseRequirement } from "../python/requirement.ts";
import type { Target } from "../python/target.ts";
import { parseWheelName } from "../python/wheel-name.ts";
import { type Rules, readRules } from "../resolve/asked/rules.ts";
import { type NamedSource, type SourceAsk, sourceAsk, sourceAsks } from "../resolve/asked/source-asks.ts";
import type { UrlPin } from "../resolve/asked/url-pins.ts";
import type { Catalog } from "../resolve/catalog.ts";
import type { SelectChoice } from "../resolve/choice.ts";
import type { LockedWheel } from "../resolve/lock.ts";
import { applies } from "../resolve/solving/pins.ts";
import type { BuildDeps } from "./deps.ts";
import type { PackageIndex } from "./index-step.ts";
import { located } from "./lock-step.ts";
import type { SourceBuilder } from "./source-builder.ts";

/** A wheel that was built of what somebody names. */
export interface BuiltPin extends UrlPin {
  readonly file: LockedWheel;
}

/** Builds what requests name in the place of wheels: folders, archives of sources, repositories, members of a workspace. */
export interface NamedSources {
  /** The wheels of all that applies to the target, and of what these name in turn, by name. */
  built(input: RequirementsInput, choice: SelectChoice, target: Target): Promise<ReadonlyMap<string, BuiltPin>>;
  /** The catalog, which knows the metadata of these wheels too. */
  known(catalog: Catalog): Catalog;
}

const WAY_OUT =
  "check that it is named as it calls itself (`NAME @ PLACE`); or build a wheel of it, and name the file instead";

/** `locked`: commits to stay at, by name, where the same branch or tag is named. */
export function openNamedSources(
  index: PackageIndex,
  builder: SourceBuilder,
  locked: ReadonlyMap<string, GitSources>,
  deps: BuildDeps,
): NamedSources {
  const pinned = new Map<string, Promise<PackageSources>>();
  const read = new Map<string, Promise<Metadata>>();
  /** A branch is asked about once in a run. */
  const pin = (ask: SourceAsk): Promise<PackageSources> => {
    const key = JSON.stringify([ask.from, ask.from.kind === "member" || locked.has(ask.name) ? ask.name : ""]);
    const known = pinned.get(key) ?? pinSources(ask, locked.get(ask.name), index, deps);
    pinned.set(key, known);
    return known;
  };
  const build = async (ask: SourceAsk, file: string, target: Target): Promise<BuiltPin> => {
    const { name, named, asked } = ask;
    try {
      const sources = await pin(ask);
      const { wheel, directUrl } = await builder.named(sources, file, { name, wayOut: WAY_OUT }, target);
      const parsed = parseWheelName(wheel.filename);
      if (!parsed.ok) throw new OciasmError("BUG", `${wheel.filename}: ${parsed.message}`);
      read.set(wheel.sha256, read.get(wheel.sha256) ?? metadataOf(wheel, deps));
      const { version } = parsed.value;
      return { name, version, file: wheel, directUrl, asked, sources, ...(named === undefined ? {} : { named }) };
    } catch (error) {
      throw located(error, asked.location);
    }
  };
  return {
    built: async (input, choice, target) => {
      const rules = readRules(input, markerEnvironment(target));
      const around = await inherited(input);
      const pins = new Map<string, BuiltPin>();
      const queue = [...sourceAsks({ ...input, sources: [...input.sources, ...around] }, choice, rules)];
      for (let ask = queue.shift(); ask !== undefined; ask = queue.shift()) {
        if (pins.has(ask.name) || !builder.allows(ask.name)) continue;
        const one = await build(ask, input.file, target);
        pins.set(ask.name, one);
        const metadata = await read.get(one.file.sha256);
        queue.push(...(await furtherAsks(one, metadata, ask.asked, rules)));
      }
      return pins;
    },
    known: (catalog) => ({
      ...catalog,
      metadata: (file) => read.get(file.sha256 ?? "") ?? catalog.metadata(file),
      prefetch: (question) => {
        if (!("file" in question) || !read.has(question.file.sha256 ?? "")) catalog.prefetch?.(question);
      },
    }),
  };
}

/** A member's project takes the sources of the workspace around it. */
async function inherited({ file, format, sources }: RequirementsInput): Promise<readonly PackageSource[]> {
  if (format !== "pyproject.toml") return [];
  const { sourcesOf } = await import("./uv-workspace.ts");
  const own = new Set(sources.map(({ name }) => name));
  return (await sourcesOf(dirname(file))).filter(({ name }) => !own.has(name));
}

async function pinSources(
  { name, from }: SourceAsk,
  locked: GitSources | undefined,
  index: PackageIndex,
  deps: BuildDeps,
): Promise<PackageSources> {
  const within = "subdirectory" in from ? { subdirectory: from.subdirectory } : {};
  switch (from.kind) {
    case "folder":
      return from;
    case "member": {
      const { memberFolder } = await import("./uv-workspace.ts");
      return { kind: "folder", path: await memberFolder(name, dirname(from.file)) };
    }
    case "archive": {
      const { url, sha256 } = from;
      const file = { filename: fileNameOf(url), url, ...(sha256 === undefined ? {} : { sha256 }) };
      const pinned = await pinFile(file, { ...deps, index: index.client, authorize: index.authorize });
      return { kind: "archive", file: pinned, ...within };
    }
    case "git":
      return atCommit(from, locked, index, deps);
  }
}

async function atCommit(
  { url, rev, subdirectory }: Extract<NamedSource, { kind: "git" }>,
  locked: GitSources | undefined,
  index: PackageIndex,
  deps: BuildDeps,
): Promise<PackageSources> {
  const at = (commit: string): GitSources => {
    const sources = gitSources(url, commit, { subdirectory, revision: rev });
    if (sources === undefined) throw new OciasmError("BUG", `${rev ?? "HEAD"} became no commit`);
    return sources;
  };
  const kept = locked === undefined ? undefined : at(locked.commit);
  if (kept !== undefined && kept.url === locked?.url && kept.revision === locked.revision) return kept;
  const { commitOf } = await import("./git-refs.ts");
  return at(await commitOf(url, rev, index, deps));
}

/** What a built wheel asks for by URL, or by a source of its own folder's. */
async function furtherAsks(
  { sources }: UrlPin,
  metadata: Metadata | undefined,
  { location }: Asked,
  rules: Rules,
): Promise<readonly SourceAsk[]> {
  const own = new Map(
    sources?.kind === "folder"
      ? (await (await import("./uv-workspace.ts")).sourcesOf(sources.path)).map((one) => [one.name, one])
      : [],
  );
  return (metadata?.requiresDist ?? []).flatMap((text) => {
    const parsed = parseRequirement(text);
    if (!parsed.ok) return [];
    const { value: requirement } = parsed;
    if (!applies(requirement, metadata?.providesExtra ?? [], rules)) return [];
    return sourceAsk({ requirement, text, location, sha256: [] }, own.get(requirement.name)) ?? [];
  });
}

async function metadataOf({ filename, sha256 }: LockedWheel, deps: BuildDeps): Promise<Metadata> {
  const blob = await deps.store.open(digestOfHex(sha256));
  try {
    return await zipMetadata(blob, filename);
  } finally {
    await blob.close();
  }
}
