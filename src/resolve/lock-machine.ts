import { OciasmError } from "../errors.ts";
import type { InputPackage, LockInput } from "../input/input.ts";
import { tagRank } from "../python/tags.ts";
import type { Target } from "../python/target.ts";
import { parseWheelName, type WheelName } from "../python/wheel-name.ts";
import { describeTarget } from "./describe-target.ts";

/** A lock that holds the files of one machine alone. */
export interface LockMachine {
  /** INPUT_INVALID that names the machine. */
  readonly problem: OciasmError;
  /** The packages whose one wheel is for that machine. */
  readonly names: ReadonlySet<string>;
}

/**
 * Whether a lock was made on one machine, of another kind than the target: each package has one wheel, and those that
 * depend on a platform are all for the same. `pip lock` writes such locks.
 */
export function foreignMachine(input: LockInput, target: Target): LockMachine | undefined {
  const wheels: (readonly [InputPackage, WheelName])[] = [];
  for (const entry of input.selection.by === "graph" ? [] : input.packages) {
    const files = entry.files.filter((file) => file.filename.endsWith(".whl"));
    const [only] = files;
    const name = only === undefined ? undefined : parseWheelName(only.filename);
    if (files.length > 1) return undefined;
    if (name?.ok === true && !name.value.platforms.includes("any")) wheels.push([entry, name.value]);
  }
  const fitting = tagRank(target);
  const machine = oneMachine(new Set(wheels.flatMap(([, wheel]) => wheel.platforms.map(machineOf))));
  if (machine === undefined) return undefined;
  if (wheels.some(([, wheel]) => wheel.tags.some((tag) => fitting.has(tag)))) return undefined;
  const pythons = new Set(wheels.flatMap(([, wheel]) => (wheel.abis.includes("abi3") ? [] : wheel.pythons)));
  const [python] = pythons;
  const on = pythons.size === 1 && python !== undefined ? `${machine}, ${pythonOf(python)}` : machine;
  const names = wheels.map(([entry]) => entry.name).sort();
  const shown = names.slice(0, 4).join(", ");
  const count =
    names.length > 4
      ? `${shown} and ${names.length - 4} more have wheels`
      : `${shown} ${names.length === 1 ? "has a wheel" : "have wheels"}`;
  return {
    names: new Set(names),
    problem: new OciasmError(
      "INPUT_INVALID",
      `${input.file} was made for ${on}, not for ${describeTarget(target)}: ${count} for that alone`,
      { hint: "lock again with a tool that locks for every platform, or on this one" },
    ),
  };
}

/** A wheel for both Macs says nothing of which one it was. */
function oneMachine(machines: Set<string>): string | undefined {
  if (machines.size > 1) machines.delete("macOS universal2");
  const [machine] = machines;
  return machines.size === 1 ? machine : undefined;
}

/** macosx_11_0_arm64 is "macOS arm64"; versions of the system and the C library aside. */
function machineOf(platform: string): string {
  if (platform.startsWith("macosx_")) return `macOS ${platform.replace(/^macosx_\d+_\d+_/, "")}`;
  if (platform.startsWith("win")) return `Windows ${platform === "win32" ? "x86" : platform.slice(4)}`;
  return platform.replace(/^(?:manylinux|musllinux)(?:_\d+_\d+|\d+)_/, "linux ").replace(/^linux_/, "linux ");
}

function pythonOf(tag: string): string {
  const [, minor] = /^cp3(\d+)$/.exec(tag) ?? [];
  return minor === undefined ? tag : `CPython 3.${minor}`;
}
