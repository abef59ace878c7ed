import type { Target } from "../python/target.ts";
import type { BaseNote, DebsNote } from "../resolve/pylock-document.ts";
import { packagesOf, type TargetSets } from "../resolve/pylock-sets.ts";
import { withNeededPackages } from "./auto-step.ts";
import { type BaseChoice, openBaseOf } from "./base-step.ts";
import { chooseBase } from "./choose-base.ts";
import { askedPython, chooseArchive } from "./choose-python.ts";
import type { BuildDeps } from "./deps.ts";
import type { LockRequest } from "./lock-request.ts";
import type { OldLock } from "./old-lock.ts";
import type { Packages } from "./packages.ts";
import { codecOf, platformsOf } from "./prepare-step.ts";
import { targetOf } from "./target.ts";

/** What the images of a lock start from, platform by platform. */
export interface LockBases {
  readonly targets: readonly Target[];
  readonly note: BaseNote;
  /** Opens them again. */
  readonly choice: BaseChoice;
}

/** Reads the base of every platform; what the old lock knows of it is followed unless an upgrade was asked for. */
export async function readBases(
  request: LockRequest,
  { input }: Pick<Packages, "input">,
  old: OldLock | undefined,
  deps: BuildDeps,
): Promise<LockBases> {
  const { config } = request;
  const known = old?.input.ociasm;
  const pinned = pinnedBase(request, known?.base);
  const choice: BaseChoice = { request, codec: await codecOf(config), input, pinned, seen: known?.base };
  const targets: Target[] = [];
  const debs: DebsNote[] = [];
  let digest: string | undefined;
  // Who locks again without a word means the same platforms.
  for (const platform of platformsOf(config.platforms ?? known?.targets.map((target) => target.platform))) {
    const base = await openBaseOf(choice, platform, deps);
    try {
      targets.push(targetOf(base, { python: askedPython(request), libc: config.libc }));
      if (base.debs !== undefined) debs.push(base.debs);
      digest ??= base.pin;
    } finally {
      await base.close();
    }
  }
  const python = chooseArchive(request, pinned);
  const note = {
    name: chooseBase(request, input, pinned),
    ...(digest === undefined ? {} : { digest }),
    ...(python === undefined ? {} : { python }),
    system: [...new Set(config.system)].sort(),
    debs,
  };
  return { targets, note, choice };
}

function pinnedBase({ upgrade, upgradeBase }: LockRequest, known: BaseNote | undefined): BaseNote | undefined {
  if (upgrade || known === undefined) return undefined;
  // Which base it is, without what it was.
  const { name, python, system } = known;
  return upgradeBase ? { name, ...(python === undefined ? {} : { python }), system, debs: [] } : known;
}

/** The Debian packages of each target, with those that its wheels need where `--system auto` asks for them. */
export async function neededDebs(
  { note, choice }: LockBases,
  sets: readonly TargetSets[],
  { index }: Pick<Packages, "index">,
  deps: BuildDeps,
): Promise<readonly DebsNote[]> {
  if (choice.request.config.system?.includes("auto") !== true) return note.debs;
  const notes: DebsNote[] = [];
  for (const set of sets) {
    const packages = packagesOf(set).map(({ file, ...item }) => ({ ...item, wheel: file }));
    const named = await openBaseOf(choice, set.target.platform, deps);
    const base = await withNeededPackages(named, { choice, packages, index }, deps);
    if (base.debs !== undefined) notes.push(base.debs);
    await base.close();
  }
  return notes;
}
