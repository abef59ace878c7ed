import { dirname, relative, resolve } from "node:path";
import { isRequest } from "../input/request.ts";
import { formatPlatform } from "../oci/platform.ts";
import type { Target } from "../python/target.ts";
import type { BaseNote, OciasmTable, PylockDocument, TargetNote } from "../resolve/pylock-document.ts";
import { environmentMarkers, packagesOf, pylockEntries, type TargetSets } from "../resolve/pylock-sets.ts";
import type { Input } from "./input-files.ts";
import { inputsDigest } from "./inputs-digest.ts";
import type { LockRequest } from "./lock-request.ts";
import type { LockScope } from "./lock-sets.ts";

/** What a lock is to say. */
export interface Resolved {
  readonly scope: LockScope;
  readonly sets: readonly TargetSets[];
  readonly base: BaseNote;
}

export async function lockDocument(
  request: LockRequest,
  input: Input,
  { scope, sets, base }: Resolved,
): Promise<PylockDocument> {
  const targets = sets.map((set) => set.target);
  const all = sets.flatMap(packagesOf);
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
