import type { CompressionConfig } from "../config.ts";
import { compression } from "../config-schema.ts";
import { MAX_ID, readMode, SHA256 } from "../config-values.ts";
import { converted, count, type Decoder, list, object, oneOf, text } from "../decoder.ts";

/**
 * What `ociasm layer` makes one layer of. Host paths are relative to the working directory. The layer's bytes depend on
 * nothing else: not on modes, owners, times or names of the files that are read.
 */
export interface LayerParams {
  readonly schema: 1;
  /** For people: a name of the group, of the weights; "project" for the project's own files. */
  readonly title?: string;
  /** Of a layer of wheels: a bucket has what is left over. A single wheel is a package, others are a bucket when left out. */
  readonly kind?: WheelLayerKind;
  /** A layer holds either wheels or files, or is a tar. */
  readonly wheels?: readonly WheelParams[];
  readonly files?: readonly FileParams[];
  readonly texts?: readonly TextParams[];
  readonly links?: readonly LinkParams[];
  /** Directories that nothing lies in, or that have other attributes than 0755 0:0 in the base. */
  readonly directories?: readonly DirectoryParams[];
  /** A tar that another tool made: its entries are the layer, as they are. Nothing else but `title` and `compression` is given then. */
  readonly tar?: string;
  readonly compression?: CompressionConfig;
  /** Seconds since 1970 that every entry carries; 315532800 (1980-01-01) when left out. */
  readonly mtime?: number;
  readonly outputs: LayerOutputs;
}

export type WheelLayerKind = "package" | "bucket";

export interface WheelParams {
  readonly from: string;
  /** The wheel's own name, where the file has another one. */
  readonly filename?: string;
  /** Checked where it is there. */
  readonly sha256?: string;
  /** Text of direct_url.json. */
  readonly directUrl?: string;
  /** Image paths (glob) that another wheel was chosen to provide. */
  readonly exclude?: readonly string[];
  readonly part?: { readonly index: number; readonly count: number };
  /** When it was uploaded, RFC 3339: the image is as old as the newest. */
  readonly uploadTime?: string;
}

interface Attributes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface FileParams extends Attributes {
  readonly from: string;
  /** Absolute path in the image. */
  readonly to: string;
}

export interface TextParams extends Attributes {
  readonly to: string;
  readonly text: string;
}

export interface LinkParams {
  readonly to: string;
  readonly target: string;
}

export interface DirectoryParams extends Attributes {
  readonly to: string;
}

export interface LayerOutputs {
  /** The blob. */
  readonly layer: string;
  /** What the image says of it: see ./layer-metadata.ts. */
  readonly metadata: string;
  /** Its entries, for conflict checks. */
  readonly listing: string;
}

export const WHEEL_LAYER_KINDS: readonly WheelLayerKind[] = ["package", "bucket"];
const imagePath = text("Absolute path in the image", /^\/[^\0]*[^/\0]$/, "an absolute path");

const attributes = {
  mode: converted(text("Permission bits, octal; 0644, of directories 0755, when left out"), readMode),
  uid: count("Owner; 0 when left out", 0, MAX_ID),
  gid: count("Group; 0 when left out", 0, MAX_ID),
};

const wheel: Decoder<WheelParams> = object(
  "A wheel",
  {
    from: text("Path of the file"),
    filename: text("Name of the wheel, where the file has another one", /\.whl$/, "the name of a wheel"),
    sha256: text("What the file's sha256 has to be", SHA256, "64 hex digits"),
    directUrl: text("Text of direct_url.json"),
    exclude: list("Image paths that another wheel provides; * and ** allowed", text("Image path")),
    part: object(
      "Only some of its files; the others lie in layers of their own",
      { index: count("Which part, from 0", 0, 999), count: count("How many parts there are", 1, 1000) },
      { required: ["index", "count"] },
    ),
    uploadTime: text("When it was uploaded, RFC 3339"),
  },
  { required: ["from"] },
);

const file: Decoder<FileParams> = object(
  "A file",
  { from: text("Path of the file"), to: imagePath, ...attributes },
  { required: ["from", "to"] },
);

const written: Decoder<TextParams> = object(
  "A file whose text stands here",
  { to: imagePath, text: text("All of its text"), ...attributes },
  { required: ["to", "text"] },
);

const link: Decoder<LinkParams> = object(
  "A symbolic link",
  { to: imagePath, target: text("What it points at") },
  { required: ["to", "target"] },
);

const directory: Decoder<DirectoryParams> = object(
  "A directory",
  { to: imagePath, ...attributes },
  { required: ["to"] },
);

const outputs: Decoder<LayerOutputs> = object(
  "What is written",
  {
    layer: text("Path of the blob"),
    metadata: text("Path of the JSON document about it"),
    listing: text("Path of the list of its entries"),
  },
  { required: ["layer", "metadata", "listing"] },
);

/** schema/layer.schema.json is written from it. */
export const layerParams: Decoder<LayerParams> = object<LayerParams>(
  "Parameters of `ociasm layer`",
  {
    schema: converted(count("Version of this format", 1, 1), () => 1 as const),
    title: text("What people call the layer"),
    kind: oneOf("What a layer of wheels is called; a bucket has what is left over", WHEEL_LAYER_KINDS),
    wheels: list("Wheels; a layer has either wheels or files", wheel),
    files: list("Files", file),
    texts: list("Small files whose text stands here", written),
    links: list("Symbolic links", link),
    directories: list("Directories", directory),
    tar: text("Path of a tar that is the layer; one that is packed with gzip or zstd stays as it is"),
    compression,
    mtime: count("Seconds since 1970 that every entry carries; 315532800 when left out", 0, 253_402_300_799),
    outputs,
  },
  { required: ["schema", "outputs"] },
);
