import type { Base } from "../base/base.ts";
import type { FinishedImage } from "../destination/destination.ts";
import { type ComposedImage, composeImage } from "../image/compose.ts";
import { resolveCreated } from "../image/created.ts";
import { runtimeDefaults } from "../image/runtime-defaults.ts";
import type { ImageSettings } from "../image/settings.ts";
import type { InstallScheme, LayerRecord } from "../layers/recipe.ts";
import type { Platform } from "../oci/platform.ts";
import type { ImagePlan } from "./image-plan.ts";
import type { BuiltLayer } from "./layer-step.ts";
import type { LayoutData } from "./layout-data.ts";

/** One platform's image, whole, and the layers it came from. */
export interface BuiltImage {
  readonly plan: ImagePlan;
  readonly layers: readonly BuiltLayer[];
  readonly composed: ComposedImage;
}

export interface ImageStepOptions {
  readonly settings: ImageSettings;
  readonly layout: LayoutData;
  /** SOURCE_DATE_EPOCH. */
  readonly epoch: string | undefined;
}

/** Config and manifest from layers that exist. Pure. */
export function imageStep(plan: ImagePlan, layers: readonly BuiltLayer[], options: ImageStepOptions): BuiltImage {
  const ours = layers.filter((layer) => layer.origin !== "base").map((layer) => layer.record);
  const composed = composeOnBase(plan.base, ours, {
    platform: plan.platform,
    settings: options.settings,
    scheme: options.layout.scheme,
    epoch: options.epoch,
    dates: plan.lock?.packages.map((item) => item.wheel.uploadTime) ?? [],
  });
  return { plan, layers, composed };
}

export interface ComposeOptions extends Pick<ImageStepOptions, "settings" | "epoch"> {
  readonly platform: Platform;
  readonly scheme: InstallScheme;
  /** Of what went into the layers, RFC 3339. */
  readonly dates: readonly (string | undefined)[];
}

/** The same for layers of whatever origin, above those of the base. */
export function composeOnBase(base: Base, layers: readonly LayerRecord[], options: ComposeOptions): ComposedImage {
  const { platform, settings, scheme, epoch, dates } = options;
  return composeImage({
    platform,
    base: {
      config: base.config,
      layers: base.layers,
      ...(base.name === undefined ? {} : { name: base.name }),
      ...(base.digest === undefined ? {} : { digest: base.digest }),
      ...(base.note === undefined ? {} : { note: base.note }),
    },
    layers,
    settings,
    defaults: runtimeDefaults(
      scheme,
      layers.flatMap((layer) => layer.packages),
    ),
    created: resolveCreated(epoch, [base.created, ...dates]),
  });
}

export function finishedImage({ composed }: BuiltImage): FinishedImage {
  const { platform, manifest, config, layers } = composed;
  return { platform, manifest, config, layers };
}

/** Bytes of all layers as they are stored. */
export function imageSize(layers: readonly LayerRecord[]): number {
  return layers.reduce((sum, layer) => sum + layer.size, 0);
}
