import { compareVersions, type Version, versionKey } from "../../src/python/version.ts";
import { rangeContains, type VersionRange } from "../../src/python/version-range.ts";
import { specifierRange } from "../../src/python/version-range-specifier.ts";
import { solve } from "../../src/resolve/pubgrub/solve.ts";
import type { Dependency, Outcome, SolverPackage, SolverSource } from "../../src/resolve/pubgrub/solver-types.ts";
import { specifiers, version } from "./version-arbitraries.ts";

/** Needs as text, `b>=2`; the place in front of it is its cause: `setup.txt:3 b>=2`. */
export type Needs = readonly string[];
export type GraphVersion = Needs | { readonly unavailable: string };
/** By package, by version. */
export type Graph = Readonly<Record<string, Readonly<Record<string, GraphVersion>>>>;

export type NamedDependency = Dependency<SolverPackage, string>;

export function named(name: string): SolverPackage {
  return { key: name, name };
}

export function range(text: string): VersionRange {
  return specifierRange(specifiers(text)).range;
}

const needs = new Map<string, NamedDependency>();

export function need(text: string): NamedDependency {
  const found = needs.get(text) ?? readNeed(text);
  needs.set(text, found);
  return found;
}

function readNeed(text: string): NamedDependency {
  const [, cause = "", name = "", clauses = ""] = /^(?:(\S+:[0-9]+) )?([a-z0-9[\]-]+)(.*)$/.exec(text) ?? [];
  return { package: named(name), range: range(clauses), cause };
}

/** Counts what it is asked. */
export interface GraphSource extends SolverSource<SolverPackage, string> {
  readonly asked: { choose: number; dependencies: number };
  versions(name: string): readonly Version[];
}

/** The newest version first, in the order in which packages are met. */
export function graphSource(graph: Graph): GraphSource {
  const projects = new Map(
    Object.entries(graph).map(([name, versions]) => {
      const found = Object.entries(versions).map(([text, needs]) => ({ version: version(text), needs }));
      return [name, found.sort((a, b) => compareVersions(b.version, a.version))] as const;
    }),
  );
  const answers = new Map(
    [...projects].flatMap(([name, versions]) =>
      versions.map(({ version: one, needs }) => [`${name} ${versionKey(one)}`, answer(needs)] as const),
    ),
  );
  const asked = { choose: 0, dependencies: 0 };
  return {
    asked,
    versions: (name) => (projects.get(name) ?? []).map((one) => one.version),
    priority: () => 0,
    choose(about, wanted) {
      asked.choose += 1;
      const project = projects.get(about.key);
      if (project === undefined) return { kind: "none", range: range(""), reason: "is in no index" };
      const found = project.find((one) => rangeContains(wanted, one.version));
      return found === undefined ? { kind: "none" } : { kind: "version", version: found.version };
    },
    dependencies(about, chosen) {
      asked.dependencies += 1;
      const found = answers.get(`${about.key} ${versionKey(chosen)}`);
      if (found === undefined) throw new Error(`asked about ${about.name}, a version that was never given`);
      return found;
    },
  };
}

function answer(needs: GraphVersion): ReturnType<GraphSource["dependencies"]> {
  if ("unavailable" in needs) return { kind: "unavailable", reason: needs.unavailable };
  return { kind: "known", dependencies: needs.map(need) };
}

export function solveGraph(
  asks: Needs,
  graph: Graph,
  source: GraphSource = graphSource(graph),
): Promise<Outcome<SolverPackage, string>> {
  return solve({ root: named("you"), dependencies: asks.map(need), source });
}

/** `a 1.0`, sorted; undefined for a failure. */
export function chosen(outcome: Outcome<SolverPackage, string>): readonly string[] | undefined {
  if (outcome.kind === "failed") return undefined;
  return outcome.packages.map((one) => `${one.package.key} ${versionKey(one.version)}`).sort();
}
