import type { BuildDeps } from "./deps.ts";
import type { ImagePlan, PlannedLayer } from "./image-plan.ts";

/** Brings the wheels and Debian packages of layers that are to be made into the store. All or the first error. */
export async function fetchSources(plan: ImagePlan, layers: readonly PlannedLayer[], deps: BuildDeps): Promise<void> {
  const wheels = new Set<string>();
  const debs = new Set<string>();
  for (const source of layers.flatMap((layer) => layer.recipe.sources)) {
    if (source.type === "wheel") wheels.add(source.sha256);
    if (source.type === "deb") debs.add(source.sha256);
  }
  const packages = (plan.lock?.packages ?? []).filter((item) => wheels.has(item.wheel.sha256));
  // One failure stops the others: nobody wants the rest of 4 GB after a hash that lies.
  const stop = new AbortController();
  const signal = AbortSignal.any([deps.signal, stop.signal]);
  const tasks = [
    ...packages.map((item) => () => plan.packages?.fetch(item.wheel, signal)),
    ...[...debs].map((sha256) => () => plan.base.fetchSource(sha256, deps.report, signal)),
  ];
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(
    tasks.map((task) =>
      deps.limits
        .downloads(async () => {
          if (!signal.aborted) await task();
        })
        .catch((error: unknown) => {
          failure ??= { error };
          stop.abort();
        }),
    ),
  );
  if (failure !== undefined) throw failure.error;
  deps.signal.throwIfAborted();
}
