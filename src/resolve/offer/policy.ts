import type { Asked } from "../../input/request.ts";
import { namesPrerelease, type SpecifierSet, specifierContains } from "../../python/specifier.ts";
import type { Target } from "../../python/target.ts";
import { isPrerelease, parseVersion, type Version } from "../../python/version.ts";
import type { Request } from "../asked/request.ts";
import type { ResolveOptions } from "./options.ts";
import type { UploadLimit } from "./upload-limit.ts";
import { uploadLimit } from "./upload-limit.ts";

/** What decides which files of one project can be used, and which version is tried first. */
export interface Policy {
  readonly name: string;
  readonly target: Target;
  readonly prereleases: "by-version" | "last" | "never";
  readonly lowest: boolean;
  readonly preference?: Version;
  readonly uploaded?: UploadLimit;
  readonly sourcesOnly: boolean;
  /** Sources will do where there is no wheel. */
  readonly mayBuild: boolean;
  /** They would do, but those of this project have to be compiled. */
  readonly needsCompiler?: boolean;
  /** Lists of sha256, in each of which a file's must be. */
  readonly hashes: readonly Asked[];
  /** Operands of `===`, with the place. */
  readonly spellings: readonly Asked[];
  /** What the user says of its versions. */
  readonly asked: readonly SpecifierSet[];
}

export function policyOf(name: string, request: Request, options: ResolveOptions, target: Target): Policy {
  const said = request.said.get(name) ?? [];
  const asked = said.flatMap(({ requirement, anyOf = [] }) => [requirement.specifiers, ...anyOf]);
  const preference = parseVersion(options.preferences.get(name) ?? "");
  const direct = request.chosen.some(({ requirement }) => requirement.name === name);
  const uploaded = uploadLimit(name, options);
  return {
    name,
    target,
    prereleases: prereleasesOf(options, asked),
    lowest: options.resolution === "lowest" || (options.resolution === "lowest-direct" && direct),
    ...(preference === undefined ? {} : { preference }),
    ...(uploaded === undefined ? {} : { uploaded }),
    sourcesOnly: options.noBinary.includes(name) || options.noBinary.includes(":all:"),
    mayBuild: options.mayBuild?.(name) === true,
    hashes: said.filter(({ sha256 }) => sha256.length > 0),
    spellings: said.filter(({ requirement }) => requirement.specifiers.specifiers.some(isSpelling)),
    asked,
  };
}

function isSpelling({ operator }: { readonly operator: string }): boolean {
  return operator === "===";
}

/** `explicit`: a package has pre-releases, as a last resort, when the user's own words name one; so uv has it. */
function prereleasesOf({ prerelease }: ResolveOptions, asked: readonly SpecifierSet[]): Policy["prereleases"] {
  switch (prerelease) {
    case "allow":
      return "by-version";
    case "disallow":
      return "never";
    case "if-necessary":
      return "last";
    case "explicit":
      return asked.some(namesPrerelease) ? "last" : "never";
  }
}

/** A yanked version is let in by an exact pin of the user's own, or by the lock that it stands in. */
export function allowsYanked({ asked, preference }: Policy, version: Version): boolean {
  const kept = preference !== undefined && specifierContains(exactly(preference), version);
  return (
    kept ||
    asked.some(({ specifiers }) =>
      specifiers.some((one) => isExact(one) && specifierContains({ specifiers: [one] }, version)),
    )
  );
}

function isExact({ operator, prefix }: SpecifierSet["specifiers"][number]): boolean {
  return operator === "===" || (operator === "==" && !prefix);
}

function exactly(version: Version): SpecifierSet {
  return { specifiers: [{ operator: "==", text: "", version, prefix: false }] };
}

export function allowsPrerelease({ prereleases }: Policy, version: Version): boolean {
  return prereleases !== "never" || !isPrerelease(version);
}
