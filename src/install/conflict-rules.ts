import { OciasmError } from "../errors.ts";
import type { InstallScheme } from "../layers/recipe.ts";
import type { Conflict } from "./conflicts.ts";

/** How many conflicts are told one by one. */
const SHOWN = 10;

/** For people: names in one image that only a case-sensitive file system tells apart. */
export function caseWarnings(conflicts: readonly Conflict[]): readonly string[] {
  return conflicts
    .filter((conflict) => conflict.kind === "case")
    .map(
      ({ path, otherPath, owners: [first, second] }) =>
        `/${path} of ${first} and /${otherPath} of ${second} differ in case alone`,
    );
}

/**
 * FILE_CONFLICT for the conflicts that decide what the image holds, or undefined when there is none. Names both packages,
 * and the line for the configuration that picks a winner.
 */
export function conflictError(conflicts: readonly Conflict[], scheme: InstallScheme): OciasmError | undefined {
  const real = conflicts.filter((conflict) => conflict.kind !== "case");
  const [first, ...others] = real;
  if (first === undefined) return undefined;
  const [one, two] = first.owners;
  const same = real.filter((conflict) => conflict.owners[0] === one && conflict.owners[1] === two);
  const more = same.length === 1 ? "" : ` (and ${same.length - 1} more of theirs)`;
  return new OciasmError("FILE_CONFLICT", `${describe(first)}${more}`, {
    hint: `drop one of them, or pick one in the configuration: conflicts: [${ruleText(same, scheme)}]`,
    problems: others.slice(0, SHOWN - 1).map((conflict) => new OciasmError("FILE_CONFLICT", describe(conflict))),
  });
}

function describe({ kind, path, otherPath, owners: [first, second] }: Conflict): string {
  if (kind === "content") return `${first} and ${second} bring different files at /${path}`;
  if (path === otherPath) return `${first} and ${second} bring different kinds of files at /${path}`;
  return `${first} brings a file at /${path} where ${second} needs a directory`;
}

function ruleText(conflicts: readonly Conflict[], scheme: InstallScheme): string {
  const [first, second] = conflicts[0]?.owners ?? ["", ""];
  const tops = new Set(conflicts.map(({ path }) => patternOf(path, scheme)));
  const paths = [...tops].slice(0, SHOWN).map((path) => JSON.stringify(path));
  return `{winner: ${nameOf(first)}, over: [${nameOf(second)}], paths: [${paths.join(", ")}]}`;
}

/** `cv2/**` for a file in a package's folder: seldom does one want half of it from elsewhere. */
function patternOf(path: string, scheme: InstallScheme): string {
  if (!path.startsWith(`${scheme.site}/`)) return `/${path}`;
  const [top = "", ...rest] = path.slice(scheme.site.length + 1).split("/");
  return rest.length === 0 ? top : `${top}/**`;
}

function nameOf(owner: string): string {
  return owner.split("==", 1)[0] ?? owner;
}
