import type { Base } from "../base/base.ts";
import { excludesOf, type LeftOut } from "../install/left-out.ts";
import { type Accounts, accountSources, hasAccount, NONROOT } from "../layers/accounts.ts";
import { type BytecodeChoice, bytecodeSlots, planBytecodeLayers } from "../layers/bytecode-layers.ts";
import { accountsRecipe, environmentRecipe } from "../layers/environment.ts";
import { layerKey } from "../layers/key.ts";
import { filesRecipe, type ProjectSource } from "../layers/project.ts";
import { planProjectBytecode } from "../layers/project-bytecode.ts";
import type { CodecChoice, InstallScheme, LayerRecipe, LayerSource } from "../layers/recipe.ts";
import { throughLinks } from "../layers/through-links.ts";
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
  readonly target: Pick<Target, "python"> | undefined;
  readonly lock: Lock | undefined;
  readonly leftOut: readonly LeftOut[];
  readonly project: readonly ProjectSource[];
  /** Without a leading slash. */
  readonly workdir: string;
  /** The image runs as our own nonroot user: a foreign base gets an account and a home for it. */
  readonly ownUser: boolean;
  /** The configuration's own. */
  readonly accounts: Accounts;
  readonly weights: readonly Weights[];
  /** None where no bytecode is wanted, or none can be made. */
  readonly bytecode: BytecodeChoice | undefined;
}

/** Files that fill a layer of their own, below the project. */
export interface Weights {
  readonly name: string;
  readonly sources: readonly ProjectSource[];
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
  const files = onBase(input.project, base);
  const project = files.length === 0 ? [] : [filesRecipe("project", files, { ...context, mtime: input.projectMtime })];
  const weights = input.weights.map(({ name, sources }) => filesRecipe(name, onBase(sources, base), context));
  const own = [...weights, ...environment, ...project];
  const slots = bytecodeSlots(layout.policy.budget);
  const wheels = planWheelLayers(input.lock?.packages ?? [], layout.policy, layout.families, {
    ...context,
    baseLayers: base.layers.length,
    reserved: base.recipes.length + own.length + slots,
    excludes: excludesOf(input.leftOut, layout.scheme),
  });
  const sources = wheels.layers.flatMap(({ recipe }) => recipe.sources.filter((source) => source.type === "wheel"));
  const { bytecode: choice } = input;
  const compiled = choice === undefined ? [] : planProjectBytecode(choice, files, context, slots);
  const left = slots - compiled.length;
  const bytecode = choice === undefined ? [] : planBytecodeLayers(choice, sources, base.recipes, context, left);
  return {
    layers: [
      ...base.recipes.map(planned),
      ...wheels.layers.map(({ recipe, reason }) => ({ ...planned(recipe), reason })),
      ...bytecode.map(planned),
      // A change of the project changes the uppermost layers alone.
      ...[...weights, ...environment, ...compiled, ...project].map(planned),
    ],
    warnings: [...hiddenLinks(layout.scheme, base), ...wheels.warnings],
  };
}

/** The sources where the base's links to directories lead: /lib of a merged /usr stays the link that it is. */
function onBase<S extends LayerSource>(sources: readonly S[], { facts }: Base): readonly S[] {
  return sources.map((source) =>
    "path" in source
      ? { ...source, path: throughLinks(source.path, facts.links, source.type === "directory") }
      : source,
  );
}

/** The environment has one place on every base, or its layers could not be shared. */
function hiddenLinks({ data }: InstallScheme, { spec, facts }: Base): readonly string[] {
  const parts = data.split("/");
  const places = parts.map((_, at) => parts.slice(0, at + 1).join("/"));
  return places.flatMap((place) => {
    const target = Object.hasOwn(facts.links, place) ? facts.links[place] : undefined;
    return target === undefined ? [] : [`/${place} of ${spec}, a link to /${target}, gives way to a folder`];
  });
}

function planned(recipe: LayerRecipe): PlannedLayer {
  return { recipe, key: layerKey(recipe) };
}

function environmentOf(input: PlanInput, context: LayerContext): readonly LayerRecipe[] {
  const { base, target } = input;
  const workdir = throughLinks(input.workdir, base.facts.links, true);
  const more = onBase(accountsOf(input), base);
  if (target === undefined) return more.length === 0 ? [] : [accountsRecipe(more, context)];
  const { version, freeThreaded } = target.python;
  const python = { version, freeThreaded, executable: base.facts.python?.executable ?? `/usr/bin/python3` };
  return [environmentRecipe({ ...context, python, workdir, more })];
}

function accountsOf({ base, target, ownUser, accounts }: PlanInput): readonly LayerSource[] {
  const { passwd = "", group = "" } = base.facts;
  const known = hasAccount(passwd, NONROOT.name, NONROOT.uid);
  const users = ownUser && target !== undefined && !known ? [NONROOT, ...accounts.users] : accounts.users;
  return accountSources({ passwd, group }, { ...accounts, users });
}
