import { OciasmError } from "../errors.ts";
import type { InputPackage } from "../input/input.ts";
import { compareVersions, parseVersion } from "../python/version.ts";

/**
 * One entry for each name. A pylock.toml must not leave two (PEP 751); lines of requirements files that pin one
 * version are one package, whose file must have a hash that every line accepts.
 */
export function mergeEntries(
  entries: readonly InputPackage[],
  pinsMayRepeat: boolean,
  problems: OciasmError[],
): readonly InputPackage[] {
  const byName = new Map<string, InputPackage>();
  for (const entry of entries) {
    const other = byName.get(entry.name);
    const merged = other === undefined ? entry : pinsMayRepeat ? mergeTwo(other, entry) : undefined;
    if (merged !== undefined) byName.set(entry.name, merged);
    else if (other !== undefined) problems.push(clash(other, entry));
  }
  return [...byName.values()];
}

function mergeTwo(a: InputPackage, b: InputPackage): InputPackage | undefined {
  if (!sameVersion(a.version, b.version) || a.direct?.url !== b.direct?.url || a.blocked !== b.blocked)
    return undefined;
  const sha256 = a.sha256.filter((hash) => b.sha256.includes(hash));
  if (sha256.length === 0 && a.sha256.length + b.sha256.length > 0) return undefined;
  return { ...a, sha256, extras: [...new Set([...a.extras, ...b.extras])].sort() };
}

function sameVersion(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const [left, right] = [parseVersion(a), parseVersion(b)];
  return left === undefined || right === undefined ? a === b : compareVersions(left, right) === 0;
}

function clash(a: InputPackage, b: InputPackage): OciasmError {
  const versions = `${a.version ?? "?"} (line ${a.location.line}) and ${b.version ?? "?"} (line ${b.location.line})`;
  return new OciasmError("INPUT_INVALID", `two entries of ${a.name} apply to this target: ${versions}`, {
    hint: "give them markers that exclude each other, or lock again",
    location: b.location,
  });
}
