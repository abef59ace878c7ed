import { normalizeExtra } from "../python/name.ts";
import type { IndexOptions, InputFormat, InputPackage, LockInput } from "./input.ts";
import { lockOptions } from "./lock-options.ts";
import { poetryGraph } from "./poetry-lock-graph.ts";
import { filesOfMetadata, type PoetryPackage, readPoetryPackage } from "./poetry-lock-package.ts";
import { groupsOf, poetrySetPackage } from "./poetry-lock-sets.ts";
import { poetryRequiresPython } from "./poetry-python.ts";
import { readToml, type TomlTable } from "./toml.ts";

/** Poetry's lock, lock-version 1.x and 2.x (poetry's `packages/locker.py`). */
export const poetryLock: InputFormat = {
  name: "poetry.lock",
  matches: (baseName) => /^poetry(?:\.[^.]+)?\.lock$|\.poetry\.lock$/.test(baseName),
  parse: (text, context) => {
    const { root, problems } = readToml(context.file, text);
    const warnings: string[] = [];
    if (!root.has("metadata")) root.demand("metadata");
    const metadata = root.has("metadata") ? root.table("metadata") : undefined;
    const minor = metadata === undefined ? undefined : readLockVersion(metadata, warnings);
    // Another version may mean anything: its packages are not looked at.
    problems.check();
    const older = filesOfMetadata(metadata);
    const packages = (root.has("package") ? root.tables("package") : [])
      .map((table) => readPoetryPackage(table, older, context.file))
      .filter((one) => one !== undefined)
      .filter((one) => !isProject(one, warnings));
    const extras = extraNames(root);
    const shared = {
      format: "poetry.lock",
      file: context.file,
      options: optionsOf(packages),
      ...pythonOf(metadata),
      environments: [],
      warnings,
    };
    if (minor === "sets") {
      const input = setsInput(packages, shared, extras);
      problems.check();
      return input;
    }
    const graph = poetryGraph(packages, context);
    problems.check();
    const groups = Object.keys(graph.roots[0]?.groups ?? {}).sort();
    const rootExtras = Object.keys(graph.roots[0]?.extras ?? {}).sort();
    return {
      ...shared,
      packages: [],
      selection: { by: "graph", graph },
      defaultGroups: [],
      extras: rootExtras,
      groups,
    };
  },
};

type Shared = Pick<LockInput, "format" | "file" | "options" | "environments" | "requiresPython" | "warnings">;

function setsInput(packages: readonly PoetryPackage[], shared: Shared, extras: readonly string[]): LockInput {
  const groups = new Set(packages.flatMap(({ table }) => groupsOf(table)));
  groups.delete("main");
  return {
    ...shared,
    packages: packages.map(poetrySetPackage).filter((one): one is InputPackage => one !== undefined),
    selection: { by: "sets" },
    defaultGroups: ["main"],
    extras,
    groups: [...groups].sort(),
  };
}

function readLockVersion(metadata: TomlTable, warnings: string[]): "sets" | "graph" | undefined {
  metadata.demand("lock-version");
  const text = metadata.string("lock-version");
  if (text === undefined) return undefined;
  const [, major, minor] = /^(\d{1,9})\.(\d{1,9})$/.exec(text) ?? [];
  if (major === undefined) metadata.problem(`lock-version ${JSON.stringify(text)} is no version`, "lock-version");
  else if (major !== "1" && major !== "2") {
    const hint = "write the lock again with Poetry 2: `poetry lock`";
    metadata.problem(`lock-version ${text} is not known here, only 1.x and 2.x are`, "lock-version", hint);
  } else if (major === "2" && Number(minor) > 1) {
    warnings.push(`lock-version ${text} is newer than 2.1: what it adds is not read`);
  }
  return major === "2" && Number(minor) >= 1 ? "sets" : "graph";
}

function isProject({ package: { name, folder } }: PoetryPackage, warnings: string[]): boolean {
  if (folder === undefined || !/^\.?\/?$/.test(folder)) return false;
  warnings.push(`${name} is the project itself: its files are copied, it is not installed as a package`);
  return true;
}

function extraNames(root: TomlTable): readonly string[] {
  const table = root.has("extras") ? root.table("extras") : undefined;
  return [...new Set((table?.keys() ?? []).map(normalizeExtra))].sort();
}

function pythonOf(metadata: TomlTable | undefined): Pick<LockInput, "requiresPython"> {
  const text = metadata?.string("python-versions");
  if (text === undefined) return {};
  const specifiers = poetryRequiresPython(text);
  if (specifiers === undefined) {
    metadata?.problem(`${JSON.stringify(text)} is no version constraint of Poetry`, "python-versions");
  }
  return specifiers === undefined || specifiers === "" ? {} : { requiresPython: specifiers };
}

/** Where all packages of indexes come from one source, it takes the place of the default one. */
function optionsOf(packages: readonly PoetryPackage[]): IndexOptions {
  const fromIndex = packages.filter(({ sourceType }) => sourceType === undefined || sourceType === "legacy");
  const urls = [...new Set(fromIndex.map(({ package: { index } }) => index))];
  const named = urls.filter((url) => url !== undefined).sort();
  const [only] = urls;
  if (urls.length === 1 && only !== undefined) return lockOptions({ indexUrl: only });
  return lockOptions({ extraIndexUrls: named });
}
