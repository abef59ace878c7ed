import type { Base } from "../base/base.ts";
import type { Destination, Publication, WriteResult } from "../destination/destination.ts";
import { toOciasmError } from "../errors.ts";
import { annotationLevels } from "../image/annotations.ts";
import { isRoot } from "../image/runtime-config.ts";
import type { Digest } from "../oci/digest.ts";
import type { Platform } from "../oci/platform.ts";
import { nameFullCache } from "../store/store-error.ts";
import { withNeededPackages } from "./auto-step.ts";
import { openBaseOf } from "./base-step.ts";
import { baseWarnings } from "./base-warnings.ts";
import { chooseBytecode, readyBytecode } from "./bytecode-step.ts";
import { cacheRequests } from "./cache-requests.ts";
import { askedPython } from "./choose-python.ts";
import type { BuildConfig } from "./config.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan } from "./image-plan.ts";
import { type BuiltImage, imageStep } from "./image-step.ts";
import { type KnownLayers, knownLayers } from "./known-layers.ts";
import { createRunBlobs, type RunBlobs } from "./layer-blobs.ts";
import { type LayerCache, NO_CACHE, openLayerCache } from "./layer-cache.ts";
import { layerStep } from "./layer-step.ts";
import { checkLibraries } from "./library-check.ts";
import { type PlanInput, planStep } from "./plan-step.ts";
import type { Prepared } from "./prepare-step.ts";
import { openPublisher, publicationOf } from "./publish-step.ts";
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
  const cache = openCache(prepared, destinations, deps);
  const blobs = createRunBlobs(deps);
  try {
    return await attempt(prepared, destinations, { cache, blobs }, deps);
  } catch (error) {
    if (!blobs.isRefuted) throw error;
    deps.report({ type: "warning", message: `${toOciasmError(error).message}: starting again without earlier images` });
    return await attempt(prepared, destinations, { cache: NO_CACHE, blobs: createRunBlobs(deps) }, deps);
  } finally {
    await cache.close();
    await prepared.packages?.close();
  }
}

/** The earlier images that this request lets layers be taken from. The caller closes it. */
export function openCache({ request }: Prepared, destinations: readonly Destination[], deps: BuildDeps): LayerCache {
  return request.noCache ? NO_CACHE : openLayerCache(cacheRequests(request.config, destinations, deps.offline), deps);
}

interface Sources {
  readonly cache: LayerCache;
  readonly blobs: RunBlobs;
}

async function attempt(
  prepared: Prepared,
  destinations: readonly Destination[],
  { cache, blobs }: Sources,
  deps: BuildDeps,
): Promise<Built> {
  const { tags = [], annotations = {} } = prepared.request.config;
  const publisher = await openPublisher(destinations, tags, blobs, deps);
  // Where the image is pushed, somebody is spoken to anyhow.
  if (destinations.some(({ begin }) => begin !== undefined)) cache.begin();
  const images: BuiltImage[] = [];
  const bases: Base[] = [];
  try {
    for (const platform of prepared.platforms) {
      const whole = await planImage(prepared, platform, cache, deps);
      bases.push(whole.base);
      const known: KnownLayers = prepared.request.noCache ? new Map() : await knownLayers(whole, cache, deps);
      const plan = await readyBytecode(whole, known, prepared.request.context, deps);
      blobs.add(plan, known);
      const layers = await layerStep(plan, known, publisher.sealed, deps).catch((error: unknown) => {
        throw nameFullCache(error, deps.store.cacheDir);
      });
      await checkLibraries(plan, deps);
      images.push(imageStep(plan, layers, prepared));
    }
    const publication = publicationOf(images, tags, annotationLevels(annotations).index);
    const written = await publisher.publish(publication);
    const names = destinations.flatMap((one) => one.names ?? []);
    return { images: images.map((image) => withOrigins(image, blobs.remade)), publication, written, names };
  } finally {
    await publisher.close();
    for (const base of bases) await base.close();
  }
}

/** Says of layers whose blobs turned out to be gone that they were made. */
function withOrigins(image: BuiltImage, remade: ReadonlySet<Digest>): BuiltImage {
  const layers = image.layers.map((layer) =>
    remade.has(layer.record.digest) && layer.origin === "registry" ? { ...layer, origin: "built" as const } : layer,
  );
  return { ...image, layers };
}

/** Everything that is decided before a byte of a wheel is fetched. The caller closes the plan's base. */
export async function planImage(
  prepared: Prepared,
  platform: Platform,
  cache: LayerCache,
  deps: BuildDeps,
): Promise<ImagePlan> {
  const { request, packages } = prepared;
  const { config } = request;
  const named = await openBaseOf(prepared, platform, deps, cache.baseNote);
  const hasPython = packages !== undefined || named.facts.python !== undefined;
  const target = hasPython ? targetOf(named, { python: askedPython(request), libc: config.libc }) : undefined;
  const lock = target === undefined ? undefined : await packages?.lockFor(target);
  const subject = { choice: prepared, packages: lock?.packages ?? [], index: packages?.index, noteOf: cache.baseNote };
  const base = await withNeededPackages(named, subject, deps);
  const plan = planStep({
    ...prepared,
    base,
    target,
    lock,
    project: prepared.project.sources,
    weights: prepared.project.weights,
    bytecode: await chooseBytecode(config.bytecode, target, base, deps),
    ...environmentChoice(config, base),
  });
  for (const message of [...baseWarnings(base, lock), ...plan.warnings]) deps.report({ type: "warning", message });
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

/** What decides the environment's layer, besides Python. */
export function environmentChoice(
  { accounts, workdir, user }: Pick<BuildConfig, "accounts" | "workdir" | "user">,
  base: Base,
): Pick<PlanInput, "accounts" | "workdir" | "ownUser"> {
  return {
    accounts: { users: accounts?.users ?? [], groups: accounts?.groups ?? [] },
    workdir: (workdir ?? "/app").slice(1),
    ownUser: user === undefined && isRoot(base.config.config?.User),
  };
}
