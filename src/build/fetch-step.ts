import type { BytecodeSource, LayerSource } from "../layers/recipe.ts";
import { allOrNothing, type Task } from "./all-or-nothing.ts";
import { findPack } from "./bytecode-packs.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan, PlannedLayer } from "./image-plan.ts";

/** Brings the wheels, Debian packages and Pythons of layers that are to be made into the store, all or none; says how many. */
export async function fetchSources(plan: ImagePlan, layers: readonly PlannedLayer[], deps: BuildDeps): Promise<number> {
  const wheels = new Set<string>();
  const others = new Set<string>();
  for (const source of await neededSources(layers, deps)) {
    if (source.type === "wheel") wheels.add(source.sha256);
    if (source.type === "deb" || source.type === "python") others.add(source.sha256);
  }
  const packages = (plan.lock?.packages ?? []).filter((item) => wheels.has(item.wheel.sha256));
  const tasks: readonly Task<void>[] = [
    ...packages.map(
      (item): Task<void> =>
        async (signal) =>
          plan.packages?.fetch(item.wheel, signal),
    ),
    ...[...others].map(
      (sha256): Task<void> =>
        (signal) =>
          plan.base.fetchSource(sha256, deps.report, signal),
    ),
  ];
  await allOrNothing(tasks, deps.limits.downloads, deps.signal);
  return tasks.length;
}

type NeededSource = LayerSource | BytecodeSource["of"];

/** Bytecode that was compiled before needs no source. */
async function neededSources(
  layers: readonly PlannedLayer[],
  { store }: Pick<BuildDeps, "store">,
): Promise<readonly NeededSource[]> {
  const needed = layers.flatMap(({ recipe }) =>
    recipe.sources.map(async (source): Promise<readonly NeededSource[]> => {
      if (source.type !== "bytecode") return [source];
      return (await findPack(source, recipe.scheme, store)) === undefined ? [source.of] : [];
    }),
  );
  return (await Promise.all(needed)).flat();
}
