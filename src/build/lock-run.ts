import { basename, dirname, relative, resolve } from "node:path";
import { sweepLeftovers, writeAtomically } from "../destination/atomic-file.ts";
import { OciasmError } from "../errors.ts";
import { isRequest } from "../input/request.ts";
import type { CodecChoice } from "../layers/recipe.ts";
import { formatPlatform } from "../oci/platform.ts";
import { normalizeName } from "../python/name.ts";
import type { Target } from "../python/target.ts";
import type { BaseNote, DebsNote, OciasmTable, PylockDocument, TargetNote } from "../resolve/pylock-document.ts";
import { environmentMarkers, pylockEntries, type TargetSets } from "../resolve/pylock-sets.ts";
import { pylockText } from "../resolve/pylock-writer.ts";
import { withNeededPackages } from "./auto-step.ts";
import { type BaseChoice, openBaseOf } from "./base-step.ts";
import { chooseBase } from "./choose-base.ts";
import type { BuildDeps } from "./deps.ts";
import { type Input, inputContext } from "./input-files.ts";
import { inputStep } from "./input-step.ts";
import { inputsDigest } from "./inputs-digest.ts";
import { type LockChanges, lockChanges } from "./lock-changes.ts";
import { type LockScope, lockScope, solvableScope, targetSets } from "./lock-sets.ts";
import { type OldLock, readOldLock } from "./old-lock.ts";
import { openPackages, type Packages } from "./packages.ts";
import { type BuildRequest, codecOf, platformsOf } from "./prepare-step.ts";
import { refuseSolverFlags } from "./resolution-settings.ts";
import { targetOf } from "./target.ts";

/** What `ociasm lock` was asked to do. */
export interface LockRequest extends BuildRequest {
  /** Absolute path of the lock. */
  readonly output: string;
  /** Write nothing. */
  readonly check: boolean;
  readonly upgrade: boolean;
  /** The same base as it is now: another digest, newer Debian packages. */
  readonly upgradeBase: boolean;
  readonly upgradePackages: readonly string[];
  /** Extras or groups were named on the command line: the lock has these alone. */
  readonly narrowed: boolean;
}

export interface LockOutcome {
  readonly document: PylockDocument;
  readonly changes: LockChanges;
}

interface Resolved {
  readonly scope: LockScope;
  readonly sets: readonly TargetSets[];
  readonly base: BaseNote;
}

/**
 * Resolves, or converts, for every platform, and writes the lock where it changed. With `check` a lock that would change
 * is LOCK_OUTDATED.
 */
export async function lockRun(request: LockRequest, deps: BuildDeps): Promise<LockOutcome> {
  const { output, config } = request;
  deps.report({ type: "note", message: request.detected.summary });
  const old = await readOldLock(output, request.upgrade, inputContext(request.context, deps.environment));
  const input = await lockInput(request, old, deps);
  if (!isRequest(input)) refuseSolverFlags(input, request.solverFlags);
  const packages = await openPackages({ context: request.context, config, input }, deps);
  try {
    const resolved = await resolveAll(request, packages, old, deps);
    const document = await documentOf(request, input, resolved);
    const text = pylockText(document, dirname(output).replaceAll("\\", "/"));
    const changes = lockChanges(old, document, text);
    if (changes.changed && request.check) throw outdated(request, changes);
    if (changes.changed) {
      await sweepLeftovers(dirname(output));
      await writeAtomically(output, (file) => file.writeFile(text));
    }
    return { document, changes };
  } finally {
    await packages.close();
  }
}

/** A lock in the place that is written is no input; it says what it was made from. */
async function lockInput(request: LockRequest, old: OldLock | undefined, deps: BuildDeps): Promise<Input> {
  const { context, detected, output } = request;
  const { lock, ...others } = request.config;
  const config = lock === undefined || resolve(context, lock) === output ? others : request.config;
  const [found] = [detected.lock, ...detected.otherLocks].filter(
    (name): name is string => name !== undefined && name !== "pylock.toml" && resolve(context, name) !== output,
  );
  const { lock: _lock, ...without } = detected;
  const seen = { context, config, detected: found === undefined ? without : { ...without, lock: found } };
  const input = await inputStep(seen, deps);
  if (input !== undefined) return input;
  const from = old?.input.ociasm?.from ?? [];
  const requirements = from.map((name) => resolve(dirname(output), name));
  const again =
    requirements.length === 0 ? undefined : await inputStep({ ...seen, config: { ...config, requirements } }, deps);
  if (again !== undefined) return again;
  throw new OciasmError("INPUT_NOT_FOUND", `nothing in ${context} says which packages are needed`, {
    hint: "add a pyproject.toml or a requirements.txt, or name a file with -r",
  });
}

async function resolveAll(
  request: LockRequest,
  packages: Packages,
  old: OldLock | undefined,
  deps: BuildDeps,
): Promise<Resolved> {
  const known = request.upgrade ? undefined : old?.input.ociasm?.base;
  const pinned = known !== undefined && request.upgradeBase ? unpinned(known) : known;
  // Who locks again without a word means the same platforms.
  const platforms = request.config.platforms ?? old?.input.ociasm?.targets.map((target) => target.platform);
  const bases = await readBases(
    request,
    platforms,
    { input: packages.input, pinned, seen: old?.input.ociasm?.base },
    deps,
  );
  const upgraded = new Set(request.upgradePackages.map(normalizeName));
  const versions = new Map([...(old?.versions ?? [])].filter(([name]) => !upgraded.has(name)));
  let scope = lockScope(packages, request.narrowed);
  const sets: TargetSets[] = [];
  for (const target of bases.targets) {
    deps.report({ type: "phase", phase: "lock", detail: `resolving for ${formatPlatform(target.platform)}` });
    const solved = await solvableScope(packages, scope, target, versions, deps);
    scope = solved.scope;
    for (const { name, version } of solved.packages) versions.set(name, version);
    sets.push(await targetSets(packages, solved, target, versions));
  }
  const choice = { request, codec: bases.codec, input: packages.input, pinned };
  const debs = await neededDebs(bases.note.debs, sets, choice, packages, deps);
  // A later target may have lost an extra that an earlier one could have.
  return { scope, sets: sets.map((set) => within(set, scope)), base: { ...bases.note, debs } };
}

