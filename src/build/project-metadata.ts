import { readToml, type TomlTable } from "../input/toml.ts";

/** What pyproject.toml says of the project, as far as it says so statically. */
export interface ProjectMetadata {
  readonly name?: string;
  readonly version?: string;
  readonly requiresPython?: string;
  /** Console scripts by name: "package.module:function". */
  readonly scripts: Readonly<Record<string, string>>;
}

/** Reads [project], and [tool.poetry] where that is missing. Throws INPUT_INVALID with every problem. */
export function readProjectMetadata(file: string, text: string): ProjectMetadata {
  const { root, problems } = readToml(file, text);
  const project = root.table("project");
  const tool = root.has("tool") ? root.table("tool") : undefined;
  const poetry = tool?.has("poetry") === true ? tool.table("poetry") : undefined;
  const name = project?.string("name") ?? poetry?.string("name");
  const version = project?.string("version") ?? poetry?.string("version");
  const requiresPython = project?.string("requires-python");
  const scripts = { ...scriptsOf(poetry), ...scriptsOf(project) };
  problems.check();
  return {
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    ...(requiresPython === undefined ? {} : { requiresPython }),
    scripts,
  };
}

/** Poetry's table may hold tables too, for scripts that are files: those are no entry points. */
function scriptsOf(table: TomlTable | undefined): Readonly<Record<string, string>> {
  const scripts = table?.has("scripts") === true ? table.table("scripts") : undefined;
  const names = (scripts?.keys() ?? []).filter((name) => scripts?.isString(name) === true);
  return Object.fromEntries(names.map((name) => [name, scripts?.string(name) ?? ""]));
}
