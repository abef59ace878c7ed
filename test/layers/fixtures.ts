import { readFileSync } from "node:fs";
import { decodeFamilies, type PackageFamily } from "../../src/layers/families.ts";
import { decodePolicy, type LayerPolicy } from "../../src/layers/policy.ts";
import type { CodecChoice, InstallScheme, LayerRecipe } from "../../src/layers/recipe.ts";
import { decodeScheme } from "../../src/layers/scheme.ts";
import type { WheelLayerContext } from "../../src/layers/wheel-layers.ts";
import type { LockedPackage } from "../../src/resolve/lock.ts";

const shipped = (path: string) => readFileSync(new URL(`../../../layout/${path}`, import.meta.url), "utf8");

export const families: readonly PackageFamily[] = decodeFamilies(shipped("families.yaml"), "families.yaml");
export const venv: InstallScheme = decodeScheme(shipped("schemes/venv.yaml"), "venv.yaml");
export const codec: CodecChoice = { name: "gzip", level: 6, fingerprint: "test" };

export function policy(
  name: "auto" | "one" | "per-package" | "classic",
  changes: Partial<LayerPolicy> = {},
): LayerPolicy {
  return { ...decodePolicy(shipped(`policies/${name}.yaml`), `${name}.yaml`), ...changes };
}

export function context(changes: Partial<WheelLayerContext> = {}): WheelLayerContext {
  return {
    baseLayers: 1,
    reserved: 3,
    scheme: venv,
    codec,
    mtime: 315532800,
    directories: [],
    excludes: new Map(),
    ...changes,
  };
}

export function locked(name: string, size: number, version = "1.0"): LockedPackage {
  const filename = `${name.replaceAll("-", "_")}-${version}-py3-none-any.whl`;
  const sha256 = Buffer.from(`${name} ${version}`.padEnd(32, ".")).toString("hex").slice(0, 64);
  return { name, version, requested: false, wheel: { filename, url: `file:///${filename}`, sha256, size } };
}

export function packagesOf(recipes: readonly LayerRecipe[]): string[] {
  return recipes.flatMap((recipe) => recipe.packages).sort();
}
