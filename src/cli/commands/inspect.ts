import type { ImageSource } from "../../base/image-source.ts";
import { openImageArgument } from "../../build/image-argument.ts";
import { type ImageTree, readTree } from "../../build/read-tree.ts";
import type { FinishedImage } from "../../destination/destination.ts";
import { OciasmError } from "../../errors.ts";
import { LAYER_KIND, LAYER_PACKAGES } from "../../image/annotations.ts";
import type { ImageConfig } from "../../oci/config.ts";
import { parseImageConfig } from "../../oci/config-read.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { type ImageManifest, parseManifest } from "../../oci/manifest.ts";
import { isConfigType } from "../../oci/media-types.ts";
import { formatPlatform } from "../../oci/platform.ts";
import { type Arguments, booleanFlag } from "../arguments.ts";
import { type Canvas, kindInk, paint } from "../render/canvas.ts";
import { type Cell, type Column, renderTable } from "../render/table.ts";
import { formatBytes } from "../render/units.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";
import { platformFlag, withDeps } from "./copy-session.ts";

interface Inspected {
  readonly platform: string;
  readonly digest: string;
  readonly manifest: ImageManifest;
  /** Null for what is no container image, such as an attestation. */
  readonly config: ImageConfig | null;
}

/** Reads manifests and configs, never a layer. */
export function inspectCommand(args: Arguments, session: Session): Promise<Answer> {
  return withDeps(args, session, async (deps) => {
    const source = await openImageArgument(args.words[0] ?? "", deps);
    try {
      if (booleanFlag(args, "raw") && platformFlag(args) === undefined) return document((await source.top()).bytes);
      const tree = await readTree(source, platformFlag(args));
      if (booleanFlag(args, "raw")) return document(tree.top.bytes);
      return booleanFlag(args, "config")
        ? document(onlyConfig(tree, source))
        : answer(args.words[0] ?? "", source, tree, session.canvas);
    } finally {
      await source.close();
    }
  });
}

/** A document as it is. */
function document(bytes: Uint8Array): Answer {
  const text = Buffer.from(bytes).toString("utf8");
  return { text, json: JSON.parse(text) as unknown };
}

/** Throws USAGE where there are several. */
function onlyConfig({ images }: ImageTree, source: ImageSource): Uint8Array {
  const configs = images.filter(({ config }) => isConfigType(config.descriptor.mediaType));
  const [only, ...others] = configs.filter(({ platform }) => platform.os !== "unknown");
  if (only !== undefined && others.length === 0) return only.config.bytes;
  const platforms = configs.map(({ platform }) => formatPlatform(platform)).filter((name) => !name.includes("unknown"));
  throw new OciasmError("USAGE", `${source.title} has ${platforms.length} configs`, {
    hint: platforms.length === 0 ? "it is no container image" : `choose one with --platform ${platforms.join(" or ")}`,
  });
}

function answer(name: string, source: ImageSource, tree: ImageTree, canvas: Canvas): Answer {
  const { digest, mediaType } = tree.top.descriptor;
  const images = tree.images.map(inspectImage);
  return {
    text: [`${source.title}@${digest}`, ...images.map((image) => imageText(image, canvas))].join("\n\n"),
    json: { schema: 1, name, digest, mediaType, images },
  };
}

function inspectImage({ platform, manifest, config }: FinishedImage): Inspected {
  return {
    platform: formatPlatform(platform),
    digest: manifest.descriptor.digest,
    manifest: parseManifest(manifest.bytes, manifest.descriptor.mediaType),
    config: isConfigType(config.descriptor.mediaType) ? parseImageConfig(config.bytes) : null,
  };
}

function imageText({ platform, digest, manifest, config }: Inspected, canvas: Canvas): string {
  const size = manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
  const facts = [
    ...(config === null ? [["artifact", manifest.config.mediaType]] : configRows(config)),
    ...named("annotation", Object.entries(manifest.annotations ?? {}).map(pair)),
    ["layers", `${manifest.layers.length}, ${formatBytes(size)}`],
  ];
  return [
    `${paint(platform, "strong", canvas)}  ${digest}`,
    renderTable([{ ink: "faint" }, { gives: true }], facts, canvas),
    renderTable(LAYER_COLUMNS, manifest.layers.map(layerRow), canvas),
  ].join("\n");
}

function configRows(config: ImageConfig): readonly (readonly string[])[] {
  const { Entrypoint = [], Cmd = [], User = "", WorkingDir = "", Env = [], StopSignal } = config.config ?? {};
  const { ExposedPorts = {}, Volumes = {}, Labels = {}, Healthcheck } = config.config ?? {};
  return [
    ["created", config.created ?? "-"],
    ["runs", [...Entrypoint, ...Cmd].join(" ") || "-"],
    ["user", User || "root"],
    ["workdir", WorkingDir || "/"],
    ...named("env", Env),
    ...named("port", Object.keys(ExposedPorts)),
    ...named("volume", Object.keys(Volumes)),
    ...named("label", Object.entries(Labels).map(pair)),
    ...(StopSignal === undefined ? [] : [["stop signal", StopSignal]]),
    ...(Healthcheck?.Test === undefined ? [] : [["healthcheck", Healthcheck.Test.join(" ")]]),
  ];
}

/** One row each, the name before the first. */
function named(name: string, values: readonly string[]): readonly (readonly string[])[] {
  return values.map((value, at) => [at === 0 ? name : "", value]);
}

function pair([key, value]: readonly [string, string]): string {
  return `${key}=${value}`;
}

const LAYER_COLUMNS: readonly Column[] = [
  {},
  { ink: "faint" },
  { align: "right", ink: "strong" },
  {},
  { ink: "faint", gives: true },
];

function layerRow({ digest, size, annotations = {} }: Descriptor): readonly Cell[] {
  const kind = annotations[LAYER_KIND] ?? "";
  const shown = { text: kind, ink: kindInk(kind) };
  return ["", digest.slice(7, 19), formatBytes(size), shown, annotations[LAYER_PACKAGES] ?? ""];
}
