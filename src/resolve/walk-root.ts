import * as posix from "node:path/posix";
import { OciasmError } from "../errors.ts";
import type { LockEdge, LockGraph, LockRoot } from "../input/graph.ts";
import { normalizeExtra, normalizeName } from "../python/name.ts";
import type { SelectChoice } from "./choice.ts";

/** The project to build, and what of it is asked for. */
export interface ChosenRoot {
  /** Absent where the lock is of no project: of a script. */
  readonly project: LockRoot | undefined;
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  /** All edges that the choice starts from. */
  readonly edges: readonly LockEdge[];
}

/**
 * The root that a choice names: by name, else by folder, else the one at "." or the only one there is. Throws
 * INPUT_INVALID, with the names to choose from, for a root, an extra or a group that the lock does not have, and for
 * the empty root of a workspace.
 */
export function chooseRoot(graph: LockGraph, choice: SelectChoice, file: string): ChosenRoot {
  const projects = graph.roots.filter((root) => root.name !== undefined);
  const project = findProject(projects, choice, file);
  const loose = graph.roots.filter((root) => root.name === undefined);
  const roots = [...(project === undefined ? [] : [project]), ...loose];
  const extras = chosenExtras(roots, choice, file);
  const groups = chosenGroups(roots, choice, file);
  const edges = roots.flatMap((root) => [
    ...root.edges,
    ...extras.flatMap((name) => root.extras[name] ?? []),
    ...groups.flatMap((name) => root.groups[name] ?? []),
  ]);
  if (edges.length === 0 && projects.length > 1 && choice.project === undefined && project?.path === ".") {
    throw wrongProject(`${project.name} at the root of the workspace asks for no packages`, projects, project);
  }
  return { project, extras, groups, edges };
}

/** A folder relative to the lock's, as roots name theirs: "./packages/api/" is "packages/api". */
function rootFolder(folder: string): string {
  const normal = posix.normalize(folder === "" ? "." : folder);
  return normal.length > 1 ? normal.replace(/\/$/, "") : normal;
}

function findProject(projects: readonly LockRoot[], choice: SelectChoice, file: string): LockRoot | undefined {
  if (choice.project !== undefined) {
    const name = normalizeName(choice.project);
    const found = projects.find((root) => root.name === name);
    if (found === undefined) throw wrongProject(`${file} has no project ${choice.project}`, projects);
    return found;
  }
  const folder = rootFolder(choice.folder ?? ".");
  const found = projects.find((root) => root.path === folder);
  if (found !== undefined) return found;
  const [only, ...others] = projects;
  if (folder !== ".") throw wrongProject(`${file} has no project in ${folder}`, projects);
  if (others.length > 0) throw wrongProject(`${file} is of a workspace of ${projects.length} projects`, projects);
  return only;
}

function wrongProject(message: string, projects: readonly LockRoot[], besides?: LockRoot): OciasmError {
  const listed = projects
    .filter((root) => root !== besides)
    .map((root) => `${root.name} (${root.path})`)
    .join(", ");
  const hint = listed === "" ? "lock again" : `choose one with --package or by its folder: ${listed}`;
  return new OciasmError("INPUT_INVALID", message, { hint });
}

function chosenExtras(roots: readonly LockRoot[], choice: SelectChoice, file: string): readonly string[] {
  const known = namesOf(roots, (root) => root.extras);
  if (choice.allExtras === true) return known;
  const asked = [...new Set(choice.extras.map(normalizeExtra))];
  checkKnown("extra", asked, known, roots, file);
  return asked;
}

function chosenGroups(roots: readonly LockRoot[], choice: SelectChoice, file: string): readonly string[] {
  const known = namesOf(roots, (root) => root.groups);
  const asked = choice.groups.map(normalizeExtra);
  checkKnown("group", asked, known, roots, file);
  const byDefault = choice.noDefaultGroups ? [] : roots.flatMap((root) => root.defaultGroups);
  return [...new Set([...byDefault, ...asked])];
}

function namesOf(roots: readonly LockRoot[], pick: (root: LockRoot) => Readonly<Record<string, unknown>>): string[] {
  return [...new Set(roots.flatMap((root) => Object.keys(pick(root))))].sort();
}

function checkKnown(
  what: "extra" | "group",
  asked: readonly string[],
  known: readonly string[],
  roots: readonly LockRoot[],
  file: string,
): void {
  const missing = asked.find((name) => !known.includes(name));
  if (missing === undefined) return;
  const owner = roots.find((root) => root.name !== undefined)?.name;
  const message = `${owner === undefined ? file : `${owner} in ${file}`} has no ${what} ${missing}`;
  const hint = known.length === 0 ? `it has no ${what}s at all: lock again if it should` : `it has ${known.join(", ")}`;
  throw new OciasmError("INPUT_INVALID", message, { hint });
}
