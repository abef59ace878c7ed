import type { ZipEntry } from "../archive/zip-entry.ts";
import type { InstallScheme } from "../layers/recipe.ts";
import { linkRewriter } from "./links.ts";
import { isInterpreterName, isPlainFileName } from "./script-names.ts";
import { wheelInvalid } from "./wheel-contents.ts";

/** Where an entry goes, and whether it is one of `.data/scripts`. */
export interface Place {
  readonly path: string;
  readonly isScript: boolean;
}

export type PlaceOf = (entry: Pick<ZipEntry, "name">) => Place;

/**
 * Maps names in the wheel to image paths (binary distribution format, "Spreading"). Throws WHEEL_INVALID for a name
 * that would leave the environment, hide its interpreter or change its frame.
 */
export function placer(scheme: InstallScheme, wheel: { readonly filename: string; readonly name: string }): PlaceOf {
  const links = linkRewriter(scheme.links);
  const refuse = (name: string, problem: string) => wheelInvalid(wheel.filename, `${JSON.stringify(name)} ${problem}`);
  return ({ name }) => {
    const parts = name.split("/");
    if (!parts.every(isPlainFileName)) throw refuse(name, "is not a plain relative path");
    if (parts.some((part) => part.startsWith(".wh."))) throw refuse(name, "would delete files of lower layers");
    const [directory, rest, isScript] = spread(parts, scheme, wheel, refuse);
    const path = links.resolve([directory, ...rest].join("/"));
    if (!path.startsWith(`${scheme.data}/`)) throw refuse(name, `would be written outside /${scheme.data}`);
    if (path === `${scheme.data}/pyvenv.cfg` || links.isLink(path))
      throw refuse(name, "would replace a part of the environment");
    if (path.startsWith(`${scheme.scripts}/`) && isInterpreterName(path.slice(scheme.scripts.length + 1))) {
      throw refuse(name, "would hide the interpreter");
    }
    return { path, isScript };
  };
}

type Refuse = (name: string, problem: string) => Error;

function spread(
  parts: readonly string[],
  scheme: InstallScheme,
  wheel: { readonly name: string },
  refuse: Refuse,
): readonly [directory: string, rest: readonly string[], isScript: boolean] {
  const [top = "", key = "", ...rest] = parts;
  if (!top.endsWith(".data") || parts.length === 1) return [scheme.site, parts, false];
  const name = parts.join("/");
  if (rest.length === 0) throw refuse(name, "lies in no directory of .data");
  switch (key) {
    case "purelib":
    case "platlib":
      return [scheme.site, rest, false];
    case "data":
      return [scheme.data, rest, false];
    case "headers":
      return [`${scheme.headers}/${wheel.name}`, rest, false];
    case "scripts":
      if (rest.length > 1) throw refuse(name, "is a script in a subdirectory");
      return [scheme.scripts, rest, true];
    default:
      throw refuse(name, `has the unknown .data key ${key}: known are purelib, platlib, headers, scripts, data`);
  }
}
