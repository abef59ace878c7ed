import { parseSpecifierSet } from "../python/specifier.ts";
import type { LockInput } from "./input.ts";
import { allOf, type Condition, conditionText, readCondition } from "./marker-algebra.ts";
import { poetryPython } from "./poetry-python.ts";
import type { TomlTable } from "./toml.ts";

/** What a pdm.lock says of the machines that it is for (`[[metadata.targets]]`, dep-logic's platform names). */
export function readPdmTargets(
  metadata: TomlTable | undefined,
  warnings: string[],
): Pick<LockInput, "environments" | "requiresPython"> {
  const targets = metadata?.has("targets") === true ? metadata.tables("targets") : [];
  const pythons = targets.map((target) => target.string("requires_python") ?? "");
  const [first = ""] = pythons;
  const agree = pythons.every((one) => one === first) && parseSpecifierSet(first) !== undefined;
  const conditions = targets.map((target) => conditionOf(target, warnings));
  const isAnywhere = conditions.includes(true) || conditions.length === 0;
  const isOnlyPython = agree && targets.every((target) => !target.has("platform") && !target.has("implementation"));
  return {
    ...(agree && first !== "" ? { requiresPython: first } : {}),
    environments: isAnywhere || isOnlyPython ? [] : conditions.map((one) => conditionText(one) ?? ""),
  };
}

function conditionOf(target: TomlTable, warnings: string[]): Condition {
  const implementation = target.string("implementation");
  return allOf([
    pythonOf(target),
    platformOf(target.string("platform"), warnings),
    implementation === undefined ? true : marker(`implementation_name == "${bare(implementation)}"`),
  ]);
}

function pythonOf(target: TomlTable): Condition {
  const text = target.string("requires_python") ?? "";
  const python = text === "" ? "" : poetryPython(text);
  if (python === undefined) target.problem(`${JSON.stringify(text)} is no version specifier`, "requires_python");
  return marker(python ?? "");
}

const ALIASES: Readonly<Record<string, string>> = {
  linux: "manylinux_2_40_x86_64",
  alpine: "musllinux_1_2_x86_64",
  windows: "windows_amd64",
  macos: "macos_arm64",
};
const SYSTEMS: readonly (readonly [prefix: string, platform: string])[] = [
  ["manylinux", "linux"],
  ["musllinux", "linux"],
  ["linux", "linux"],
  ["windows", "win32"],
  ["macos", "darwin"],
];
const MACHINES: Readonly<Record<string, string>> = { amd64: "x86_64", arm64: "aarch64", x86: "i686" };

function platformOf(platform: string | undefined, warnings: string[]): Condition {
  if (platform === undefined) return true;
  const name = Object.hasOwn(ALIASES, platform) ? (ALIASES[platform] ?? platform) : platform;
  const [prefix, system] = SYSTEMS.find(([start]) => name.startsWith(start)) ?? [];
  if (prefix === undefined) {
    warnings.push(`the lock is for ${platform}, which is not known here`);
    return true;
  }
  const machine = bare(name.slice(prefix.length).replace(/^(?:_\d+)*_/, ""));
  const isLinux = system === "linux" && machine !== "";
  return allOf([
    marker(`sys_platform == "${system}"`),
    isLinux ? marker(`platform_machine == "${MACHINES[machine] ?? machine}"`) : true,
  ]);
}

function bare(text: string): string {
  return text.replace(/\W/g, "");
}

function marker(text: string): Condition {
  const read = readCondition(text);
  return read.ok ? read.value : true;
}
