import { normalizeExtra } from "../python/name.ts";
import type { InputFormat, LockInput } from "./input.ts";
import { lockOptions } from "./lock-options.ts";
import { readLockedFile } from "./locked-files.ts";
import { pdmGraph } from "./pdm-lock-graph.ts";
import { type PdmProject, readPdmProject } from "./pdm-lock-project.ts";
import { type PdmRow, readPdmRow } from "./pdm-lock-row.ts";
import { pdmSetPackages } from "./pdm-lock-sets.ts";
import { readPdmTargets } from "./pdm-lock-targets.ts";
import type { FilesByName } from "./poetry-lock-package.ts";
import { readToml, type TomlTable } from "./toml.ts";

/** PDM's own lock, lock_version 4.x (pdm's `project/lockfile/pdmlock.py`). */
export const pdmLock: InputFormat = {
  name: "pdm.lock",
  matches: (baseName) => /^pdm(?:\.[^.]+)*\.lock$/.test(baseName),
  parse: (text, context) => {
    const { root, problems } = readToml(context.file, text);
    const warnings: string[] = [];
    if (!root.has("metadata")) root.demand("metadata");
    const metadata = root.has("metadata") ? root.table("metadata") : undefined;
    if (metadata !== undefined) checkVersion(metadata, warnings);
    // Another version may mean anything: its packages are not looked at.
    problems.check();
    const older = filesOfMetadata(metadata);
    const project = readPdmProject(context);
    const rows = (root.has("package") ? root.tables("package") : [])
      .map((table) => readPdmRow(table, older, context.file))
      .filter((one) => one !== undefined)
      .filter((one) => !isProject(one, project, warnings));
    const shared = {
      format: "pdm.lock",
      file: context.file,
      options: project?.options ?? lockOptions(),
      ...readPdmTargets(metadata, warnings),
      warnings,
    };
    const strategy = metadata?.strings("strategy") ?? [];
    const names = namesOf(metadata, rows, project);
    if (strategy.includes("inherit_metadata")) {
      problems.check();
      const packages = pdmSetPackages(rows, project);
      return { ...shared, packages, selection: { by: "sets" }, defaultGroups: ["default"], ...names };
    }
    checkMachine(metadata, strategy, warnings);
    const graph = pdmGraph(rows, project, context);
    problems.check();
    return { ...shared, packages: [], selection: { by: "graph", graph }, defaultGroups: [], ...names };
  },
};

function checkVersion(metadata: TomlTable, warnings: string[]): void {
  metadata.demand("lock_version");
  const text = metadata.string("lock_version");
  if (text === undefined) return;
  const [, major, minor] = /^(\d{1,9})\.(\d{1,9})(?:\.\d{1,9})?$/.exec(text) ?? [];
  if (major === undefined) metadata.problem(`lock_version ${JSON.stringify(text)} is no version`, "lock_version");
  else if (major !== "4") {
    const hint = "write the lock again with PDM 2: `pdm lock --update-reuse`";
    metadata.problem(`lock_version ${text} is not known here, only 4.x is`, "lock_version", hint);
  } else if (Number(minor) > 5) warnings.push(`lock_version ${text} is newer than 4.5: what it adds is not read`);
}

/** Before 4.3 files stand below `metadata.files`, by name and version. */
function filesOfMetadata(metadata: TomlTable | undefined): FilesByName {
  const table = metadata?.has("files") === true ? metadata.table("files") : undefined;
  return (label) => (table?.has(label) === true ? table.tables(label).map(readLockedFile) : []);
}

function isProject({ package: entry }: PdmRow, project: PdmProject | undefined, warnings: string[]): boolean {
  if (entry.folder !== "." && (entry.folder === undefined || entry.name !== project?.name)) return false;
  warnings.push(`${entry.name} is the project itself: its files are copied, it is not installed as a package`);
  return true;
}

/** Without pyproject.toml nobody knows which groups are extras: they are groups then. */
function namesOf(
  metadata: TomlTable | undefined,
  rows: readonly PdmRow[],
  project: PdmProject | undefined,
): Pick<LockInput, "extras" | "groups"> {
  const listed = (metadata?.strings("groups") ?? []).map(normalizeExtra);
  const all = new Set([...listed, ...rows.flatMap(({ groups }) => groups)]);
  all.delete("default");
  const names = all.size > 0 ? [...all].sort() : [...(project?.extras.keys() ?? []), ...(project?.groups.keys() ?? [])];
  const isExtra = (name: string): boolean => project?.extras.has(name) === true;
  return { extras: names.filter(isExtra), groups: names.filter((name) => !isExtra(name)) };
}

/** Before there were targets a lock was either for every machine or for the one that it was made on. */
function checkMachine(metadata: TomlTable | undefined, strategy: readonly string[], warnings: string[]): void {
  if (metadata?.has("targets") === true) return;
  const isOlder = !metadata?.has("strategy");
  const isCrossPlatform =
    strategy.includes("cross_platform") || (isOlder && metadata?.boolean("cross_platform") !== false);
  if (isCrossPlatform) return;
  warnings.push("the lock was made for one machine and does not say which: packages for this platform may be missing");
}
