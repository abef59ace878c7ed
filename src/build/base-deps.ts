import type { BaseDeps } from "../base/base.ts";
import type { BuildDeps } from "./deps.ts";

/** What whoever reads images and bases works with: the run's parts under the names of that room. */
export function baseDeps(deps: BuildDeps): BaseDeps {
  const { store, http, registries, report, signal, environment, now } = deps;
  return { blobs: store, index: store, http, registries, report, signal, environment, now };
}
