import type { ImageSource } from "../../base/image-source.ts";
import { openImageArgument } from "../../build/image-argument.ts";
import { openDeps } from "../../build/open-deps.ts";
import { LAYER_KIND, LAYER_PACKAGES } from "../../image/annotations.ts";
import type { ImageConfig } from "../../oci/config.ts";
import { parseImageConfig } from "../../oci/config-read.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { type ImageManifest, isIndex, parseManifestDocument } from "../../oci/manifest.ts";
import { formatPlatform } from "../../oci/platform.ts";
import type { Arguments } from "../arguments.ts";
import { formatBytes, printable } from "../render/units.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";
import { version } from "../version.ts";

interface Inspected {
  readonly platform: string;
  readonly digest: string;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
}

/** Reads manifests and configs, never a layer. */
export async function inspectCommand(args: Arguments, session: Session): Promise<Answer> {
  const deps = openDeps({ ...session, userAgent: `ociasm/${version()}`, insecureRegistries: [] });
  try {
    const source = await openImageArgument(args.words[0] ?? "", deps);
    try {
      const top = await source.top();
      const images = await inspectDocument(source, top.descriptor, top.bytes);
      const json = {
        schema: 1,
        name: args.words[0],
        digest: top.descriptor.digest,
        mediaType: top.descriptor.mediaType,
        images,
      };
      return { text: [`${source.title}@${top.descriptor.digest}`, ...images.map(imageText)].join("\n\n"), json };
    } finally {
      await source.close();
    }
  } finally {
    await deps.close();
  }
}

async function inspectDocument(
  source: ImageSource,
  descriptor: Descriptor,
  bytes: Uint8Array,
): Promise<readonly Inspected[]> {
  const document = parseManifestDocument(bytes, descriptor.mediaType);
  if (isIndex(document)) {
    const images: Inspected[] = [];
    for (const child of document.manifests)
      images.push(...(await inspectDocument(source, child, await source.document(child))));
    return images;
  }
  const config = parseImageConfig(await source.document(document.config));
  return [{ platform: formatPlatform(config), digest: descriptor.digest, manifest: document, config }];
}

function imageText({ platform, digest, manifest, config }: Inspected): string {
  const { Entrypoint = [], Cmd = [], User = "", WorkingDir = "", Env = [] } = config.config ?? {};
  const size = manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
  return [
    `${platform}  ${digest}`,
    `  created     ${config.created ?? "-"}`,
    `  runs        ${printable([...Entrypoint, ...Cmd].join(" ")) || "-"}`,
    `  user        ${printable(User) || "root"}`,
    `  workdir     ${printable(WorkingDir) || "/"}`,
    ...Env.map((line, index) => `  ${index === 0 ? "env" : "   "}         ${printable(line)}`),
    `  layers      ${manifest.layers.length}, ${formatBytes(size)}`,
    ...manifest.layers.map(layerText),
  ].join("\n");
}

function layerText({ digest, size, annotations = {} }: Descriptor): string {
  const packages = annotations[LAYER_PACKAGES] ?? "";
  const what = [annotations[LAYER_KIND], packages.length > 100 ? `${packages.slice(0, 99)}…` : packages]
    .filter(Boolean)
    .join(" ");
  return `    ${digest.slice(7, 19)}  ${formatBytes(size).padStart(7)}  ${printable(what)}`.trimEnd();
}
