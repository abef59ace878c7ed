import * as posix from "node:path/posix";
import { OciasmError } from "../errors.ts";
import { normalizeExtra } from "../python/name.ts";
import { byName } from "./by-name.ts";
import { isOwnProject } from "./own-project.ts";
import type { PyprojectReader } from "./pyproject-reader.ts";
import type { Asked } from "./request.ts";
import { askedOfDraft } from "./requirements-asked.ts";
import { newDraft } from "./requirements-draft.ts";
import { readRequirementsFile } from "./requirements-file.ts";
import { readSetupCfg } from "./setup-cfg.ts";
import type { TomlNode } from "./toml-node.ts";

/** What a build backend would fill in for `dynamic`, as far as files say it. */
export interface DynamicDependencies {
  readonly requirements?: readonly Asked[];
  readonly extras?: Readonly<Record<string, readonly Asked[]>>;
}

/**
 * `dynamic = ["dependencies"]` from the files that setuptools (`[tool.setuptools.dynamic]`, setup.cfg) or
 * hatch-requirements-txt name.
 */
export function readDynamic(reader: PyprojectReader): DynamicDependencies {
  const setuptools = reader.root.at("tool", "setuptools", "dynamic");
  const hatch = reader.root.at("tool", "hatch", "metadata", "hooks", "requirements_txt");
  const files = setuptools?.at("dependencies", "file") ?? hatch?.at("files") ?? hatch?.at("filename");
  const extras = setuptools?.at("optional-dependencies") ?? hatch?.at("optional-dependencies");
  const listed = extras
    ?.entries()
    .map(([name, node]) => [normalizeExtra(name), readFiles(node.at("file") ?? node, reader)] as const);
  const cfg = files === undefined && hatch === undefined ? setupCfgBeside(reader) : {};
  return {
    ...cfg,
    ...(files === undefined ? {} : { requirements: readFiles(files, reader) }),
    ...(listed === undefined ? {} : { extras: byName(listed) }),
  };
}

function setupCfgBeside({ file, context }: PyprojectReader): DynamicDependencies {
  const path = posix.join(posix.dirname(file), "setup.cfg");
  const found = context.readInclude(path, file);
  if (found === undefined || !/^\[options(?:\]|\.extras_require\])/m.test(found.text)) return {};
  const { requirements, extras } = readSetupCfg(found.text, { ...context, file: found.path });
  return { requirements, extras };
}

function readFiles(node: TomlNode, reader: PyprojectReader): readonly Asked[] {
  const nodes = node.kind === "array" ? node.strings() : [node];
  return nodes.flatMap((each) => readFile(each, reader));
}

function readFile(node: TomlNode, { file, context, warnings }: PyprojectReader): readonly Asked[] {
  const path = node.string();
  if (path === undefined) return [];
  const found = context.readInclude(path, file);
  if (found === undefined) {
    node.problem(`there is no ${path}`, "paths are relative to this file");
    return [];
  }
  const draft = newDraft();
  readRequirementsFile({ file: found.path, text: found.text, constraint: false }, context, draft);
  const own = draft.entries.filter((entry) => isOwnProject(entry, context));
  if (own.length > 0) warnings.push(`${found.path} names the project itself, whose dependencies it lists`);
  const asked = askedOfDraft({ ...draft, entries: draft.entries.filter((entry) => !own.includes(entry)) });
  try {
    draft.problems.check();
  } catch (error) {
    if (!(error instanceof OciasmError)) throw error;
    node.adopt(error);
  }
  return asked;
}
