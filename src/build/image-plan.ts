import type { Base } from "../base/base.ts";
import type { Runtime } from "../interpreter/runtime.ts";
import type { LayerReason } from "../layers/reason.ts";
import type { LayerRecipe } from "../layers/recipe.ts";
import type { Digest } from "../oci/digest.ts";
import type { Platform } from "../oci/platform.ts";
import type { Target } from "../python/target.ts";
import type { Lock } from "../resolve/lock.ts";
import type { PackageIndex } from "./index-step.ts";

/** A layer that will be, and its name before its bytes. */
export interface PlannedLayer {
  readonly recipe: LayerRecipe;
  readonly key: Digest;
  /** Why its wheels are in one layer. */
  readonly reason?: LayerReason;
}

/** Everything that is decided about one platform's image before a wheel is opened. */
export interface ImagePlan {
  readonly platform: Platform;
  readonly base: Base;
  readonly target: Target | undefined;
  readonly lock: Lock | undefined;
  /** Where the lock's wheels come from. */
  readonly packages: PackageIndex | undefined;
  /** In the order of the image, above the base's finished layers. */
  readonly layers: readonly PlannedLayer[];
  /** What makes its bytecode; absent where every layer of it is known, or there is none. */
  readonly runtime?: Runtime;
  /** Host paths of the project's files, by sha256 hex. */
  readonly projectFiles: ReadonlyMap<string, string>;
}
