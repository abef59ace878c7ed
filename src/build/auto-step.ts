import type { Base, BaseRequest } from "../base/base.ts";
import type { LockedPackage } from "../resolve/lock.ts";
import { autoPackages, needlessPackages } from "./auto-packages.ts";
import { type BaseChoice, openBaseOf, wantsAuto } from "./base-step.ts";
import type { BuildDeps } from "./deps.ts";
import type { PackageIndex } from "./index-step.ts";

/** What `--system auto` looks at. */
export interface AutoSubject {
  readonly choice: BaseChoice;
  readonly packages: readonly LockedPackage[];
  readonly index: Pick<PackageIndex, "fetch"> | undefined;
  readonly noteOf?: BaseRequest["noteOf"];
}

/**
 * The base with the Debian packages that the wheels' libraries need, where the configuration asks for them; what a lock
 * pins for it is followed. Closes `base` where another one takes its place.
 */
export async function withNeededPackages(base: Base, subject: AutoSubject, deps: BuildDeps): Promise<Base> {
  const { choice, packages, index, noteOf } = subject;
  if (!wantsAuto(choice, base)) return base;
  const names = await autoPackages({ base, packages, index }, deps);
  deps.report({ type: "note", message: `system packages for the wheels: ${names.join(", ") || "none"}` });
  if (names.length === 0) return base;
  await base.close();
  const wide = await openBaseOf(choice, base.platform, deps, noteOf, { names });
  const without = await needlessPackages(wide, base, names, deps);
  await wide.close();
  return openBaseOf(choice, base.platform, deps, noteOf, { names, without });
}
