/** Why wheels share a layer, or have one alone: what `explain` says. */
export type LayerReason =
  /** All in one, or each alone: that is the policy. */
  | { readonly by: "policy" }
  /** Heavy packages, or the others (`wheels: tiers`). */
  | { readonly by: "tier" }
  /** A group, or a pin, that a person wrote. */
  | { readonly by: "group" | "pin" }
  /** They are of one family of layout/families.yaml. */
  | { readonly by: "family" }
  /** Big enough, and there was room. */
  | { readonly by: "size" }
  /** Small, or there was no room: the hash of each name decides. */
  | { readonly by: "bucket"; readonly index: number; readonly count: number };
