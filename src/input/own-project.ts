import * as posix from "node:path/posix";
import { directKind, fileUrl } from "./direct.ts";
import type { InputContext } from "./input.ts";
import type { RequirementEntry } from "./requirements-draft.ts";

/** The folder of the project that is built, in slashes. */
export function projectFolder(context: InputContext): string {
  return context.folder ?? posix.dirname(context.file.replaceAll("\\", "/"));
}

/** Whether a line such as `-e .` names the project that is built. pip takes `.` from where it is started: the project. */
export function isOwnProject({ requirement, file }: RequirementEntry, context: InputContext): boolean {
  const { target } = requirement;
  if (target === undefined || directKind(target) !== "directory") return false;
  if (/^\.\/?$/.test(target)) return true;
  if (/^https?:/i.test(target)) return false;
  const url = /^file:/i.test(target) ? target : fileUrl(target, file);
  return trimmed(url) === trimmed(fileUrl(projectFolder(context), file));
}

function trimmed(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/\/+$/, "");
}
