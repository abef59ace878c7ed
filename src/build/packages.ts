import { dirname, relative } from "node:path";
import { OciasmError } from "../errors.ts";
import type { GitSources } from "../input/package-sources.ts";
import { isRequest, type RequirementsInput } from "../input/request.ts";
import { pinFile } from "../pypi/pin.ts";
import { normalizeName } from "../python/name.ts";
import type { Target } from "../python/target.ts";
import { formatVersion } from "../python/version.ts";
import { parseWheelName } from "../python/wheel-name.ts";
import type { SelectChoice } from "../resolve/choice.ts";
import { orDropIn } from "../resolve/drop-ins.ts";
import type { Lock, LockedPackage } from "../resolve/lock.ts";
import { resolveOptions } from "../resolve/offer/options.ts";
import type { PinnedPackage } from "../resolve/pylock-sets.ts";
import type { ResolvedSet } from "../resolve/resolution.ts";
import { resolveRequirements } from "../resolve/resolve.ts";
import { selectPackages } from "../resolve/select.ts";
import { unchosenExtras } from "../resolve/walk-conflicts.ts";
import { chooseRoot } from "../resolve/walk-root.ts";
import { buildingCatalog } from "./building-catalog.ts";
import type { BuildConfig } from "./config.ts";
import type { BuildDeps } from "./deps.ts";
import { indexStep, type PackageIndex } from "./index-step.ts";
import type { Input } from "./input-files.ts";
import { lockStep, settledAll } from "./lock-step.ts";
import { type NamedSources, openNamedSources } from "./named-sources.ts";
import type { ProjectMetadata } from "./project-metadata.ts";
import { createSourceBuilder, type SourceBuilder } from "./source-builder.ts";

/** The packages of one run, whatever it builds from. */
export interface Packages {
  readonly input: Input;
  readonly index: PackageIndex;
  /** What the command line and the configuration choose. */
  readonly choice: SelectChoice;
  /** The wheels of a target; versions that an earlier target got are kept where they can be. */
  lockFor(target: Target): Promise<Lock>;
  /** The same for any choice, with what a lock file tells of each package. */
  pinnedFor(target: Target, choice: SelectChoice, preferences: ReadonlyMap<string, string>): Promise<PinnedSet>;
  close(): Promise<void>;
}

interface Places {
  readonly index: PackageIndex;
  readonly builder: SourceBuilder;
  readonly named: NamedSources;
}

export interface PinnedSet {
  readonly packages: readonly PinnedPackage[];
  readonly warnings: readonly string[];
}

export interface PackagesRequest {
  /** Absolute. */
  readonly context: string;
  readonly config: BuildConfig;
  readonly input: Input;
  /** What pyproject.toml says of the project, which `config` may want installed. */
  readonly project?: ProjectMetadata;
  /** Commits that a lock has for what is built of a repository, by name: they are kept. */
  readonly repositories?: ReadonlyMap<string, GitSources>;
}

/** Reads where packages come from. No request is made before a target is asked for. */
export async function openPackages(request: PackagesRequest, deps: BuildDeps): Promise<Packages> {
  const { input, config, context, repositories = new Map() } = request;
  const choice = choiceOf(config, input, context);
  for (const message of unchosen(input, choice)) deps.report({ type: "warning", message });
  const index = await indexStep({ context, config, input }, deps);
  const builder = builderOf(request, index, deps);
  const places = { index, builder, named: openNamedSources(index, builder, repositories, deps) };
  const preferences = new Map<string, string>();
  const pinnedFor: Packages["pinnedFor"] = async (target, chosen, preferred) =>
    isRequest(input)
      ? resolvePinned(input, target, chosen, preferred, places, deps)
      : { packages: await selectPinned(input, target, chosen, places, deps), warnings: [] };
  return {
    input,
    index,
    choice,
    pinnedFor,
    lockFor: async (target) => {
      const own = config.installProject === true ? [await ownPackage(request, builder, target)] : [];
      if (!isRequest(input)) return withOwn(await lockStep(input, target, choice, index.client, deps, builder), own);
      const { packages, warnings } = await pinnedFor(target, choice, preferences);
      for (const message of warnings) deps.report({ type: "warning", message });
      for (const { name, version } of packages) if (!preferences.has(name)) preferences.set(name, version);
      return withOwn({ target, packages: packages.map(lockedPackage) }, own);
    },
    close: () => index.catalog.close(),
  };
}

function builderOf({ config, context, input }: PackagesRequest, index: PackageIndex, deps: BuildDeps): SourceBuilder {
  const onlyBinary = [...input.options.onlyBinary, ...(config.onlyBinary ?? [])];
  const permission = { noBuild: config.noBuild === true, onlyBinary };
  return createSourceBuilder(index, { context, permission }, deps);
}