/** Which base it is, without what it was. */
function unpinned({ name, system }: BaseNote): BaseNote {
  return { name, system, debs: [] };
}

/** The Debian packages of each target, with those that its wheels need where `--system auto` asks for them. */
async function neededDebs(
  debs: readonly DebsNote[],
  sets: readonly TargetSets[],
  choice: BaseChoice,
  packages: Packages,
  deps: BuildDeps,
): Promise<readonly DebsNote[]> {
  if (choice.request.config.system?.includes("auto") !== true) return debs;
  const notes: DebsNote[] = [];
  for (const set of sets) {
    const all = [set.bare, ...set.extras.values(), ...set.groups.values()].flat();
    const wheels = all.map(({ name, version, file, requested }) => ({ name, version, wheel: file, requested }));
    const named = await openBaseOf(choice, set.target.platform, deps);
    const base = await withNeededPackages(named, { choice, packages: wheels, index: packages.index }, deps);
    if (base.debs !== undefined) notes.push(base.debs);
    await base.close();
  }
  return notes;
}

function within(set: TargetSets, scope: LockScope): TargetSets {
  return {
    ...set,
    extras: new Map([...set.extras].filter(([name]) => scope.extras.includes(name))),
    groups: new Map([...set.groups].filter(([name]) => scope.groups.includes(name))),
  };
}

interface KnownBase {
  readonly input: Input;
  /** Followed. */
  readonly pinned: BaseNote | undefined;
  /** Of the lock that is there, followed or not. */
  readonly seen: BaseNote | undefined;
}

async function readBases(
  request: LockRequest,
  platforms: readonly string[] | undefined,
  { input, pinned, seen }: KnownBase,
  deps: BuildDeps,
): Promise<{ readonly targets: readonly Target[]; readonly note: BaseNote; readonly codec: CodecChoice }> {
  const codec = await codecOf(request.config);
  const targets: Target[] = [];
  const debs: DebsNote[] = [];
  let digest: string | undefined;
  for (const platform of platformsOf(platforms)) {
    const base = await openBaseOf({ request, codec, input, pinned, seen }, platform, deps);
    try {
      targets.push(targetOf(base, { python: request.config.python, libc: request.config.libc }));
      if (base.debs !== undefined) debs.push(base.debs);
      digest ??= base.pin;
    } finally {
      await base.close();
    }
  }
  const { system = [] } = request.config;
  const name = chooseBase(request, input, pinned);
  const note = { name, system: [...new Set(system)].sort(), debs };
  return { targets, note: digest === undefined ? note : { ...note, digest }, codec };
}

async function documentOf(
  request: LockRequest,
  input: Input,
  { scope, sets, base }: Resolved,
): Promise<PylockDocument> {
  const targets = sets.map((set) => set.target);
  const all = sets.flatMap((set) => [set.bare, ...set.extras.values(), ...set.groups.values()].flat());
  const requested = new Set(all.filter((item) => item.requested).map((item) => item.name));
  return {
    ...(input.requiresPython === undefined ? {} : { requiresPython: input.requiresPython }),
    environments: environmentMarkers(targets),
    extras: scope.extras,
    groups: scope.groups,
    defaultGroups: scope.defaultGroups.filter((name) => scope.groups.includes(name)),
    packages: pylockEntries(sets),
    ociasm: {
      inputs: await inputsDigest(input),
      ...inputNames(request, input),
      requested: [...requested].sort(),
      targets: targets.map(targetNote),
      options: isRequest(input) ? optionsNote(request) : {},
      base,
    },
  };
}

function inputNames(
  { context, config, output }: LockRequest,
  input: Input,
): Pick<OciasmTable, "from" | "constraints" | "overrides"> {
  const folder = dirname(output);
  const names = (files: readonly string[] = []) =>
    files.map((file) => relative(folder, resolve(context, file)).replaceAll("\\", "/"));
  const from = config.lock === undefined && config.requirements !== undefined ? config.requirements : [input.file];
  return { from: names(from), constraints: names(config.constraints), overrides: names(config.overrides) };
}

function optionsNote({ config }: LockRequest): OciasmTable["options"] {
  const { resolution, prerelease, excludeNewer, noBinary } = config;
  return {
    ...(resolution === undefined ? {} : { resolution }),
    ...(prerelease === undefined ? {} : { prerelease }),
    ...(excludeNewer === undefined ? {} : { excludeNewer }),
    ...(noBinary === undefined ? {} : { noBinary }),
  };
}

function targetNote({ platform, python, libc }: Target): TargetNote {
  return {
    platform: formatPlatform(platform),
    python: `${python.version}${python.freeThreaded ? "t" : ""}`,
    libc: `${libc.family}:${libc.version}`,
  };
}

function outdated({ output, context }: LockRequest, { lines }: LockChanges): OciasmError {
  const name = relative(context, output) || basename(output);
  return new OciasmError("LOCK_OUTDATED", `${name} would change:${lines.map((line) => `\n  ${line}`).join("")}`, {
    hint: "run `ociasm lock`",
  });
}
