import { parseEntryPoints } from "../../python/entry-points.ts";
import { normalizeName } from "../../python/name.ts";
import type { Occurrence } from "../merge.ts";
import { type Package, packageId } from "../packages.ts";
import type { Evidence, Rule } from "./finding.ts";
import { whole } from "./finding.ts";
import { originOf } from "./origin.ts";

// Read without an import: by zoneinfo, and by whoever installs.
const NEVER_IMPORTED = new Set(["tzdata", "pip", "setuptools", "wheel"]);

/**
 * Packages that neither the project's files import, nor what those import, nor what any of them requires. Careful: a
 * package that is a plugin, or that starts by itself, is taken for used. Only where imports were read.
 */
export const unused: Rule = (evidence) => {
  const packages = installedPackages(evidence);
  const start = projectModules(evidence);
  if (start.size === 0 || packages.size === 0) return [];
  const used = reach(start, packages);
  const idle = [...packages.values()].filter(({ id }) => !used.has(id));
  const parts = idle.flatMap(({ files }) => files).filter((each) => originOf(each, evidence, "python") !== "base");
  const names = [...new Set(idle.map(({ owner }) => owner.name))].sort();
  const advice = "nothing that can be seen imports or requires them: take them out of the project's requirements";
  return [
    { kind: "unused", origin: "package", packages: names, parts: parts.map(whole), fix: { config: null, advice } },
  ];
};

interface PythonPackage {
  readonly id: string;
  readonly owner: Package;
  readonly files: Occurrence[];
  /** Modules that it brings. */
  readonly brings: Set<string>;
  readonly imports: Set<string>;
  /** Normalised names. */
  readonly requires: Set<string>;
  /** Loaded by others by its mere presence. */
  startsItself: boolean;
}

function installedPackages({ image, owners }: Evidence): ReadonlyMap<string, PythonPackage> {
  const packages = new Map<string, PythonPackage>();
  for (const occurrence of image.all) {
    const owner = owners.of.get(occurrence);
    if (owner?.ecosystem !== "python" || occurrence.hidden !== undefined) continue;
    const id = packageId(owner);
    const found = packages.get(id) ?? newPackage(id, owner);
    packages.set(id, found);
    learn(found, occurrence);
  }
  return packages;
}

function newPackage(id: string, owner: Package): PythonPackage {
  const startsItself = NEVER_IMPORTED.has(owner.name);
  return { id, owner, files: [], brings: new Set(), imports: new Set(), requires: new Set(), startsItself };
}

function learn(found: PythonPackage, occurrence: Occurrence): void {
  const { path, text, imports = [] } = occurrence.file;
  if (occurrence.file.type !== "directory") found.files.push(occurrence);
  const inside = /\/(?:site|dist)-packages\/(.+)$/.exec(path)?.[1] ?? "";
  const module = /^([A-Za-z_]\w*)(?:\/|\.py$|\.[^/]*\.so$|\.so$)/.exec(inside)?.[1];
  if (module !== undefined) found.brings.add(module);
  for (const each of imports) found.imports.add(each);
  if (/^[^/]+\.pth$/.test(inside)) found.startsItself = true;
  if (text === undefined) return;
  if (path.endsWith(".dist-info/entry_points.txt") && isPlugin(text)) found.startsItself = true;
  if (path.endsWith(".dist-info/METADATA")) for (const name of requirementsOf(text)) found.requires.add(name);
}

function isPlugin(text: string): boolean {
  const { entryPoints } = parseEntryPoints(text);
  return entryPoints.some(({ group }) => group !== "console_scripts" && group !== "gui_scripts");
}

/** Extras as well: what is not asked for is not installed. */
function requirementsOf(text: string): readonly string[] {
  return [...text.matchAll(/^Requires-Dist:\s*([A-Za-z0-9._-]+)/gm)].map(([, name = ""]) => normalizeName(name));
}

/** What the project's own files import: all of them, for which of them run can't be seen. */
function projectModules(evidence: Evidence): ReadonlySet<string> {
  const modules = new Set<string>();
  for (const occurrence of evidence.image.all) {
    const { imports } = occurrence.file;
    if (imports === undefined || occurrence.hidden !== undefined || evidence.owners.of.has(occurrence)) continue;
    if (originOf(occurrence, evidence, undefined) === "project") for (const each of imports) modules.add(each);
  }
  for (const word of modules.size === 0 ? [] : evidence.command) {
    const name = word.slice(word.lastIndexOf("/") + 1);
    modules.add(name.replace(/[-.:].*$/, "").replaceAll("-", "_"));
  }
  return modules;
}

function reach(start: ReadonlySet<string>, packages: ReadonlyMap<string, PythonPackage>): ReadonlySet<string> {
  const byModule = grouped(packages, ({ brings }) => brings);
  const byName = grouped(packages, ({ owner }) => [owner.name]);
  const used = new Set<string>();
  const open = [...packages.values()].filter(({ startsItself }) => startsItself);
  const visit = (modules: Iterable<string>, names: Iterable<string>): void => {
    for (const module of modules) open.push(...(byModule.get(module) ?? []));
    for (const name of names) open.push(...(byName.get(name) ?? []));
  };
  visit(start, [...start].map(normalizeName));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (used.has(next.id)) continue;
    used.add(next.id);
    visit(next.imports, next.requires);
  }
  return used;
}

function grouped(
  packages: ReadonlyMap<string, PythonPackage>,
  keysOf: (each: PythonPackage) => Iterable<string>,
): ReadonlyMap<string, readonly PythonPackage[]> {
  const groups = new Map<string, PythonPackage[]>();
  for (const each of packages.values()) {
    for (const key of keysOf(each)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [each]);
      else group.push(each);
    }
  }
  return groups;
}
