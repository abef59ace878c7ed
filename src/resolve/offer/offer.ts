import { allowsPython } from "../../python/requires-python.ts";
import { parseSdistName } from "../../python/sdist-name.ts";
import { formatVersion, type Version } from "../../python/version.ts";
import { bestWheel } from "../../python/wheel-choice.ts";
import { explainMismatch } from "../../python/wheel-mismatch.ts";
import type { DistributionFile } from "../lock.ts";
import { summary } from "./mismatches.ts";
import { allowsPrerelease, allowsYanked, type Policy } from "./policy.ts";
import type { Offer } from "./release.ts";

interface Files {
  readonly all: readonly DistributionFile[];
  /** Without those that are too new. */
  readonly files: readonly DistributionFile[];
}

/** The wheel of a version that would be installed, or why there is none. */
export function offerOf(version: Version, { all, files }: Files, policy: Policy): Offer {
  const none = (reason: string) => ({ kind: "none", reason }) as const;
  if (files.length === 0 && policy.uploaded !== undefined) return none(tooNew(all, policy.uploaded.text));
  const wheels = policy.sourcesOnly ? [] : files.filter(({ filename }) => filename.endsWith(".whl"));
  if (wheels.length === 0 && !policy.mayBuild) {
    const sourcesOnly = files.some(({ filename }) => filename.endsWith(".whl"));
    if (sourcesOnly) return none("may not come as a wheel (no-binary), and nothing is built here");
    return none(policy.needsCompiler === true ? `${NO_WHEEL}, which need a compiler` : NO_WHEEL);
  }
  if (!allowsPrerelease(policy, version)) return none("is a pre-release");
  const misspelt = policy.spellings.find((asked) => !isSpelt(version, asked));
  if (misspelt !== undefined) return none(`is not spelled as ${misspelt.text} asks`);
  const hashed = wheels.filter((file) => hasHash(file, policy));
  if (wheels.length > 0 && hashed.length === 0) return none(noHash(policy));
  const wheel = hashed.length === 0 ? undefined : fitting(version, hashed, policy);
  if (wheel?.kind === "wheel") return wheel;
  if (!policy.mayBuild) return withSources(wheel, files, policy) ?? wheel ?? none(NO_WHEEL);
  return sourcesOf(version, files, policy) ?? wheel ?? none("has neither a wheel nor sources that can be built");
}

const NO_WHEEL = "has no wheel, only sources";

/** Where no wheel fits, but there are sources too. */
function withSources(
  offer: Offer | undefined,
  files: readonly DistributionFile[],
  { needsCompiler }: Policy,
): Offer | undefined {
  if (offer?.kind !== "none" || needsCompiler !== true || !files.some(isSource)) return undefined;
  return { kind: "none", reason: `${offer.reason}, and its sources need a compiler` };
}

function isSource({ filename }: DistributionFile): boolean {
  return parseSdistName(filename).ok && !filename.endsWith(".whl");
}

/** The source distribution of a version that has no wheel. */
function sourcesOf(version: Version, files: readonly DistributionFile[], policy: Policy): Offer | undefined {
  const allowed = files
    .filter(isSource)
    .filter((file) => hasHash(file, policy) && allowsPython(file.requiresPython, policy.target.python.version));
  const kept = allowed.find(({ yanked }) => yanked === undefined);
  const file = kept ?? (allowsYanked(policy, version) ? allowed[0] : undefined);
  return file === undefined ? undefined : { kind: "wheel", wheel: file };
}

function fitting(version: Version, wheels: readonly DistributionFile[], policy: Policy): Offer {
  const { target } = policy;
  const allowed = wheels.filter((file) => allowsPython(file.requiresPython, target.python.version));
  const kept = allowed.filter((file) => file.yanked === undefined);
  const best = bestWheel(kept, target);
  if (best !== undefined) return { kind: "wheel", wheel: best };
  const yanked = bestWheel(allowed, target);
  if (yanked === undefined) return { kind: "none", reason: noneFits(wheels, policy) };
  if (allowsYanked(policy, version)) return { kind: "wheel", wheel: yanked };
  return { kind: "none", reason: yankedReason(yanked) };
}

function noneFits(wheels: readonly DistributionFile[], { target }: Policy): string {
  const reasons = wheels.map(({ filename, requiresPython }) => {
    const allowed = allowsPython(requiresPython, target.python.version);
    return allowed ? explainMismatch(filename, target) : needsPython(requiresPython ?? "");
  });
  return summary(reasons, target);
}

/** The target's own Python stands in the head of every message. */
export function needsPython(requiresPython: string): string {
  return `needs Python ${requiresPython}`;
}

function yankedReason({ yanked = "" }: DistributionFile): string {
  return yanked === "" ? "was yanked by its authors" : `was yanked by its authors (${yanked})`;
}

function tooNew(files: readonly DistributionFile[], limit: string): string {
  const dated = files.some(({ uploadTime }) => uploadTime !== undefined);
  return dated ? `was uploaded after ${limit}` : `has no upload time, and files newer than ${limit} are excluded`;
}

function isSpelt(version: Version, { requirement }: Policy["spellings"][number]): boolean {
  const text = formatVersion(version);
  return requirement.specifiers.specifiers.every(
    ({ operator, text: wanted }) => operator !== "===" || wanted.toLowerCase() === text,
  );
}

/** A file of which no hash is known is let in: it is hashed before it is used. */
function hasHash({ sha256 }: DistributionFile, { hashes }: Policy): boolean {
  if (sha256 === undefined) return true;
  return hashes.every((asked) => asked.sha256.includes(sha256.toLowerCase()));
}

function noHash({ hashes }: Policy): string {
  const places = hashes.map(({ location }) => `${location.file}:${location.line}`);
  return `has no wheel with a sha256 of ${[...new Set(places)].join(" and ")}`;
}