/** The project's own wheel. Throws BUILD_FAILED, and PROJECT_INVALID where it has no name to be installed under. */
async function ownPackage(
  { project, context, input }: PackagesRequest,
  builder: SourceBuilder,
  target: Target,
): Promise<LockedPackage> {
  if (project?.name === undefined) {
    throw new OciasmError("PROJECT_INVALID", `the project in ${context} has no name, so it can't be installed`, {
      hint: "give it a [project] table with a name, or leave --install-project out",
    });
  }
  const name = normalizeName(project.name);
  if (!builder.allows(name)) {
    throw new OciasmError("USAGE", `${name} is to be installed, and may not be built`, {
      hint: "leave --no-build and --only-binary out, or --install-project",
    });
  }
  const wayOut = "mend its build, or leave --install-project out: its files are in the image anyway";
  const asked = { name, ...(project.version === undefined ? {} : { version: project.version }), wayOut };
  const { wheel, directUrl } = await builder.named({ kind: "folder", path: context }, input.file, asked, target);
  const parsed = parseWheelName(wheel.filename);
  const version = parsed.ok ? formatVersion(parsed.value.version) : "0";
  return { name, version, wheel, requested: true, directUrl };
}

function withOwn(lock: Lock, own: readonly LockedPackage[]): Lock {
  const packages = [...lock.packages.filter(({ name }) => own.every((each) => each.name !== name)), ...own];
  return { ...lock, packages: packages.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

function unchosen(input: Input, choice: SelectChoice): readonly string[] {
  if (isRequest(input) || input.selection.by !== "graph") return [];
  const { graph } = input.selection;
  return unchosenExtras(graph, chooseRoot(graph, choice, input.file));
}

function choiceOf(config: BuildConfig, input: Input, context: string): SelectChoice {
  const { extras = [], groups = [], defaultGroups = true, allExtras, package: project } = config;
  const folder = relative(dirname(input.file), context).replaceAll("\\", "/");
  return {
    extras,
    groups,
    noDefaultGroups: !defaultGroups,
    ...(allExtras === undefined ? {} : { allExtras }),
    ...(project === undefined ? {} : { project }),
    ...(folder === "" || folder.startsWith("..") ? {} : { folder }),
  };
}

async function resolvePinned(
  input: RequirementsInput,
  target: Target,
  choice: SelectChoice,
  preferences: ReadonlyMap<string, string>,
  { index, builder, named }: Places,
  deps: BuildDeps,
): Promise<PinnedSet> {
  const built = await named.built(input, choice, target);
  const options = { ...resolveOptions(input, { preferences }), mayBuild: builder.allows, built, signal: deps.signal };
  const catalog = named.known(buildingCatalog(index, builder, target, deps));
  const set: ResolvedSet = await resolveRequirements(input, choice, target, catalog, options);
  const indexes = new Map(input.indexes.map(({ name, url }) => [name, url]));
  const packages = await settledAll(
    set.packages.map(({ files: _files, index: from, ...item }) =>
      deps.limits.requests(async (): Promise<PinnedPackage> => {
        const pinned =
          built.get(item.name)?.file ??
          (await pinFile(item.file, { ...deps, index: index.client, authorize: index.authorize }));
        const url = from === undefined ? undefined : (indexes.get(from) ?? (/^https?:/.test(from) ? from : undefined));
        return { ...item, file: pinned, ...(url === undefined ? {} : { index: url }) };
      }),
    ),
  );
  return { packages: await settledAll(packages.map((item) => asWheel(item, target, builder))), warnings: set.warnings };
}

/** A source distribution as the wheel that it becomes. */
async function asWheel(item: PinnedPackage, target: Target, builder: SourceBuilder): Promise<PinnedPackage> {
  const { name, version, file } = item;
  if (file.filename.endsWith(".whl")) return item;
  const wayOut = orDropIn(
    name,
    `ask for a version that has wheels, or build one with \`pip wheel --no-deps ${name}==${version}\` and name it by --find-links`,
  );
  return { ...item, file: await builder.sdist(file, { name, version, wayOut }, target), sdist: file };
}

async function selectPinned(
  input: Exclude<Input, RequirementsInput>,
  target: Target,
  choice: SelectChoice,
  { index, builder }: Places,
  deps: BuildDeps,
): Promise<readonly PinnedPackage[]> {
  // What is written down has been read.
  const client = { ...index.client, unread: async () => [] };
  const { packages } = await lockStep(input, target, choice, client, deps, builder);
  const selected = new Map(
    selectPackages(input, target, choice, builder.allows).map((one) => [one.package.name, one.package]),
  );
  return packages.map((item): PinnedPackage => {
    const from = selected.get(item.name);
    const { name, version, wheel, requested, directUrl, sdist, sources } = item;
    return {
      name,
      version,
      file: wheel,
      extras: from?.extras ?? [],
      dependencies: [],
      requested,
      ...(from?.requiresPython === undefined ? {} : { requiresPython: from.requiresPython }),
      ...(from?.index === undefined ? {} : { index: from.index }),
      ...(directUrl === undefined ? {} : { directUrl }),
      ...(sdist === undefined ? {} : { sdist }),
      ...(sources === undefined ? {} : { sources }),
    };
  });
}

function lockedPackage(pinned: PinnedPackage): LockedPackage {
  const { name, version, file, requested, directUrl, location, sdist, sources } = pinned;
  return {
    name,
    version,
    wheel: file,
    requested,
    ...(sdist === undefined ? {} : { sdist }),
    ...(sources === undefined ? {} : { sources }),
    ...(directUrl === undefined ? {} : { directUrl }),
    ...(location === undefined ? {} : { location }),
  };
}
