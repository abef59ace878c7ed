import { OciasmError } from "../errors.ts";
import type { Marker } from "../python/marker.ts";
import { normalizeExtra, normalizeName } from "../python/name.ts";
import { parseVersion, type Version } from "../python/version.ts";
import type { LockEdge, LockGraph, LockNode } from "./graph.ts";
import type { InputContext, InputPackage } from "./input.ts";
import { type Candidate, drawEdges, type Wish } from "./lock-edges.ts";
import { missingNode } from "./lock-missing.ts";
import { type Condition, rewrite } from "./marker-algebra.ts";
import { type PoetryDependency, pythonCondition, readPoetryDependencies } from "./poetry-lock-dependency.ts";
import type { PoetryPackage } from "./poetry-lock-package.ts";
import { type PoetryRoots, readPoetryRoots } from "./poetry-lock-roots.ts";
import { readToml } from "./toml.ts";

interface PoetryCandidate extends Candidate {
  readonly locked: PoetryPackage;
}

type PoetryWish = Wish<PoetryCandidate>;

/**
 * A lock that names neither groups nor markers (lock-version 1.x and 2.0), walked from what pyproject.toml beside it
 * asks for. Throws INPUT_NOT_FOUND when that is missing.
 */
export function poetryGraph(packages: readonly PoetryPackage[], context: InputContext): LockGraph {
  const roots = readProject(context);
  const nodes: LockNode[] = [];
  const locked = new Map<string, PoetryCandidate[]>();
  packages.forEach((one, at) => {
    const { name, version } = one.package;
    const parsed = parseVersion(version ?? "");
    const python = pythonCondition(one.table.string("python-versions") ?? "*") ?? true;
    const candidate = { at, python, locked: one, ...(parsed === undefined ? {} : { version: parsed }) };
    locked.set(name, [...(locked.get(name) ?? []), candidate]);
  });
  const wishes: PoetryWish[] = [];
  for (const one of packages) nodes.push(readNode(one, nodes.length, wishes));
  const root = drawRoot(roots, wishes);
  const missing = new Map<string, number>();
  const forMissing = (wish: PoetryWish): number | undefined => {
    if (wish.name === roots.name) return undefined;
    const known = missing.get(wish.name) ?? nodes.push(missingNode(wish.name, context.file, "poetry lock")) - 1;
    missing.set(wish.name, known);
    return known;
  };
  drawEdges(wishes, locked, forMissing);
  return { nodes, roots: [root], conflicts: [] };
}

function readProject(context: InputContext): PoetryRoots {
  const found = context.readInclude("pyproject.toml", context.file);
  if (found === undefined) {
    throw new OciasmError("INPUT_NOT_FOUND", `${context.file} needs pyproject.toml beside it, and there is none`, {
      hint: "put it there, or run `poetry lock` with Poetry 2.0 or later, whose locks say themselves what is wanted",
    });
  }
  const { root, problems } = readToml(found.path, found.text);
  const roots = readPoetryRoots(root);
  problems.check();
  return roots;
}

function drawRoot(roots: PoetryRoots, wishes: PoetryWish[]): LockGraph["roots"][number] {
  const draw = (dependencies: readonly PoetryDependency[]): LockEdge[] => {
    const into: LockEdge[] = [];
    for (const dependency of dependencies) wishes.push(wishOf(dependency, dependency.condition, into));
    return into;
  };
  const drawAll = (named: ReadonlyMap<string, readonly PoetryDependency[]>) =>
    record([...named].map(([name, dependencies]) => [name, draw(dependencies)]));
  return {
    ...(roots.name === undefined ? {} : { name: roots.name }),
    path: ".",
    edges: draw(roots.main),
    extras: drawAll(roots.extras),
    groups: drawAll(roots.groups),
    defaultGroups: [],
  };
}

function record(entries: readonly (readonly [string, LockEdge[]])[]): Readonly<Record<string, readonly LockEdge[]>> {
  const found: Record<string, readonly LockEdge[]> = Object.create(null);
  for (const [name, edges] of entries) found[name] = edges;
  return found;
}

function wishOf(dependency: PoetryDependency, condition: Condition, into: LockEdge[]): PoetryWish {
  const { name, extras } = dependency;
  return { name, extras, condition, into, accepts: (candidate) => accepts(dependency, candidate) };
}

function accepts(dependency: PoetryDependency, { version, locked }: PoetryCandidate): boolean {
  const { sourceType, sourceName } = locked;
  if (dependency.source === "git" || dependency.source === "url") return sourceType === dependency.source;
  if (dependency.source === "path") return sourceType === "file" || sourceType === "directory";
  if (dependency.index !== undefined && sourceName !== undefined && sourceName !== dependency.index) return false;
  return version === undefined || allows(dependency, version);
}

function allows(dependency: PoetryDependency, version: Version): boolean {
  return dependency.allows(version);
}

/** Optional dependencies hang on the extras that name them. */
function readNode({ table, package: entry }: PoetryPackage, at: number, wishes: PoetryWish[]): LockNode {
  const edges: LockEdge[] = [];
  const dependencies = table.has("dependencies") ? table.table("dependencies") : undefined;
  const all = dependencies === undefined ? [] : readPoetryDependencies(dependencies);
  for (const dependency of all) {
    if (!dependency.optional) wishes.push(wishOf(dependency, under(dependency.condition, undefined), edges));
  }
  const extras = table.has("extras") ? table.table("extras") : undefined;
  const drawn = (extras?.keys() ?? []).map((key): readonly [string, LockEdge[]] => {
    const extra = normalizeExtra(key);
    const named = (extras?.strings(key) ?? []).map(readNamed);
    const into: LockEdge[] = selfEdges(entry, named, at);
    for (const dependency of all) {
      if (!dependency.optional || !named.some(({ name }) => name === dependency.name)) continue;
      wishes.push(wishOf(dependency, under(dependency.condition, extra), into));
    }
    return [extra, into];
  });
  return { package: entry, edges, extras: record(drawn) };
}

interface Named {
  readonly name: string;
  readonly extras: readonly string[];
}

/** Only the name and extras of `foo[bar] (>=1)`: older Poetry wrote what is no PEP 508. */
function readNamed(text: string): Named {
  const [, name = "", extras = ""] = /^\s*([\w.-]+)\s*(?:\[([^\]]*)\])?/.exec(text) ?? [];
  const list = extras.split(",").map((extra) => normalizeExtra(extra.trim()));
  return { name: normalizeName(name), extras: list.filter((extra) => extra !== "") };
}

/** An extra that is made of others: `all = ["foo[a,b]"]`. */
function selfEdges(entry: InputPackage, named: readonly Named[], at: number): LockEdge[] {
  return named
    .filter(({ name, extras }) => name === entry.name && extras.length > 0)
    .map(({ extras }) => ({ to: at, extras }));
}

/** The condition with `extra` decided: the lock keeps the markers of the package's own metadata. */
function under(condition: Condition, extra: string | undefined): Condition {
  if (typeof condition === "boolean") return condition;
  return rewrite(condition, (comparison): Condition => {
    const value = extraOf(comparison);
    if (value === undefined) return comparison;
    return (value === extra) === (comparison.operator === "==");
  });
}

function extraOf(comparison: Extract<Marker, { type: "compare" }>): string | undefined {
  const { left, operator, right } = comparison;
  if (operator !== "==" && operator !== "!=") return undefined;
  const [variable, value] = left.type === "variable" ? [left, right] : [right, left];
  if (variable.type !== "variable" || variable.name !== "extra" || value.type !== "value") return undefined;
  return normalizeExtra(value.text);
}
