import { OciasmError } from "../errors.ts";
import type { LockInput } from "../input/input.ts";
import type { Target } from "../python/target.ts";
import type { SelectChoice } from "./choice.ts";
import { describeTarget } from "./describe-target.ts";
import type { ChosenRoot } from "./walk-root.ts";

/**
 * For a lock of which nothing was selected: an empty image is never what was meant. Throws INPUT_INVALID with the
 * groups and extras to choose, unless the lock is empty, its project needs nothing, or the default groups were left out.
 */
export function checkNotEmpty(
  input: LockInput,
  target: Target,
  choice: SelectChoice,
  root: ChosenRoot | undefined,
): void {
  const { selection } = input;
  const count = selection.by === "graph" ? selection.graph.nodes.length : input.packages.length;
  if (count === 0) return;
  const chosen =
    root === undefined ? [...(choice.noDefaultGroups ? [] : input.defaultGroups), ...choice.groups] : root.groups;
  const extras = root === undefined ? choice.extras : root.extras;
  const flags = [
    ...listed([...groupsOf(input, root), ...input.defaultGroups], chosen).map((name) => `--group ${name}`),
    ...listed(extrasOf(input, root), extras).map((name) => `--extra ${name}`),
  ];
  if (root !== undefined && root.edges.length === 0 && (flags.length === 0 || choice.noDefaultGroups)) return;
  const bySet =
    root === undefined
      ? input.packages.some((entry) => /\b(?:dependency_groups|extras)\b/.test(entry.marker ?? ""))
      : root.edges.length === 0;
  const why = bySet
    ? `with ${listOr("groups", chosen)} and ${listOr("extras", extras)}`
    : `for ${describeTarget(target)}`;
  const packages = `${count} package${count === 1 ? "" : "s"}`;
  throw new OciasmError("INPUT_INVALID", `none of the ${packages} of ${input.file} applies ${why}`, {
    hint: bySet && flags.length > 0 ? `add ${flags.join(" or ")}` : "check the markers of the lock",
  });
}

function groupsOf(input: LockInput, root: ChosenRoot | undefined): readonly string[] {
  return root === undefined ? input.groups : Object.keys(root.project?.groups ?? {});
}

function extrasOf(input: LockInput, root: ChosenRoot | undefined): readonly string[] {
  return root === undefined ? input.extras : Object.keys(root.project?.extras ?? {});
}

function listed(names: readonly string[], chosen: readonly string[]): readonly string[] {
  return [...new Set(names)].filter((name) => !chosen.includes(name)).sort();
}

function listOr(what: string, names: readonly string[]): string {
  return names.length === 0 ? `no ${what}` : `${what} ${names.join(", ")}`;
}
