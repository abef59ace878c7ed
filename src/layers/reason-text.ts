import type { LayerPolicy } from "./policy.ts";
import type { LayerReason } from "./reason.ts";

/** A size for people. */
export type FormatSize = (bytes: number) => string;

/** Why a wheel of `size` bytes is in its layer, for people. */
export function reasonText(
  reason: LayerReason,
  size: number,
  policy: Pick<LayerPolicy, "name" | "floor">,
  format: FormatSize,
): string {
  const floor = format(policy.floor);
  switch (reason.by) {
    case "policy":
      return `the policy ${policy.name} has it so`;
    case "tier":
      return size >= policy.floor ? `a heavy package: ${floor} or more` : `a light package: less than ${floor}`;
    case "group":
      return "a group of the policy or the configuration names it";
    case "pin":
      return "the policy or the configuration pins it";
    case "family":
      return "its family stays together";
    case "size":
      return `large enough to stand alone: ${floor} or more, and there was room for it`;
    case "bucket": {
      const why = size < policy.floor ? `less than ${floor}` : "larger ones took the layers there are";
      return `${why}; the hash of its name chose bucket ${reason.index + 1} of ${reason.count}`;
    }
  }
}
