import * as posix from "node:path/posix";
import { OciasmError } from "../errors.ts";
import type { Marker } from "../python/marker.ts";
import { directKind } from "./direct.ts";
import type { InputContext } from "./input.ts";
import { newRequest } from "./new-request.ts";
import { readOwnMetadata } from "./own-metadata.ts";
import { isOwnProject, projectFolder } from "./own-project.ts";

import type { Asked, RequirementsInput } from "./request.ts";
import { askedOfEntry, isBound, markerOf } from "./requirements-asked.ts";
import { newDraft, type RequirementEntry, type RequirementsDraft } from "./requirements-draft.ts";
import { type RequirementsText, readRequirementsFile } from "./requirements-file.ts";
import { finishOptions } from "./requirements-options.ts";

/** What files without hashes ask for. Throws with every problem, in file order. */
export function requestOf(draft: RequirementsDraft, context: InputContext): RequirementsInput {
  const { prerelease } = draft.options;
  const own = draft.entries.filter((entry) => !isBound(entry) && isOwnProject(entry, context));
  const project = own.length === 0 ? undefined : readOwn(draft, context, own);
  const requirements = draft.entries.flatMap((entry) => {
    if (isBound(entry)) return [];
    return own.includes(entry) ? ownRequirements(entry, project) : askedOfEntry(entry, draft, context);
  });
  const bounds = boundsOf(draft);
  draft.problems.check();
  return newRequest({
    ...project,
    format: "requirements.txt",
    file: context.file,
    requirements,
    groups: newRequest({ format: "", file: "" }).groups,
    defaultGroups: [],
    constraints: [...bounds.constraints, ...(project?.constraints ?? [])],
    overrides: [...bounds.overrides, ...(project?.overrides ?? [])],
    options: finishOptions(draft.options),
    resolution: { ...project?.resolution, ...(prerelease === undefined ? {} : { prerelease }) },
    warnings: [...new Set([...draft.warnings, ...(project?.warnings ?? [])])],
  });
}

/** The request with the bounds of further files: `-c FILE` and `--override FILE`. Throws with every problem. */
export function withBounds(
  request: RequirementsInput,
  sources: readonly RequirementsText[],
  context: InputContext,
): RequirementsInput {
  const draft = newDraft();
  for (const source of sources) readRequirementsFile(source, context, draft);
  const { constraints, overrides } = boundsOf(draft);
  for (const { constraint, override, location } of draft.entries) {
    if (constraint || override) continue;
    draft.problems.add(new OciasmError("INPUT_INVALID", "a requirement among constraints and overrides", { location }));
  }
  draft.problems.check();
  return {
    ...request,
    constraints: [...request.constraints, ...constraints],
    overrides: [...request.overrides, ...overrides],
    warnings: [...request.warnings, ...draft.warnings],
  };
}

function boundsOf(draft: RequirementsDraft): Pick<RequirementsInput, "constraints" | "overrides"> {
  const constraints = draft.entries.filter((entry) => entry.constraint).flatMap((entry) => constraintOf(entry, draft));
  const overrides = draft.entries.filter((entry) => entry.override).flatMap((entry) => askedOfEntry(entry, draft));
  return { constraints, overrides };
}

/** A constraint installs nothing, so it has no extras (pip refuses them, uv looks away). */
function constraintOf(entry: RequirementEntry, draft: RequirementsDraft): readonly Asked[] {
  const { location, requirement } = entry;
  if (entry.editable || (requirement.name === undefined && directKind(requirement.target ?? "") !== "wheel")) {
    const hint = "write `NAME @ URL`, or put the line among the requirements";
    draft.problems.add(new OciasmError("INPUT_INVALID", "a constraint needs a name", { hint, location }));
    return [];
  }
  if (requirement.extras.length > 0) {
    draft.warnings.push(
      `the extras of the constraint on ${requirement.name} mean nothing (${location.file}:${location.line})`,
    );
  }
  return askedOfEntry({ ...entry, requirement: { ...requirement, extras: [] } }, draft);
}

function readOwn(
  draft: RequirementsDraft,
  context: InputContext,
  own: readonly RequirementEntry[],
): RequirementsInput | undefined {
  const folder = projectFolder(context);
  const [entry] = own;
  try {
    return readOwnMetadata(folder, { ...context, file: posix.join(folder, "pyproject.toml") });
  } catch (error) {
    if (!(error instanceof OciasmError)) throw error;
    draft.problems.add(
      new OciasmError(error.code, error.message, {
        hint: error.hint,
        location: error.location ?? entry?.location,
        problems: error.problems,
      }),
    );
    return undefined;
  }
}

/** `-e .[dev]` asks for what the project asks for, and for its extra. */
function ownRequirements(entry: RequirementEntry, project: RequirementsInput | undefined): readonly Asked[] {
  if (project === undefined) return [];
  const extras = entry.requirement.extras.flatMap((extra) => project.extras[extra] ?? []);
  const marker = markerOf(entry);
  const all = [...project.requirements, ...extras];
  if (marker === undefined) return all;
  return all.map((asked) => ({
    ...asked,
    requirement: { ...asked.requirement, marker: both(marker, asked.requirement.marker) },
  }));
}

function both(a: Marker, b: Marker | undefined): Marker {
  if (b === undefined) return a;
  const parts = [a, b].flatMap((marker) => (marker.type === "and" ? marker.markers : [marker]));
  return { type: "and", markers: parts };
}
