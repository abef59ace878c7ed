import { parseWheelName } from "../python/wheel-name.ts";
import type { BytecodeScope } from "./bytecode-scope.ts";
import { passedDirectories, schemeDirectories } from "./directories.ts";
import { bucketOf } from "./name-bucket.ts";
import type { BytecodeSource, DebSource, LayerRecipe, WheelSource } from "./recipe.ts";
import type { LayerContext } from "./wheel-layers.ts";

export interface BytecodeChoice {
  readonly scope: BytecodeScope;
  /** "3.11" */
  readonly python: string;
  /** See BytecodeSource. */
  readonly compiler: string;
}

/** Bytes of a wheel from which on its bytecode may have a layer of its own. */
const FLOOR: number = 2 * 2 ** 20;
/** A wheel with extension modules has so much Python in it, or less: only its own directory would tell. */
const MOST_PYTHON: number = 4 * 2 ** 20;
const BUCKETS = 3;

/**
 * How many layers of a budget are for bytecode. They are kept free whether or not there is any, so that wheels have the
 * same layers with it and without.
 */
export function bytecodeSlots(budget: number): number {
  return Math.max(2, Math.floor(budget / 8));
}

/**
 * Layers of bytecode, beside those of the wheels and of Debian's Python: known, as they are, before any byte is. Wheels
 * with much Python have one alone, the others share a few by a hash of their names, so one wheel more or less changes
 * one layer, or two.
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
  const groups = wheelGroups(wheels, slots - standard.length);
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

function bytecodeOf(of: WheelSource | DebSource, { scope, python, compiler }: BytecodeChoice): BytecodeSource {
  return { type: "bytecode", of, python, compiler, tests: scope === "all" };
}

/** Of a base that is made of Debian packages; of an image, nobody knows here what it brings. */
function standardLibrary(
  choice: BytecodeChoice,
  base: readonly LayerRecipe[],
  context: LayerContext,
): readonly LayerRecipe[] {
  const debs = base
    .flatMap(({ kind, sources }) => (kind === "python" ? sources : []))
    .filter((source) => source.type === "deb" && source.below !== true && /^(?:lib)?python3/.test(source.package))
    .filter((source): source is DebSource => source.type === "deb");
  if (debs.length === 0) return [];
  return [
    {
      kind: "bytecode",
      title: `bytecode of Python ${choice.python}`,
      packages: debs.map((deb) => `${deb.package}=${deb.version}`),
      sources: debs.map((deb) => bytecodeOf(deb, choice)),
      scheme: context.scheme,
      codec: context.codec,
      mtime: context.mtime,
      directories: passedDirectories([`usr/lib/python${choice.python}`], context.directories),
    },
  ];
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
    .filter((wheel) => pythonBytes(wheel) >= FLOOR)
    .sort((a, b) => pythonBytes(b) - pythonBytes(a) || b.size - a.size || (a.name < b.name ? -1 : 1))
    .slice(0, Math.max(0, slots - buckets));
  const alone = new Set(heavy);
  const tails = Array.from({ length: buckets }, (): WheelSource[] => []);
  for (const wheel of sorted) if (!alone.has(wheel)) tails[bucketOf(wheel.name, buckets)]?.push(wheel);
  return [
    ...heavy.map((wheel) => ({ title: `bytecode of ${wheel.name}`, members: [wheel] })),
    ...tails.flatMap((members, index) =>
      members.length === 0
        ? []
        : [{ title: buckets === 1 ? "bytecode of packages" : `bytecode of packages ${index + 1}/${buckets}`, members }],
    ),
  ];
}

/** Bytecode is of a wheel as a whole, however its files are dealt out. */
function withoutPart({ part: _part, ...whole }: WheelSource): WheelSource {
  return whole;
}

/**
 * How much Python a wheel may hold, by its size and tags: one for a platform but for no ABI brings programs or
 * libraries.
 */
function pythonBytes({ filename, size }: WheelSource): number {
  const name = parseWheelName(filename);
  if (!name.ok || name.value.platforms.includes("any")) return size;
  return name.value.abis.every((abi) => abi === "none") ? 0 : Math.min(size, MOST_PYTHON);
}
