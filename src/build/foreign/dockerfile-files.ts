import * as posix from "node:path/posix";
import type { SourceLocation } from "../../errors.ts";
import type { FilesConfig } from "../config.ts";
import type { Copy } from "./dockerfile-copies.ts";
import type { Walk } from "./dockerfile-reading.ts";
import type { PlanStep } from "./state.ts";

/** All that was copied from the context, as `files` has it: one folder for the project, the rest one by one. */
export function filesStep(
  { copies, workdir }: Pick<Walk, "copies" | "workdir">,
  at: SourceLocation,
): readonly PlanStep[] {
  if (copies.length === 0) return [{ at, state: { files: { exclude: ["/*"] } } }];
  const whole = copies.findLast(({ from }) => from === "");
  const destination = whole?.to ?? workdir;
  const inPlace = (copy: Copy): boolean =>
    isGlob(copy)
      ? posix.dirname(copy.to) === posix.join(destination, posix.dirname(copy.from))
      : copy.to === posix.join(destination, copy.from);
  const include = whole === undefined ? copies.filter(inPlace).map(({ from }) => `/${from}`) : [];
  const others = copies.filter((copy) => copy !== whole && !inPlace(copy));
  const globs = others.filter(isGlob);
  const extra = others
    .filter((copy) => !isGlob(copy))
    .map(({ from, to, ...attributes }) => ({ from: from === "" ? "." : from, to, ...attributes }));
  const owner = whole?.uid === undefined ? {} : { owner: { uid: whole.uid, gid: whole.gid ?? whole.uid } };
  const files: FilesConfig = {
    ...(destination === "/app" || (whole === undefined && include.length === 0) ? {} : { destination }),
    ...(include.length === 0 ? {} : { include: [...new Set(include)] }),
    ...(whole === undefined && include.length === 0 ? { exclude: ["/*"] } : {}),
    ...(extra.length === 0 ? {} : { extra }),
    ...owner,
  };
  const notes = globs.map(({ from, to }) => `${from} is not copied to ${to}: name the files under files.extra`);
  return [{ at, state: Object.keys(files).length === 0 ? {} : { files }, notes }];
}

function isGlob({ from }: Copy): boolean {
  return /[*?[]/.test(from);
}
