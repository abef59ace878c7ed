import { globMatcher } from "../install/glob.ts";
import type { BytecodeScope } from "./bytecode-scope.ts";
import { passedDirectories, schemeDirectories } from "./directories.ts";
import { bucketOf } from "./name-bucket.ts";
import type { BytecodeSource, DebSource, LayerRecipe, LayerSource, PythonSource, WheelSource } from "./recipe.ts";
import type { LayerContext } from "./wheel-layers.ts";

export interface BytecodeChoice {
  readonly scope: BytecodeScope;
  /** "3.11" */
  readonly python: string;
  /** See BytecodeSource. */
  readonly compiler: string;
  /** Packages whose bytecode is not worth having: patterns over normalised names. */
  readonly without: readonly string[];
}

/** Bytes of a wheel from which on its bytecode may have a layer of its own. */
const FLOOR: number = 2 * 2 ** 20;
const BUCKETS = 3;

/**
 * How many layers of a budget are for bytecode. They are kept free whether or not there is any, so that wheels have the
 * same layers with it and without.
 */
export function bytecodeSlots(budget: number): number {
  return Math.max(2, Math.floor(budget / 8));
}

/**
 * Layers of bytecode, beside those of the wheels and of Debian's Python: known, as they are, before any byte is. Big
 * wheels have one alone, the others share a few by a hash of their names: to make one anew, all of its wheels must be at
 * hand, and how much Python a wheel holds only its own directory would tell.
 */
export function planBytecodeLayers(
  choice: BytecodeChoice,
  wheels: readonly WheelSource[],
  base: readonly LayerRecipe[],
  context: LayerContext,
  slots: number,
): readonly LayerRecipe[] {
  const standard = standardLibrary(choice, base, context);
  if (choice.scope === "stdlib") return standard;
  const left = globMatcher(choice.without);
  const kept = wheels.filter(({ name }) => !left(name));
  const groups = wheelGroups(kept, slots - standard.length);
  const directories = schemeDirectories(context.scheme, context.directories);
  return [
    ...standard,
    ...groups.map(
      ({ title, members }): LayerRecipe => ({
        kind: "bytecode",
        title,
        packages: members.map(({ name, version }) => `${name}==${version}`),
        sources: members.map((wheel) => bytecodeOf(wheel, choice)),
        scheme: context.scheme,
        codec: context.codec,
        mtime: context.mtime,
        directories,
      }),
    ),
  ];
}

export function bytecodeOf(of: BytecodeSource["of"], { scope, python, compiler }: BytecodeChoice): BytecodeSource {
  return { type: "bytecode", of, python, compiler, tests: scope === "all" };
}

/** Of a Python that lies in a layer of ours; of an image, nobody knows here what it brings. */
function standardLibrary(
  choice: BytecodeChoice,
  base: readonly LayerRecipe[],
  context: LayerContext,
): readonly LayerRecipe[] {
  const sources = base.flatMap((recipe) => (recipe.kind === "python" ? recipe.sources : [])).filter(isStandardLibrary);
  if (sources.length === 0) return [];
  const folders = sources.map((source) => (source.type === "python" ? `${source.prefix}/lib` : "usr/lib"));
  return [
    {
      kind: "bytecode",
      title: `bytecode of Python ${choice.python}`,
      packages: sources.map((source) => `${source.type === "deb" ? source.package : "cpython"}=${source.version}`),
      sources: sources.map((source) => bytecodeOf(source, choice)),
      scheme: context.scheme,
      codec: context.codec,
      mtime: context.mtime,
      directories: passedDirectories(
        [...new Set(folders)].map((folder) => `${folder}/python${choice.python}`),
        context.directories,
      ),
    },
  ];
}

function isStandardLibrary(source: LayerSource): source is DebSource | PythonSource {
  if (source.type === "python") return true;
  return source.type === "deb" && source.below !== true && /^(?:lib)?python3/.test(source.package);
}

interface WheelBytecode {
  readonly title: string;
  readonly members: readonly WheelSource[];
}

function wheelGroups(wheels: readonly WheelSource[], slots: number): readonly WheelBytecode[] {
  const whole = wheels.filter(({ part }) => (part?.index ?? 0) === 0).map(withoutPart);
  const sorted = whole.sort((a, b) => (a.name < b.name ? -1 : 1));
  const buckets = Math.max(1, Math.min(BUCKETS, Math.floor(slots / 2)));
  const heavy = sorted
    .filter(({ size }) => size >= FLOOR)
    .sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1))
    .slice(0, Math.max(0, slots - buckets));
  const alone = new Set(heavy);
  const tails = Array.from({ length: buckets }, (): WheelSource[] => []);
  for (const wheel of sorted) if (!alone.has(wheel)) tails[bucketOf(wheel.name, buckets)]?.push(wheel);
  return [
    ...heavy.map((wheel) => ({ title: `bytecode of ${wheel.name}`, members: [wheel] })),
    ...tails.flatMap((members, index) =>
      members.length === 0
        ? []
        : [
            {
              title: buckets === 1 ? "bytecode of packages" : `bytecode of packages ${index + 1} of ${buckets}`,
              members,
            },
          ],
    ),
  ];
}

/** Bytecode is of a wheel as a whole, however its files are dealt out. */
function withoutPart({ part: _part, ...whole }: WheelSource): WheelSource {
  return whole;
}
