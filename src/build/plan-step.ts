import type { Base } from "../base/base.ts";
import { type ConflictRule, excludesOf } from "../install/conflict-rules.ts";
import { NONROOT_ID } from "../layers/accounts.ts";
import { environmentRecipe } from "../layers/environment.ts";
import { layerKey } from "../layers/key.ts";
import { type ProjectSource, projectRecipe } from "../layers/project.ts";
import type { CodecChoice, LayerRecipe } from "../layers/recipe.ts";
import { type LayerContext, planWheelLayers } from "../layers/wheel-layers.ts";
import type { Target } from "../python/target.ts";
import type { Lock } from "../resolve/lock.ts";
import type { PlannedLayer } from "./image-plan.ts";
import type { LayoutData } from "./layout-data.ts";

export interface PlanInput {
  readonly base: Base;
  readonly layout: LayoutData;
  readonly codec: CodecChoice;
  /** Seconds since 1970, of files that are not the project's. */
  readonly mtime: number;
  /** Of the project's own files. */
  readonly projectMtime: number;
  readonly target: Target | undefined;
  readonly lock: Lock | undefined;
  readonly conflicts: readonly ConflictRule[];
  readonly project: readonly ProjectSource[];
  /** Without a leading slash. */
  readonly workdir: string;
  /** The image runs as our own nonroot user: a foreign base gets an account and a home for it. */
  readonly ownUser: boolean;
}

export interface LayerPlan {
  readonly layers: readonly PlannedLayer[];
  readonly warnings: readonly string[];
}

/** All layers above the base's finished ones, before a byte is fetched. Pure. Throws LAYER_LIMIT. */
export function planStep(input: PlanInput): LayerPlan {
  const { base, layout, codec, mtime } = input;
  const context: LayerContext = { scheme: layout.scheme, codec, mtime, directories: base.facts.directories };
  const environment = environmentOf(input, context);
  const project =
    input.project.length === 0 ? [] : [projectRecipe(input.project, { ...context, mtime: input.projectMtime })];
  const own = [...environment, ...project];
  const wheels = planWheelLayers(input.lock?.packages ?? [], layout.policy, layout.families, {
    ...context,
    baseLayers: base.layers.length,
    reserved: base.recipes.length + own.length,
    excludes: excludesOf(input.conflicts, layout.scheme),
  });
  const recipes: readonly LayerRecipe[] = [...base.recipes, ...wheels.recipes, ...own];
  return { layers: recipes.map((recipe) => ({ recipe, key: layerKey(recipe) })), warnings: wheels.warnings };
}

function environmentOf({ base, target, workdir, ownUser }: PlanInput, context: LayerContext): readonly LayerRecipe[] {
  if (target === undefined) return [];
  const { passwd, group } = base.facts;
  const known = (passwd ?? "").split("\n").some((line) => line.split(":")[2] === String(NONROOT_ID));
  const { version, freeThreaded } = target.python;
  const python = { version, freeThreaded, executable: base.facts.python?.executable ?? `/usr/bin/python3` };
  return [
    environmentRecipe({
      ...context,
      python,
      workdir,
      ...(ownUser && !known ? { accounts: { passwd: passwd ?? "", group: group ?? "" } } : {}),
    }),
  ];
}
