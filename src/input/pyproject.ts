import { OciasmError } from "../errors.ts";
import { askedList } from "./asked.ts";
import { byName } from "./by-name.ts";
import { readDependencyGroups } from "./dependency-groups.ts";
import type { InputContext } from "./input.ts";
import { newRequest } from "./new-request.ts";
import { readPdmSettings } from "./pdm-settings.ts";
import { type PoetryProject, readPoetryProject } from "./poetry-project.ts";
import { readDynamic } from "./pyproject-dynamic.ts";
import { type ProjectTable, readProjectTable } from "./pyproject-project.ts";
import type { PyprojectReader } from "./pyproject-reader.ts";
import type { Asked, RequestFormat, RequirementsInput } from "./request.ts";
import { readTomlNodes, type TomlNode } from "./toml-node.ts";
import { readUvSettings, uvDefaultGroups } from "./uv-settings.ts";

export const pyproject: RequestFormat = {
  name: "pyproject.toml",
  matches: (baseName) => baseName === "pyproject.toml",
  parse: readPyproject,
};

type Lists = Readonly<Record<string, readonly Asked[]>>;

/**
 * A project without a lock: PEP 621, PEP 735, and the tables of uv, Poetry and pdm; files that `dynamic` fields come
 * from are read. Throws INPUT_INVALID with every problem found.
 */
export function readPyproject(text: string, context: InputContext): RequirementsInput {
  const { file } = context;
  const { root, problems } = readTomlNodes(file, text);
  const reader: PyprojectReader = { root, file, context, warnings: [] };
  const project = readProjectTable(reader);
  const [uv, poetryNode, pdmNode] = ["uv", "poetry", "pdm"].map((name) => root.at("tool", name));
  const poetry = poetryNode === undefined ? undefined : readPoetryProject(poetryNode, reader);
  const pdm = pdmNode === undefined ? undefined : readPdmSettings(pdmNode, reader);
  const settings = uv === undefined ? undefined : readUvSettings(uv, reader);
  const main = mainDependencies(reader, project, poetry);
  const dev = askedList(uv?.at("dev-dependencies"), file);
  const groups = joined(
    readDependencyGroups(root.at("dependency-groups"), file),
    poetry?.groups ?? {},
    pdm?.groups ?? {},
    dev.length === 0 ? {} : byName([["dev", dev]]),
  );
  const defaultGroups = defaultsOf(Object.keys(groups), uv, poetry, pdm?.groups);
  const name = project.name ?? poetry?.name;
  const requiresPython = project.requiresPython ?? poetry?.requiresPython;
  problems.check();
  return newRequest({
    format: "pyproject.toml",
    file,
    ...main,
    groups,
    defaultGroups,
    ...settings,
    overrides: [...(settings?.overrides ?? []), ...(pdm?.overrides ?? [])],
    excludes: [...(settings?.excludes ?? []), ...(pdm?.excludes ?? [])],
    sources: [...(settings?.sources ?? []), ...(poetry?.sources ?? []), ...(pdm?.sources ?? [])],
    indexes: [...(settings?.indexes ?? []), ...(poetry?.indexes ?? []), ...(pdm?.indexes ?? [])],
    options: withLinks(settings?.options ?? newRequest({ format: "", file }).options, pdm?.findLinks ?? []),
    resolution: { ...pdm?.resolution, ...settings?.resolution },
    ...(requiresPython === undefined ? {} : { requiresPython }),
    ...(name === undefined ? {} : { project: name }),
    warnings: reader.warnings,
  });
}

/** Whether a pyproject.toml asks for packages at all, or only configures tools. A text that is no TOML asks: its reader says what is wrong. */
export function asksForPackages(text: string): boolean {
  try {
    const { root } = readTomlNodes("pyproject.toml", text);
    const poetry = root.at("tool", "poetry");
    return [
      root.at("project"),
      root.at("dependency-groups"),
      poetry?.at("dependencies"),
      poetry?.at("group"),
      root.at("tool", "uv", "dev-dependencies"),
    ].some((node) => node !== undefined);
  } catch (error) {
    if (error instanceof OciasmError) return true;
    throw error;
  }
}

type Main = Pick<RequirementsInput, "requirements" | "extras">;

/** Poetry reads its own table only where `[project]` lists nothing; else that adds sources (poetry, pyproject). */
function mainDependencies(reader: PyprojectReader, project: ProjectTable, poetry: PoetryProject | undefined): Main {
  const { dynamic, dynamicNode } = project;
  const hasRequirements = project.requirements.length > 0;
  const hasExtras = Object.keys(project.extras).length > 0;
  if (poetry !== undefined && !hasRequirements && !hasExtras) return poetry;
  const fromPoetry = poetry !== undefined && dynamic.includes("dependencies") ? poetry.requirements : undefined;
  const extrasFromPoetry =
    poetry !== undefined && dynamic.includes("optional-dependencies") ? poetry.extras : undefined;
  const wanted = ["dependencies", "optional-dependencies"].filter((field) => dynamic.includes(field));
  const filled = poetry === undefined && wanted.length > 0 ? readDynamic(reader) : {};
  if (
    poetry === undefined &&
    wanted.includes("dependencies") &&
    filled.requirements === undefined &&
    !hasRequirements
  ) {
    dynamicNode?.problem(
      "the dependencies are dynamic: only the build backend knows them",
      "list them in [project] dependencies, or give a requirements file with -r",
    );
  } else if (poetry === undefined && wanted.includes("optional-dependencies") && filled.extras === undefined) {
    reader.warnings.push("the optional dependencies are dynamic and not known: only the build backend can say them");
  }
  return {
    requirements: hasRequirements ? project.requirements : (fromPoetry ?? filled.requirements ?? []),
    extras: hasExtras ? project.extras : (extrasFromPoetry ?? filled.extras ?? project.extras),
  };
}

/** uv's rule where there is a `[tool.uv]`; Poetry and pdm install every group that is not optional; else none. */
function defaultsOf(
  groups: readonly string[],
  uv: TomlNode | undefined,
  poetry: PoetryProject | undefined,
  pdm: Lists | undefined,
): readonly string[] {
  if (uv !== undefined) return uvDefaultGroups(uv, groups);
  if (poetry !== undefined) return groups.filter((name) => !poetry.optionalGroups.includes(name));
  return pdm === undefined ? [] : groups;
}

function joined(...all: readonly Lists[]): Lists {
  const lists = new Map<string, readonly Asked[]>();
  for (const record of all) {
    for (const [name, list] of Object.entries(record)) lists.set(name, [...(lists.get(name) ?? []), ...list]);
  }
  return byName(lists);
}

function withLinks(options: RequirementsInput["options"], links: readonly string[]): RequirementsInput["options"] {
  return links.length === 0 ? options : { ...options, findLinks: [...options.findLinks, ...links] };
}
