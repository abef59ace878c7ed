import { basename, dirname, relative, resolve } from "node:path";
import { sweepLeftovers, writeAtomically } from "../destination/atomic-file.ts";
import { OciasmError } from "../errors.ts";
import { isRequest } from "../input/request.ts";
import { formatPlatform } from "../oci/platform.ts";
import { normalizeName } from "../python/name.ts";
import type { PylockDocument } from "../resolve/pylock-document.ts";
import type { TargetSets } from "../resolve/pylock-sets.ts";
import { pylockText } from "../resolve/pylock-writer.ts";
import type { BuildDeps } from "./deps.ts";
import { type Input, inputContext } from "./input-files.ts";
import { inputStep } from "./input-step.ts";
import { neededDebs, readBases } from "./lock-bases.ts";
import { type LockChanges, lockChanges } from "./lock-changes.ts";
import { lockDocument, type Resolved } from "./lock-document.ts";
import type { LockRequest } from "./lock-request.ts";
import { type LockScope, lockScope, solvableScope, targetSets } from "./lock-sets.ts";
import { type OldLock, readOldLock } from "./old-lock.ts";
import { openPackages, type Packages } from "./packages.ts";
import { refuseSolverFlags } from "./resolution-settings.ts";

export interface LockOutcome {
  readonly document: PylockDocument;
  readonly changes: LockChanges;
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
  const repositories = kept(old?.repositories, request);
  const packages = await openPackages({ context: request.context, config, input, repositories }, deps);
  try {
    const resolved = await resolveAll(request, packages, old, deps);
    const document = await lockDocument(request, input, resolved);
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
  const bases = await readBases(request, packages, old, deps);
  const versions = kept(old?.versions, request);
  let scope = lockScope(packages, request.narrowed);
  const sets: TargetSets[] = [];
  for (const target of bases.targets) {
    deps.report({ type: "phase", phase: "lock", detail: `resolving for ${formatPlatform(target.platform)}` });
    const solved = await solvableScope(packages, scope, target, versions, deps);
    scope = solved.scope;
    for (const { name, version } of solved.packages) versions.set(name, version);
    sets.push(await targetSets(packages, solved, target, versions));
  }
  const debs = await neededDebs(bases, sets, packages, deps);
  // A later target may have lost an extra that an earlier one could have.
  return { scope, sets: sets.map((set) => within(set, scope)), base: { ...bases.note, debs } };
}

/** Of what an old lock has by name all that is not to be renewed. */
function kept<T>(old: ReadonlyMap<string, T> | undefined, { upgradePackages }: LockRequest): Map<string, T> {
  const upgraded = new Set(upgradePackages.map(normalizeName));
  return new Map([...(old ?? [])].filter(([name]) => !upgraded.has(name)));
}

function within(set: TargetSets, scope: LockScope): TargetSets {
  return {
    ...set,
    extras: new Map([...set.extras].filter(([name]) => scope.extras.includes(name))),
    groups: new Map([...set.groups].filter(([name]) => scope.groups.includes(name))),
  };
}

function outdated({ output, context }: LockRequest, { lines }: LockChanges): OciasmError {
  const name = relative(context, output) || basename(output);
  return new OciasmError("LOCK_OUTDATED", `${name} would change:${lines.map((line) => `\n  ${line}`).join("")}`, {
    hint: "run `ociasm lock`",
  });
}
