import type { LockedPackage } from "../resolve/lock.ts";
import type { LayerReason } from "./reason.ts";
import type { WheelPart } from "./recipe.ts";

/** Wheels that share a layer, or a part of one wheel. Sorted by name. */
export interface WheelGroup {
  readonly kind: "package" | "bucket";
  readonly title: string;
  readonly packages: readonly LockedPackage[];
  readonly part?: WheelPart;
  readonly reason: LayerReason;
}
