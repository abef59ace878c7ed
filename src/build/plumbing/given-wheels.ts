import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { OciasmError } from "../../errors.ts";
import type { WheelGroup } from "../../layers/wheel-group.ts";
import { formatVersion } from "../../python/version.ts";
import { parseWheelName } from "../../python/wheel-name.ts";
import type { LockedPackage } from "../../resolve/lock.ts";
import { realPath } from "../extra-file.ts";
import { hashFile } from "../hash-file.ts";
import type { LayerParams, WheelParams } from "./layer-params.ts";

/** The wheels of a layer as a lock would name them. */
export interface GivenWheels {
  readonly group: Omit<WheelGroup, "reason">;
  /** Image paths that a wheel leaves out, by name. */
  readonly excludes: ReadonlyMap<string, readonly string[]>;
  /** Host path of each wheel, by sha256 hex. */
  readonly local: ReadonlyMap<string, string>;
}

/** Throws WHEEL_INVALID, HASH_MISMATCH, INPUT_NOT_FOUND, and CONFIG_INVALID for wheels that can't share a layer. */
export async function readWheels(params: LayerParams): Promise<GivenWheels> {
  const wheels = params.wheels ?? [];
  const packages: LockedPackage[] = [];
  const excludes = new Map<string, readonly string[]>();
  const local = new Map<string, string>();
  for (const wheel of wheels) {
    const { item, path } = await readWheel(wheel);
    if (packages.some(({ name }) => name === item.name)) {
      throw new OciasmError("CONFIG_INVALID", `there are two wheels of ${item.name} in one layer`);
    }
    packages.push(item);
    local.set(item.wheel.sha256, path);
    if (wheel.exclude !== undefined) excludes.set(item.name, wheel.exclude);
  }
  packages.sort((a, b) => (a.name < b.name ? -1 : 1));
  const [first, ...others] = packages;
  const part = wheels.find((wheel) => wheel.part !== undefined)?.part;
  if (part !== undefined && others.length > 0) {
    throw new OciasmError("CONFIG_INVALID", "a part of a wheel has a layer of its own");
  }
  if (part !== undefined && part.index >= part.count) {
    throw new OciasmError("CONFIG_INVALID", `there is no part ${part.index} of ${part.count}: parts count from 0`);
  }
  const kind = params.kind ?? (others.length === 0 ? "package" : "bucket");
  const title = params.title ?? (others.length === 0 ? (first?.name ?? "") : "packages");
  return { group: { kind, title, packages, ...(part === undefined ? {} : { part }) }, excludes, local };
}

async function readWheel(wheel: WheelParams): Promise<{ readonly item: LockedPackage; readonly path: string }> {
  const path = await realPath(wheel.from, wheel.from);
  const filename = wheel.filename ?? basename(wheel.from);
  const named = parseWheelName(filename);
  if (!named.ok) throw new OciasmError("WHEEL_INVALID", `${wheel.from}: ${named.message}`);
  const { sha256, size } = await hashFile(path);
  if (wheel.sha256 !== undefined && wheel.sha256 !== sha256) {
    throw new OciasmError("HASH_MISMATCH", `${wheel.from} has the sha256 ${sha256} instead of ${wheel.sha256}`);
  }
  const { uploadTime, directUrl } = wheel;
  const item: LockedPackage = {
    name: named.value.name,
    version: formatVersion(named.value.version),
    wheel: {
      filename,
      url: pathToFileURL(path).href,
      sha256,
      size,
      ...(uploadTime === undefined ? {} : { uploadTime }),
    },
    requested: true,
    ...(directUrl === undefined ? {} : { directUrl }),
  };
  return { item, path };
}
