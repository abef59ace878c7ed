import type { ImageParts } from "../../src/image/compose.ts";
import { runtimeDefaults } from "../../src/image/runtime-defaults.ts";
import type { ImageSettings } from "../../src/image/settings.ts";
import type { LayerRecord } from "../../src/layers/recipe.ts";
import type { ImageConfig, RuntimeConfig } from "../../src/oci/config.ts";
import { type Digest, digestOfHex } from "../../src/oci/digest.ts";
import { venv } from "../layers/fixtures.ts";

export const digest = (digit: string): Digest => digestOfHex(digit.repeat(64));

export function layer(digit: string, changes: Partial<LayerRecord> = {}): LayerRecord {
  return {
    key: digest(digit),
    kind: "package",
    title: "demo",
    packages: ["demo==1.0"],
    mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    digest: digest(digit),
    size: 10,
    diffId: digest(digit),
    ...changes,
  };
}

/** A layer of somebody else's image. */
export function foreignLayer(digit: string): LayerRecord {
  const { key: _none, ...record } = layer(digit, { kind: "base", title: "base", packages: [] });
  return record;
}

export function baseConfig(config: RuntimeConfig = {}, changes: Partial<ImageConfig> = {}): ImageConfig {
  return { architecture: "amd64", os: "linux", config, rootfs: { type: "layers", diff_ids: [] }, ...changes };
}

export function parts(settings: ImageSettings = {}, changes: Partial<ImageParts> = {}): ImageParts {
  return {
    platform: { os: "linux", architecture: "amd64" },
    base: { config: baseConfig(), layers: [] },
    layers: [layer("a")],
    settings,
    defaults: runtimeDefaults(venv, ["demo==1.0"]),
    created: "2025-01-02T03:04:05Z",
    ...changes,
  };
}
