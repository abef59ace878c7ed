import { isValidName, normalizeExtra, normalizeName } from "../python/name.ts";
import { parseRequiresPython } from "../python/requires-python.ts";
import { askedList } from "./asked.ts";
import { byName } from "./by-name.ts";
import type { PyprojectReader } from "./pyproject-reader.ts";
import type { Asked } from "./request.ts";
import type { TomlNode } from "./toml-node.ts";

/** What `[project]` asks for (PEP 621). */
export interface ProjectTable {
  readonly name?: string;
  readonly requiresPython?: string;
  readonly requirements: readonly Asked[];
  readonly extras: Readonly<Record<string, readonly Asked[]>>;
  /** Fields that a build backend fills in. */
  readonly dynamic: readonly string[];
  /** Where `dynamic` stands. */
  readonly dynamicNode?: TomlNode;
}

export function readProjectTable({ root, file }: PyprojectReader): ProjectTable {
  const project = root.at("project");
  const name = project?.at("name")?.string();
  if (name !== undefined && !isValidName(name))
    project?.at("name")?.problem(`${JSON.stringify(name)} is no name of a project`);
  const requiresPython = readRequiresPython(project?.at("requires-python"));
  const dynamicNode = project?.at("dynamic");
  return {
    ...(name === undefined ? {} : { name: normalizeName(name) }),
    ...(requiresPython === undefined ? {} : { requiresPython }),
    requirements: askedList(project?.at("dependencies"), file),
    extras: readExtras(project?.at("optional-dependencies"), file),
    dynamic: (dynamicNode?.strings() ?? []).map((node) => node.string() ?? ""),
    ...(dynamicNode === undefined ? {} : { dynamicNode }),
  };
}

export function readRequiresPython(node: TomlNode | undefined): string | undefined {
  const text = node?.string();
  if (text === undefined || parseRequiresPython(text) !== undefined) return text;
  node?.problem(`${JSON.stringify(text)} is no set of Python versions`, 'write for example ">=3.11,<3.14"');
  return undefined;
}

/** Lists of requirements by extra; two spellings of one name are one too many (PEP 685). */
function readExtras(table: TomlNode | undefined, file: string): Readonly<Record<string, readonly Asked[]>> {
  const extras = new Map<string, readonly Asked[]>();
  for (const [name, node] of table?.entries() ?? []) {
    const normalised = normalizeExtra(name);
    if (!isValidName(name)) node.problem(`${JSON.stringify(name)} is no name of an extra`);
    else if (extras.has(normalised)) node.problem(`the extra ${name} is there already under another spelling`);
    else extras.set(normalised, askedList(node, file));
  }
  return byName(extras);
}
