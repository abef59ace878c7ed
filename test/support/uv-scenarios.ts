import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "smol-toml";
import { type ResolveOptions, resolveOptions } from "../../src/resolve/offer/options.ts";
import type { ResolvedSet } from "../../src/resolve/resolution.ts";
import { resolveRequirements } from "../../src/resolve/resolve.ts";
import { type MemoryRelease, memoryCatalog } from "./memory-catalog.ts";
import { request } from "./request.ts";
import { testTarget } from "./target.ts";

const FOLDER = fileURLToPath(new URL("../../../../shared/judges/uv-scenarios/", import.meta.url));

/** Why a test that needs uv's scenarios has to be skipped on this machine, or undefined. */
export const noUvScenarios: string | undefined = existsSync(FOLDER)
  ? undefined
  : "uv's scenarios are not on this machine";

/** uv's own form (test/scenarios in its repository). */
export interface UvScenario {
  readonly name: string;
  readonly root: { readonly requires: readonly string[]; readonly requires_python?: string };
  readonly expected: {
    readonly satisfiable: boolean;
    readonly packages?: Readonly<Record<string, string>>;
    readonly explanation?: string;
  };
  readonly packages?: Readonly<Record<string, { readonly versions: Readonly<Record<string, MemoryRelease>> }>>;
  readonly environment?: { readonly python?: string };
  readonly resolver_options?: {
    readonly universal?: boolean;
    readonly python?: string;
    readonly python_platform?: string;
    readonly prereleases?: boolean;
    readonly no_binary?: readonly string[];
    readonly resolution?: ResolveOptions["resolution"];
  };
}

export function uvScenarios(): readonly UvScenario[] {
  return readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".toml"))
    .sort()
    .map((file) => parse(readFileSync(`${FOLDER}${file}`, "utf8")) as unknown as UvScenario);
}

/** Solves a scenario for linux/amd64 and the Python that it names, or another one. Its defaults are those of packse. */
export async function solveScenario(scenario: UvScenario, otherPython?: string): Promise<ResolvedSet> {
  const { root, packages = {}, environment, resolver_options: said = {} } = scenario;
  const python = otherPython ?? said.python ?? environment?.python ?? "3.12";
  const glibc = said.python_platform === "x86_64-manylinux2014" ? "2.17" : "2.36";
  const target = testTarget({ python: /^\d+\.\d+$/.test(python) ? `${python}.0` : python, libc: `glibc:${glibc}` });
  const index = Object.entries(packages).map(([name, { versions }]) => [name, withDefaults(versions)] as const);
  const requiresPython = root.requires_python;
  const input = request(root.requires, requiresPython === undefined ? {} : { requiresPython });
  const options = resolveOptions(input, {
    noBinary: said.no_binary ?? [],
    ...(said.prereleases === true ? { prerelease: "allow" } : {}),
    ...(said.resolution === undefined ? {} : { resolution: said.resolution }),
  });
  const choice = { extras: [], groups: [], noDefaultGroups: false };
  return resolveRequirements(input, choice, target, memoryCatalog(Object.fromEntries(index)), options);
}

function withDefaults(versions: Readonly<Record<string, MemoryRelease>>): Readonly<Record<string, MemoryRelease>> {
  const entries = Object.entries(versions).map(([version, release]) => [
    version,
    { requires_python: ">=3.12", ...release },
  ]);
  return Object.fromEntries(entries) as Readonly<Record<string, MemoryRelease>>;
}
