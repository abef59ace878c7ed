import type { LockedPackage } from "../resolve/lock.ts";
import { schemeDirectories } from "./directories.ts";
import type { PackageFamily } from "./families.ts";
import { checkLayerCount } from "./limits.ts";
import { partitionWheels } from "./partition.ts";
import type { LayerPolicy } from "./policy.ts";
import type { LayerReason } from "./reason.ts";
import type { CodecChoice, DirectorySource, InstallScheme, LayerRecipe, WheelSource } from "./recipe.ts";
import type { WheelGroup } from "./wheel-group.ts";

/** What all layers of an image have in common. */
export interface LayerContext {
  readonly scheme: InstallScheme;
  readonly codec: CodecChoice;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Attributes of directories that the base owns (BaseFacts.directories). */
  readonly directories: readonly DirectorySource[];
}

export interface WheelLayerContext extends LayerContext {
  readonly baseLayers: number;
  /** Layers that the image needs besides: Python, system packages, environment, bytecode, project. */
  readonly reserved: number;
  /** Image paths (glob) that a package leaves to another one, by normalised name. */
  readonly excludes: ReadonlyMap<string, readonly string[]>;
}

export interface WheelLayer {
  readonly recipe: LayerRecipe;
  readonly reason: LayerReason;
}

export interface WheelLayerPlan {
  readonly layers: readonly WheelLayer[];
  readonly warnings: readonly string[];
}

/** Recipes for all wheels of a lock, in the order of the image. Throws LAYER_LIMIT. */
export function planWheelLayers(
  packages: readonly LockedPackage[],
  policy: LayerPolicy,
  families: readonly PackageFamily[],
  context: WheelLayerContext,
): WheelLayerPlan {
  const slots = Math.max(1, policy.budget - context.baseLayers - context.reserved);
  const groups = partitionWheels(packages, policy, families, slots);
  const warnings = checkLayerCount({
    base: context.baseLayers,
    reserved: context.reserved,
    wheels: groups.length,
  });
  return { layers: groups.map((group) => ({ recipe: wheelRecipe(group, context), reason: group.reason })), warnings };
}

/** The recipe of one group, in whichever image. */
export function wheelRecipe(
  group: Omit<WheelGroup, "reason">,
  context: LayerContext & Pick<WheelLayerContext, "excludes">,
): LayerRecipe {
  return {
    kind: group.kind,
    title: group.title,
    packages: group.packages.map((item) => `${item.name}==${item.version}`),
    sources: group.packages.map((item) => ({
      ...wheelSource(item, context.excludes.get(item.name)),
      ...(group.part === undefined ? {} : { part: group.part }),
    })),
    scheme: context.scheme,
    codec: context.codec,
    mtime: context.mtime,
    directories: schemeDirectories(context.scheme, context.directories),
  };
}

function wheelSource(item: LockedPackage, exclude: readonly string[] | undefined): WheelSource {
  const { filename, sha256, size } = item.wheel;
  return {
    type: "wheel",
    name: item.name,
    version: item.version,
    filename,
    sha256,
    size,
    ...(item.directUrl === undefined ? {} : { directUrl: item.directUrl }),
    ...(exclude === undefined || exclude.length === 0 ? {} : { exclude: [...exclude].sort() }),
  };
}
