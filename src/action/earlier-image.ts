import { LAYER_PACKAGES } from "../image/annotations.ts";
import type { Environment } from "./inputs.ts";
import { runVerb } from "./verb.ts";

/** What is known of an image that stood at a name before. */
export interface EarlierImage {
  readonly name: string;
  readonly platforms: ReadonlyMap<string, readonly EarlierLayer[]>;
}

export interface EarlierLayer {
  readonly digest: string;
  readonly size: number;
  /** "name==version". */
  readonly packages: readonly string[];
}

interface Inspected {
  readonly images: readonly {
    readonly platform: string;
    readonly manifest: {
      readonly layers: readonly {
        readonly digest: string;
        readonly size: number;
        readonly annotations?: Readonly<Record<string, string>>;
      }[];
    };
  }[];
}

/** Reads manifests and configs only. Undefined where nothing is to be had: a first build has no earlier image. */
export async function earlierImage(
  name: string,
  reach: readonly string[],
  environment: Environment,
): Promise<EarlierImage | undefined> {
  try {
    const { json } = await runVerb<Inspected>(["inspect", `docker://${name}`, "--quiet", ...reach], environment);
    return {
      name,
      platforms: new Map(json.images.map(({ platform, manifest }) => [platform, manifest.layers.map(layer)])),
    };
  } catch {
    return undefined;
  }
}

function layer({
  digest,
  size,
  annotations = {},
}: Inspected["images"][number]["manifest"]["layers"][number]): EarlierLayer {
  const packages = (annotations[LAYER_PACKAGES] ?? "").split(" ").filter((text) => text !== "");
  return { digest, size, packages };
}
