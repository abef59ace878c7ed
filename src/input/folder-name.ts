import * as posix from "node:path/posix";
import { isValidName, normalizeName } from "../python/name.ts";
import type { InputContext } from "./input.ts";
import { readTomlNodes } from "./toml-node.ts";

/** Normalised name of the project in a folder, as its pyproject.toml or setup.cfg states it; undefined where neither does. */
export function folderName(folder: string, context: Pick<InputContext, "readInclude" | "file">): string | undefined {
  const pyproject = context.readInclude(posix.join(folder, "pyproject.toml"), context.file);
  const cfg = context.readInclude(posix.join(folder, "setup.cfg"), context.file);
  const name = nameInToml(pyproject) ?? /^\[metadata\][^[]*?^name\s*=\s*(\S+)\s*$/ms.exec(cfg?.text ?? "")?.[1];
  return name === undefined || !isValidName(name) ? undefined : normalizeName(name);
}

function nameInToml(found: ReturnType<InputContext["readInclude"]>): string | undefined {
  if (found === undefined) return undefined;
  const { root } = readTomlNodes(found.path, found.text);
  return (root.at("project", "name") ?? root.at("tool", "poetry", "name"))?.string();
}
