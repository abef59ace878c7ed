import * as posix from "node:path/posix";
import { OciasmError } from "../errors.ts";
import { type Marker, parseMarker } from "../python/marker.ts";
import { normalizeName } from "../python/name.ts";
import { parseSdistName } from "../python/sdist-name.ts";
import { parseWheelName } from "../python/wheel-name.ts";
import { absoluteUrl } from "./asked.ts";
import { directKind, fileNameOf, fragmentOf, isUrl, withoutCredentials, withoutFragment } from "./direct.ts";
import { folderName } from "./folder-name.ts";
import type { InputContext } from "./input.ts";
import type { Asked } from "./request.ts";
import type { RequirementEntry, RequirementsDraft } from "./requirements-draft.ts";

/** What the lines that are no constraints ask for. */
export function askedOfDraft(draft: RequirementsDraft): readonly Asked[] {
  return draft.entries.filter((entry) => !isBound(entry)).flatMap((entry) => askedOfEntry(entry, draft));
}

/** A constraint or an override, which asks for nothing by itself. */
export function isBound({ constraint, override }: RequirementEntry): boolean {
  return constraint || override;
}

/** One line as a request; none, with a problem noted, for a file whose name says nothing. */
export function askedOfEntry(
  entry: RequirementEntry,
  draft: RequirementsDraft,
  context?: InputContext,
): readonly Asked[] {
  const { requirement, location, sha256 } = entry;
  const { target, specifiers = { specifiers: [] }, extras } = requirement;
  const name = requirement.name ?? nameOfFolder(entry, context) ?? nameOfTarget(target ?? "");
  if (name instanceof OciasmError) {
    draft.problems.add(new OciasmError("INPUT_INVALID", name.message, { location }));
    return [];
  }
  const marker = markerOf(entry);
  const url = target === undefined ? {} : { url: absoluteUrl(target, entry.file) };
  return [
    {
      requirement: { name, extras, specifiers, ...url, ...(marker === undefined ? {} : { marker }) },
      text: textOf(entry),
      location,
      sha256: [...new Set(sha256)].sort(),
    },
  ];
}

function textOf({ location, editable, requirement }: RequirementEntry): string {
  const { text = "", column, length = 1 } = location;
  const written = text.slice(column - 1, column - 1 + length);
  return written === "" ? `${editable ? "-e " : ""}${withoutCredentials(requirement.target ?? "")}` : written;
}

/** What the project in a folder says of itself. */
function nameOfFolder({ requirement, file }: RequirementEntry, context: InputContext | undefined): string | undefined {
  const target = withoutFragment(requirement.target ?? "");
  if (context === undefined || directKind(target) !== "directory" || isUrl(target)) return undefined;
  return folderName(posix.resolve(posix.dirname(file), target), { ...context, file });
}

/** Wheels and sdists say their name; of another folder or a repository it is a guess, which must prove right when it is built. */
function nameOfTarget(target: string): string | OciasmError {
  const egg = /^[A-Za-z0-9._-]+/.exec(fragmentOf(target).get("egg") ?? "")?.[0];
  if (egg !== undefined) return normalizeName(egg);
  const bare = withoutFragment(target).replace(/\/+$/, "");
  const filename = fileNameOf(bare);
  const kind = directKind(target);
  if (kind === "wheel") {
    const wheel = parseWheelName(filename);
    return wheel.ok ? wheel.value.name : new OciasmError("INPUT_INVALID", `${filename}: ${wheel.message}`);
  }
  const sdist = kind === "sdist" ? parseSdistName(filename) : undefined;
  if (sdist?.ok === true) return sdist.value.name;
  const guess = filename
    .replace(/@.*$/s, "")
    .replace(/\.git$/, "")
    .replace(/[^A-Za-z0-9._-]/g, "");
  return normalizeName(guess).replace(/^-+|-+$/g, "") || "unnamed";
}

/** The marker of a line, parsed again. */
export function markerOf({ requirement }: RequirementEntry): Marker | undefined {
  const marker = requirement.marker === undefined ? undefined : parseMarker(requirement.marker);
  return marker?.ok === true ? marker.value : undefined;
}
