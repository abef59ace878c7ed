import { wheelArchitecture } from "./architecture.ts";
import { compatiblePlatforms, majorMinor, pythonTags, tagRank } from "./tags.ts";
import type { Target } from "./target.ts";
import { parseWheelName, type WheelName } from "./wheel-name.ts";

const SYSTEMS: readonly (readonly [prefix: string, name: string])[] = [
  ["win", "Windows"],
  ["macosx", "macOS"],
  ["ios", "iOS"],
  ["android", "Android"],
  ["emscripten", "Emscripten"],
  ["pyodide", "Pyodide"],
  ["pyemscripten", "Emscripten"],
  ["wasi", "WASI"],
];

const INTERPRETERS: readonly (readonly [prefix: string, name: string])[] = [
  ["cp", "CPython"],
  ["pp", "PyPy"],
  ["graalpy", "GraalPy"],
  ["ip", "IronPython"],
  ["jy", "Jython"],
  ["py", "Python"],
];

const LINUX = /^(manylinux|musllinux)_([0-9]+)_([0-9]+)_(.+)$/;
const LEGACY: Readonly<Record<string, number>> = { manylinux1: 5, manylinux2010: 12, manylinux2014: 17 };

/**
 * Why a wheel does not fit, for people: "needs glibc 2.39, the image has 2.36", "for Windows", "for CPython 3.12".
 * Of several reasons the one that lies nearest to a fit. Throws nothing; a wheel that fits is said to.
 */
export function explainMismatch(wheel: WheelName | string, target: Target): string {
  if (typeof wheel === "string") {
    const name = parseWheelName(wheel);
    return name.ok ? explainMismatch(name.value, target) : name.message;
  }
  const fitting = tagRank(target);
  if (wheel.tags.some((tag) => fitting.has(tag))) return "fits";
  const platforms = new Set(["any", ...compatiblePlatforms(target)]);
  if (wheel.platforms.some((platform) => platforms.has(platform))) return explainPython(wheel, target);
  return explainPlatform(wheel.platforms, target);
}

/** One reason for a platform, and how near it comes to a fit. */
interface Reason {
  readonly nearness: number;
  readonly text: string;
}

function explainPlatform(platforms: readonly string[], target: Target): string {
  const reasons = platforms.map((platform) => platformReason(platform, target));
  const nearest = Math.max(...reasons.map((reason) => reason.nearness));
  return [...new Set(reasons.filter((reason) => reason.nearness === nearest).map((reason) => reason.text))].join(", ");
}

function platformReason(platform: string, target: Target): Reason {
  const system = SYSTEMS.find(([prefix]) => platform.startsWith(prefix));
  if (system !== undefined) return { nearness: 0, text: `for ${system[1]}` };
  const needs = linuxNeeds(platform);
  if (needs === undefined) return { nearness: 0, text: `for ${platform}` };
  const architecture = wheelArchitecture(target.platform);
  if (needs.architecture !== architecture) return { nearness: 1, text: `for ${needs.architecture}` };
  const { family, version } = target.libc;
  if (needs.family !== family) return { nearness: 2, text: `needs ${needs.family}, the image has ${family}` };
  // The lowest need of several is the one to meet.
  return { nearness: 3 - needs.minor / 1_000_000, text: `needs ${family} ${needs.version}, the image has ${version}` };
}

interface LinuxNeeds {
  readonly family: "glibc" | "musl" | "unknown";
  readonly version: string;
  readonly minor: number;
  readonly architecture: string;
}

function linuxNeeds(platform: string): LinuxNeeds | undefined {
  const [, kind, major, minor, architecture] = LINUX.exec(platform) ?? [];
  if (architecture !== undefined) {
    const family = kind === "musllinux" ? "musl" : "glibc";
    return { family, version: `${major}.${minor}`, minor: Number(minor), architecture };
  }
  const [, legacy = "", rest] = /^([a-z0-9]+)_(.+)$/.exec(platform) ?? [];
  const legacyMinor = Object.hasOwn(LEGACY, legacy) ? LEGACY[legacy] : undefined;
  if (legacyMinor !== undefined && rest !== undefined) {
    return { family: "glibc", version: `2.${legacyMinor}`, minor: legacyMinor, architecture: rest };
  }
  if (legacy !== "linux" || rest === undefined) return undefined;
  return { family: "unknown", version: "", minor: 0, architecture: rest };
}

function explainPython(wheel: WheelName, target: Target): string {
  const { interpreter, stableAbi } = pythonTags(target.python);
  const { minor } = majorMinor(target.python.version);
  if (wheel.pythons.includes(interpreter)) return explainAbi(wheel, target);
  const stable = wheel.pythons.filter((python) => python.startsWith("cp3"));
  if (wheel.abis.includes(stableAbi) && stable.length > 0) {
    return `for CPython ${stable.map(dotted).join(" or ")} or newer`;
  }
  const wrongStable = stableAbi === "abi3" ? "abi3t" : "abi3";
  const older = stable.some((python) => Number(python.slice(3)) <= minor);
  if (wheel.abis.includes(wrongStable) && older) return explainAbi(wheel, target);
  return `for ${[...new Set(wheel.pythons.map(pythonName))].join(" or ")}`;
}

function explainAbi(wheel: WheelName, target: Target): string {
  const freeThreaded = wheel.abis.every((abi) => /^(?:cp[0-9]+t|abi3t)/.test(abi));
  if (freeThreaded && !target.python.freeThreaded) return "for free-threaded Python";
  if (target.python.freeThreaded) return "for Python with the global lock, the image's is free-threaded";
  return `for the ABI ${wheel.abis.join(" or ")}`;
}

/** cp312 to "CPython 3.12", py2 to "Python 2". */
function pythonName(python: string): string {
  const found = INTERPRETERS.find(([prefix]) => python.startsWith(prefix));
  if (found === undefined) return python;
  const number = dotted(python);
  return number === "" ? found[1] : `${found[1]} ${number}`;
}

/** cp312 to 3.12. */
function dotted(python: string): string {
  const [, major = "", minor = ""] = /^[a-z]+([0-9])([0-9]*)/.exec(python) ?? [];
  return minor === "" ? major : `${major}.${minor}`;
}
