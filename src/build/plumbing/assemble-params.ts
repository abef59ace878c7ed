import type { BuildConfig } from "../config.ts";
import { type ImageKeys, imageFields } from "../config-image.ts";
import { accounts } from "../config-schema.ts";
import { PLATFORM, PYTHON, SHA256 } from "../config-values.ts";
import { converted, count, type Decoder, list, object, oneOf, text } from "../decoder.ts";
import { WHEEL_LAYER_KINDS, type WheelLayerKind } from "./layer-params.ts";

/** What `ociasm assemble` makes an image of. Host paths are relative to the working directory. */
export interface AssembleParams {
  readonly schema: 1;
  /** Folder of an OCI layout; without one the image starts from nothing. */
  readonly base?: string;
  readonly platform?: string;
  /** Where the base does not tell: "3.12". */
  readonly python?: string;
  /** Wheels and weights, lowest first. The environment's layer, which is made here, lies above them. */
  readonly layers?: readonly LayerFiles[];
  /** The project's own layers, above the environment. */
  readonly project?: readonly LayerFiles[];
  /** As in ociasm.yaml. */
  readonly config?: AssembleConfig;
  /** RFC 3339: where `created` is not said, the image is as old as the newest of these, of its layers and of the base. */
  readonly dates?: readonly string[];
  /** Images to merge into one index, instead of all of the above but the tags: folders of OCI layouts. */
  readonly images?: readonly string[];
  readonly tags?: readonly string[];
  readonly outputs: ImageOutputs;
}

/** What `ociasm layer` wrote. */
export interface LayerFiles {
  readonly layer: string;
  readonly metadata: string;
  readonly listing: string;
  /** What the sha256 of its wheels have to be; checked where they are there. */
  readonly wheels?: readonly string[];
  /** What this image calls it, where another one made it under another name. */
  readonly kind?: WheelLayerKind;
  readonly title?: string;
}

export type AssembleConfig = ImageKeys & Pick<BuildConfig, "accounts">;

export interface ImageOutputs {
  /** Folder of an OCI layout. */
  readonly layout?: string;
  /** The same as one tar, which `docker load` and `podman load` read, too. */
  readonly archive?: string;
  /** The digest as a line of text. */
  readonly digest?: string;
}

const layer: Decoder<LayerFiles> = object(
  "A layer as `ociasm layer` wrote it",
  {
    layer: text("Path of the blob"),
    metadata: text("Path of the JSON document about it"),
    listing: text("Path of the list of its entries"),
    wheels: list("What the sha256 of its wheels have to be", text("sha256", SHA256, "64 hex digits")),
    kind: oneOf("What this image calls it; as it was made when left out", WHEEL_LAYER_KINDS),
    title: text("What this image calls it; as it was made when left out"),
  },
  { required: ["layer", "metadata", "listing"] },
);

const outputs: Decoder<ImageOutputs> = object("What is written", {
  layout: text("Folder of an OCI layout"),
  archive: text("Path of a tar that holds the layout, and that engines load"),
  digest: text("Path of a file with the image's digest"),
});

const config: Decoder<AssembleConfig> = object<AssembleConfig>("As in ociasm.yaml", { ...imageFields, accounts });

/** schema/assemble.schema.json is written from it. */
export const assembleParams: Decoder<AssembleParams> = object<AssembleParams>(
  "Parameters of `ociasm assemble`",
  {
    schema: converted(count("Version of this format", 1, 1), () => 1 as const),
    base: text("Folder of an OCI layout that the image starts from"),
    platform: text("OS/ARCH[/VARIANT]; linux/amd64 when left out", PLATFORM, "such as linux/arm64"),
    python: text("Target Python; the base's when left out", PYTHON, "a version such as 3.12"),
    layers: list("Layers of wheels and weights, lowest first", layer),
    project: list("Layers of the project's files, above the environment", layer),
    config,
    dates: list("Dates of what went into the image, RFC 3339", text("Date")),
    images: list("Folders of OCI layouts to merge into one index; nothing else is given then", text("Folder")),
    tags: list("Names of the image within what is written", text("Name")),
    outputs,
  },
  { required: ["schema", "outputs"] },
);
