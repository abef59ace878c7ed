import type { Destination, Publication, WriteResult } from "../destination/destination.ts";
import { annotationLevels } from "../image/annotations.ts";
import type { Platform } from "../oci/platform.ts";
import { nameFullCache } from "../store/store-error.ts";
import { openBaseOf } from "./base-step.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan } from "./image-plan.ts";
import { type BuiltImage, imageStep } from "./image-step.ts";
import { layerStep } from "./layer-step.ts";
import { planStep } from "./plan-step.ts";
import type { Prepared } from "./prepare-step.ts";
import { publicationOf, publishStep } from "./publish-step.ts";
import { targetOf } from "./target.ts";

/** What a build leaves behind. */
export interface Built {
  readonly images: readonly BuiltImage[];
  readonly publication: Publication;
  readonly written: WriteResult;
  /** Names that destinations pushed to instead of the tags. */
  readonly names: readonly string[];
}

/** From a prepared request to an image at its destinations; one platform after the other, one index over several. */
export async function build(prepared: Prepared, destinations: readonly Destination[], deps: BuildDeps): Promise<Built> {
  const images: BuiltImage[] = [];
  try {
    for (const platform of prepared.platforms) {
      const plan = await planImage(prepared, platform, deps);
      const layers = await layerStep(plan, { noCache: prepared.request.noCache }, deps).catch((error: unknown) => {
        throw nameFullCache(error, deps.store.cacheDir);
      });
      images.push(imageStep(plan, layers, prepared));
    }
    const { tags = [], annotations = {} } = prepared.request.config;
    const publication = publicationOf(images, tags, annotationLevels(annotations).index);
    const written = await publishStep(publication, images, destinations, deps);
    return { images, publication, written, names: destinations.flatMap((one) => one.names ?? []) };
  } finally {
    for (const image of images) await image.plan.base.close();
    await prepared.packages?.close();
  }
}

/** Everything that is decided before a byte of a wheel is fetched. The caller closes the plan's base. */
export async function planImage(prepared: Prepared, platform: Platform, deps: BuildDeps): Promise<ImagePlan> {
  const { request, packages } = prepared;
  const { config } = request;
  const base = await openBaseOf(prepared, platform, deps);
  const hasPython = packages !== undefined || base.facts.python !== undefined;
  const target = hasPython ? targetOf(base, { python: config.python, libc: config.libc }) : undefined;
  const lock = target === undefined ? undefined : await packages?.lockFor(target);
  const plan = planStep({
    ...prepared,
    base,
    target,
    lock,
    project: prepared.project.sources,
    weights: prepared.project.weights,
    accounts: { users: config.accounts?.users ?? [], groups: config.accounts?.groups ?? [] },
    workdir: (config.workdir ?? "/app").slice(1),
    ownUser: config.user === undefined && runsAsRoot(base.config.config?.User),
  });
  for (const message of plan.warnings) deps.report({ type: "warning", message });
  deps.report({ type: "phase", phase: "plan", detail: `${base.layers.length + plan.layers.length} layers` });
  return {
    platform: base.platform,
    base,
    target,
    lock,
    packages: packages?.index,
    layers: plan.layers,
    projectFiles: prepared.project.local,
  };
}

function runsAsRoot(user: string | undefined): boolean {
  return user === undefined || user === "" || /^(?:root|0)(?::|$)/.test(user);
}
