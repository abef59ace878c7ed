import { join } from "node:path/posix";
import { parseControl, type Stanza } from "../debian/control.ts";
import { isOciasmError } from "../errors.ts";
import { normalizeName } from "../python/name.ts";
import { parseRecord } from "../python/record.ts";
import type { MergedImage, Occurrence } from "./merge.ts";
import type { Claim } from "./packages.ts";

/** What the files that were read say of packages: RECORD of wheels, dpkg's status and lists, apk's database. */
export function findClaims({ all }: MergedImage): readonly Claim[] {
  const versions = dpkgVersions(all);
  return all.flatMap((occurrence) => {
    const { path, text } = occurrence.file;
    if (text === undefined) return [];
    if (path.endsWith("/RECORD")) return wheelClaim(occurrence, text);
    if (path.endsWith(".list")) return dpkgClaim(occurrence, text, versions);
    if (path.endsWith("/apk/db/installed")) return apkClaims(occurrence, text);
    return path.includes("/status.d/") ? distrolessClaims(occurrence, text) : [];
  });
}

/** PEP 376: RECORD stands in NAME-VERSION.dist-info, and its paths are relative to the folder of that. */
function wheelClaim({ layer, file }: Occurrence, text: string): readonly Claim[] {
  const [, site = "", name = "", version = ""] =
    /^((?:.*\/)?)([^/]+?)-([^/-]+)\.dist-info\/RECORD$/.exec(file.path) ?? [];
  const record = parseRecord(text);
  if (name === "" || !record.ok) return [];
  const paths = record.value.map((row) => join(row.path.startsWith("/") ? "" : site, row.path).replace(/^\/+/, ""));
  return [{ ecosystem: "python", name: normalizeName(name), version, layer, place: file.path, paths }];
}

/** Versions by layer and package name: each layer may bring a status of its own. */
function dpkgVersions(all: readonly Occurrence[]): ReadonlyMap<number, ReadonlyMap<string, string>> {
  const versions = new Map<number, ReadonlyMap<string, string>>();
  let below = new Map<string, string>();
  for (const { layer, file } of all) {
    if (file.text === undefined || !/(^|\/)dpkg\/status$/.test(file.path)) continue;
    below = new Map(below);
    for (const stanza of readStatus(file.text)) below.set(stanza.get("package") ?? "", stanza.get("version") ?? "");
    versions.set(layer, below);
  }
  return versions;
}

/** A status that dpkg could not read either says nothing. */
function readStatus(text: string): readonly Stanza[] {
  try {
    return parseControl(text);
  } catch (error) {
    if (isOciasmError(error)) return [];
    throw error;
  }
}

/** dpkg's info/NAME[:ARCH].list names one absolute path a line. */
function dpkgClaim(
  { layer, file }: Occurrence,
  text: string,
  versions: ReadonlyMap<number, ReadonlyMap<string, string>>,
): readonly Claim[] {
  const name = file.path.slice(file.path.lastIndexOf("/") + 1).replace(/(:[^:]+)?\.list$/, "");
  const nearest = [...versions.keys()].filter((at) => at <= layer).at(-1) ?? [...versions.keys()][0];
  const version = (nearest === undefined ? undefined : versions.get(nearest)?.get(name)) ?? "";
  if (version === "") return [];
  return [{ ecosystem: "debian", name, version, layer, place: file.path, paths: absolutePaths(text.split("\n")) }];
}

function absolutePaths(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replace(/^\/+/, "")).filter((path) => path !== "" && path !== ".");
}

/** Images without dpkg have status.d/NAME, and md5sums that list the files beside it. */
function distrolessClaims({ layer, file }: Occurrence, text: string): readonly Claim[] {
  if (file.path.endsWith(".md5sums")) return [];
  const claims: Claim[] = [];
  for (const stanza of readStatus(text)) {
    const [name = "", version = ""] = [stanza.get("package"), stanza.get("version")];
    if (name !== "") claims.push({ ecosystem: "debian", name, version, layer, place: file.path, paths: [] });
  }
  return claims;
}

/** apk-tools, db format: P name, V version, F folder, R file in it; a blank line between packages. */
function apkClaims({ layer, file }: Occurrence, text: string): readonly Claim[] {
  return text.split("\n\n").flatMap((block): readonly Claim[] => {
    let [name, version, folder] = ["", "", ""];
    const paths: string[] = [];
    for (const line of block.split("\n")) {
      const value = line.slice(2);
      if (line.startsWith("P:")) name = value;
      if (line.startsWith("V:")) version = value;
      if (line.startsWith("F:")) folder = value;
      if (line.startsWith("R:")) paths.push(folder === "" ? value : `${folder}/${value}`);
    }
    return name === "" ? [] : [{ ecosystem: "alpine", name, version, layer, place: file.path, paths }];
  });
}
