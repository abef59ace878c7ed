import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import { detectLock } from "../input/formats.ts";
import { type EntrypointGuess, guessEntrypoint } from "./entrypoint.ts";
import { type ProjectMetadata, readProjectMetadata } from "./project-metadata.ts";
import { readPythonVersion } from "./python-version.ts";
import { workspaceLock } from "./workspace-lock.ts";

/** What a context says without any configuration. */
export interface Detected {
  /** The lock, relative to the context: in it, or uv's above it. The others lie beside it and are not used. */
  readonly lock?: string;
  readonly otherLocks: readonly string[];
  /** A script that says itself what it needs, by its name in the context: it was named instead of a folder. */
  readonly script?: string;
  /** From .python-version, as --python takes it. */
  readonly python?: string;
  readonly requiresPython?: string;
  readonly project: ProjectMetadata;
  readonly entrypoint: EntrypointGuess;
  /** Folders of the context that belong on the import path: "src" for a src layout. */
  readonly sourceRoots: readonly string[];
  readonly warnings: readonly string[];
  /** One line for the user. */
  readonly summary: string;
}

/** Folders that hold helpers rather than the application. */
const NOT_PACKAGES =
  /^(?:\..*|_.*|tests?|docs?|examples?|scripts?|tools?|benchmarks?|build|dist|node_modules|venv|env)$/;

/** Looks at the context's top, its packages' `__main__.py`, pyproject.toml and .python-version. */
export async function detect(context: string): Promise<Detected> {
  const fileNames = await listNames(context);
  const { chosen, others: otherLocks } = detectLock(fileNames);
  const lock = chosen ?? aboveLock(context);
  const warnings = otherLocks.length === 0 ? [] : [`${otherLocks.join(", ")} not used: ${lock} comes first`];
  const pyproject = await textOf(context, "pyproject.toml");
  const project = pyproject === undefined ? { scripts: {} } : readProjectMetadata("pyproject.toml", pyproject);
  const python = await pythonOf(context, warnings);
  const inSource = await mainPackages(context, "src");
  const entrypoint = guessEntrypoint({
    metadata: project,
    mainPackages: [...(await mainPackages(context, "")), ...inSource],
    fileNames,
  });
  if (entrypoint.candidates.length > 0) {
    warnings.push(`nothing is run by default, for there are several: ${entrypoint.candidates.join(", ")}`);
  }
  const sourceRoots = (await hasPackages(join(context, "src"))) ? ["src"] : [];
  const found = { otherLocks, project, entrypoint, sourceRoots, warnings };
  const { requiresPython } = project;
  return {
    ...found,
    ...(lock === undefined ? {} : { lock }),
    ...(python === undefined ? {} : { python }),
    ...(requiresPython === undefined ? {} : { requiresPython }),
    summary: summarise(
      lock,
      python ?? requiresPython,
      python === undefined ? "requires-python" : ".python-version",
      entrypoint,
    ),
  };
}

function aboveLock(context: string): string | undefined {
  const file = workspaceLock(context);
  return file === undefined ? undefined : relative(context, file).replaceAll("\\", "/");
}

function summarise(
  lock: string | undefined,
  python: string | undefined,
  from: string,
  entrypoint: EntrypointGuess,
): string {
  const parts = [
    lock === undefined ? "no lock" : lock,
    ...(python === undefined ? [] : [`Python ${python} (${from})`]),
    ...(entrypoint.from === undefined ? [] : [`runs \`${entrypoint.command.join(" ")}\` (${entrypoint.from})`]),
  ];
  return `detected ${parts.join(", ")}`;
}

async function pythonOf(context: string, warnings: string[]): Promise<string | undefined> {
  const text = await textOf(context, ".python-version");
  const asked = text === undefined ? undefined : readPythonVersion(text);
  if (asked === undefined) return undefined;
  if ("version" in asked) return asked.version;
  warnings.push(`.python-version asks for ${JSON.stringify(asked.unknown.slice(0, 60))}, which is no CPython version`);
  return undefined;
}

async function mainPackages(context: string, folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of (await folders(join(context, folder))).filter((each) => each !== "src")) {
    const files = await namesIn(join(context, folder, name));
    if (files.includes("__main__.py")) found.push(folder === "" ? name : `${folder}/${name}`);
  }
  return found;
}

async function hasPackages(folder: string): Promise<boolean> {
  if ((await namesIn(folder)).includes("__init__.py")) return false;
  for (const name of await folders(folder)) {
    if ((await namesIn(join(folder, name))).some((file) => file.endsWith(".py"))) return true;
  }
  return (await namesIn(folder)).some((file) => file.endsWith(".py"));
}

/** Folders whose names could be imported, sorted. */
async function folders(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter(
      (entry) => entry.isDirectory() && /^[\p{L}_][\p{L}\p{N}_]*$/u.test(entry.name) && !NOT_PACKAGES.test(entry.name),
    )
    .map((entry) => entry.name)
    .sort();
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function listNames(context: string): Promise<readonly string[]> {
  try {
    return (await readdir(context)).sort();
  } catch (error) {
    const code = systemCode(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    throw new OciasmError("INPUT_NOT_FOUND", `${context} is not a folder`, { hint: "name the folder of the project" });
  }
}

async function textOf(context: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(context, name), "utf8");
  } catch (error) {
    if (["ENOENT", "EISDIR"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
}
