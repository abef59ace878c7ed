import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isOciasmError } from "../src/errors.ts";
import { formatOf } from "../src/input/formats.ts";
import type { LockInput } from "../src/input/input.ts";
import { parseSpecifierSet, specifierContains } from "../src/python/specifier.ts";
import type { Target } from "../src/python/target.ts";
import { chooseWheel } from "../src/resolve/choose-wheel.ts";
import { type SelectChoice, surveyPackages } from "../src/resolve/select.ts";

/** A lock file with a past. */
export interface HistorySource {
  readonly repository: string;
  readonly file: string;
  /** Python minors in order of preference: a lock may leave one behind. */
  readonly pythons: readonly string[];
  readonly extras?: readonly string[];
  /** Project of a workspace. */
  readonly project?: string;
}

/** A wheel of an image: what names its content, and what it costs to move. */
export interface Wheel {
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
  /** Names of what it needs, where the lock says so. */
  readonly needs: readonly string[];
}

export interface LockHistory {
  readonly name: string;
  /** What each state of the lock would put into the image, oldest first; states that put in the same are one. */
  readonly images: readonly (readonly Wheel[])[];
  /** States that could not be read: older formats, other Pythons, conflict marks. */
  readonly unread: number;
  /** Wheels whose size the history never tells: they count with that of another version of theirs. */
  readonly estimated: number;
}

/**
 * Reads all states of a lock from a bare clone in `mirrors` (OWNER+NAME/repo) with ociasm's own reader, for
 * linux/amd64. The result is kept in `cache`.
 */
export function readHistory(source: HistorySource, mirrors: string, cache: string): LockHistory {
  const kept = join(cache, `${source.repository}-${source.file}.json`.replaceAll("/", "+"));
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8")) as LockHistory;
  const history = replayable(source, join(mirrors, source.repository.replace("/", "+"), "repo"));
  mkdirSync(cache, { recursive: true });
  writeFileSync(kept, JSON.stringify(history));
  return history;
}

function replayable(source: HistorySource, repository: string): LockHistory {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", [`--git-dir=${repository}`, ...args], { encoding: "utf8", maxBuffer: 2 ** 28 });
  const commits = git("log", "--first-parent", "--reverse", "--format=%H", "HEAD", "--", source.file)
    .trim()
    .split("\n");
  const sizes = new Map<string, number>();
  const states: (readonly UnsizedWheel[])[] = [];
  let unread = 0;
  for (const commit of commits) {
    try {
      states.push(wheelsOf(git("show", `${commit}:${source.file}`), source, sizes));
    } catch (error) {
      if (process.env["DEBUG"] !== undefined) console.error(commit, isOciasmError(error) ? error.message : error);
      unread++;
    }
  }
  const typical = typicalSizes(states, sizes);
  const images = states.map((wheels) =>
    wheels.flatMap((wheel): Wheel[] => {
      const size = sizes.get(wheel.sha256) ?? typical.get(wheel.name);
      return size === undefined ? [] : [{ ...wheel, size }];
    }),
  );
  const changed = images.filter((image, at) => at === 0 || contentOf(image) !== contentOf(images[at - 1] ?? []));
  const estimated = new Set(images.flat().flatMap(({ sha256 }) => (sizes.has(sha256) ? [] : [sha256]))).size;
  return { name: source.repository, images: changed, unread, estimated };
}

/** By name, the median of what versions weigh whose size is told. */
function typicalSizes(
  states: readonly (readonly UnsizedWheel[])[],
  sizes: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const known = new Map<string, Map<string, number>>();
  for (const { name, sha256 } of states.flat()) {
    const size = sizes.get(sha256);
    if (size !== undefined) known.set(name, (known.get(name) ?? new Map<string, number>()).set(sha256, size));
  }
  return new Map(
    [...known].map(([name, versions]) => {
      const sorted = [...versions.values()].sort((a, b) => a - b);
      return [name, sorted[Math.floor(sorted.length / 2)] ?? 0];
    }),
  );
}

function contentOf(image: readonly Wheel[]): string {
  return image.map(({ sha256 }) => sha256).join();
}

type UnsizedWheel = Omit<Wheel, "size">;

function wheelsOf(text: string, source: HistorySource, sizes: Map<string, number>): readonly UnsizedWheel[] {
  const format = formatOf(source.file);
  const input = format.parse(text, { file: `/lock/${source.file}`, readInclude: () => undefined, environment: {} });
  const target = targetOf(input, source.pythons);
  const choice: SelectChoice = {
    extras: source.extras ?? [],
    groups: [],
    noDefaultGroups: true,
    ...(source.project === undefined ? {} : { project: source.project }),
  };
  const needs = needsOf(input);
  return surveyPackages(input, target, choice).selected.flatMap(({ package: item, files }): UnsizedWheel[] => {
    const known = files.from === "lock" ? files.files : files.from === "direct" ? [files.file] : [];
    for (const { sha256, size } of known) {
      if (sha256 !== undefined && size !== undefined) sizes.set(sha256, size);
    }
    const chosen = chooseWheel(item, known, target);
    if (!("wheel" in chosen)) return [];
    const { sha256 } = chosen.wheel;
    return [{ name: item.name, sha256, needs: needs.get(item.name) ?? [] }];
  });
}

/** The first of the Pythons that the lock is for. */
function targetOf({ requiresPython = "" }: LockInput, pythons: readonly string[]): Target {
  const specifiers = parseSpecifierSet(requiresPython);
  const versions = pythons.map((python) => `${python}.9`);
  const version = versions.find((one) => specifiers === undefined || specifierContains(specifiers, one));
  return {
    platform: { os: "linux", architecture: "amd64" },
    python: { implementation: "cpython", version: version ?? "3.12.9", freeThreaded: false },
    libc: { family: "glibc", version: "2.36" },
  };
}

function needsOf({ selection }: LockInput): ReadonlyMap<string, readonly string[]> {
  if (selection.by !== "graph") return new Map();
  const { nodes } = selection.graph;
  return new Map(
    nodes.map((node) => [
      node.package.name,
      [...new Set(node.edges.map(({ to }) => nodes[to]?.package.name ?? ""))].sort(),
    ]),
  );
}
