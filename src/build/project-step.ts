import { OciasmError } from "../errors.ts";
import { launcherText } from "../install/launcher.ts";
import type { ProjectSource } from "../layers/project.ts";
import type { InstallScheme, TextSource } from "../layers/recipe.ts";
import type { BuildConfig } from "./config.ts";
import type { BuildDeps } from "./deps.ts";
import type { Detected } from "./detect.ts";
import type { HashCache } from "./hash-file.ts";
import type { Weights } from "./plan-step.ts";
import { readProjectFiles } from "./project-files.ts";
import { readWeights } from "./weights.ts";

/** The project's files in the image, and where each lies on this host. */
export interface Project {
  readonly sources: readonly ProjectSource[];
  readonly weights: readonly Weights[];
  readonly local: ReadonlyMap<string, string>;
}

export interface ProjectStepOptions {
  readonly context: string;
  readonly config: BuildConfig;
  readonly detected: Detected;
  readonly scheme: InstallScheme;
  /** Host paths that this run writes. */
  readonly outputs: readonly string[];
}

/** Reads the context less what stays out; secrets are named, the rest is counted. */
export async function projectStep(options: ProjectStepOptions, deps: BuildDeps): Promise<Project> {
  const { files = {}, weights = [] } = options.config;
  const destination = (files.destination ?? "/app").replace(/^\/+/, "");
  const { script } = options.detected;
  const found = await readProjectFiles({
    context: options.context,
    destination,
    include: files.include ?? (script === undefined ? [] : [`/${script}`]),
    exclude: files.exclude ?? [],
    keep: files.keep ?? [],
    extra: files.extra ?? [],
    outputs: [...options.outputs, ...weights.map((each) => each.source)],
    signal: deps.signal,
    cache: hashCache(deps),
    ...(files.owner === undefined ? {} : files.owner),
  });
  if (found.secrets.length > 0) {
    deps.report({
      type: "warning",
      message: `left out what looks like a secret: ${found.secrets.join(", ")}`,
      hint: "name it under files.keep to have it in the image",
    });
  }
  if (found.leftOut > 0) {
    deps.report({
      type: "note",
      message: `${found.leftOut} files and folders of the context left out (${found.ignoredBy} and defaults)`,
    });
  }
  const read = await readWeights(weights, { ...options, destination, signal: deps.signal });
  return {
    sources: [...found.sources, ...importSources(options, destination)],
    weights: read.weights,
    local: new Map([...read.local, ...found.local]),
  };
}

const HASHES = "project-hashes";

function hashCache({ store }: BuildDeps): HashCache {
  return {
    get: (fingerprint) => store.get<string>(HASHES, fingerprint),
    set: (fingerprint, sha256) => store.set(HASHES, fingerprint, sha256),
  };
}

/** What makes a project that is not installed run like one: its folders on the import path, its script in bin. */
function importSources({ detected, config, scheme }: ProjectStepOptions, destination: string): readonly TextSource[] {
  const { script } = detected.entrypoint;
  if (config.installProject === true) return [];
  const usesScript = script !== undefined && config.entrypoint === undefined && config.inheritEntrypoint !== true;
  const roots = detected.sourceRoots.length > 0 ? detected.sourceRoots : usesScript ? [""] : [];
  const lines = roots.map((root) => `/${destination}${root === "" ? "" : `/${root}`}\n`);
  const path: TextSource[] =
    lines.length === 0
      ? []
      : [{ type: "text", path: `${scheme.site}/_ociasm_project.pth`, mode: 0o644, text: lines.join("") }];
  if (!usesScript) return path;
  const match = /^([A-Za-z_][\w.]*):([A-Za-z_][\w.]*)(?:\s*\[.*\])?$/.exec(script.target.trim());
  if (match === null) {
    throw new OciasmError("PROJECT_INVALID", `the script ${script.name} has no target of the form module:function`, {
      hint: "mend [project.scripts], or say what to run with --entrypoint",
    });
  }
  const text = launcherText(scheme.interpreter, { module: match[1] ?? "", attribute: match[2] ?? "" });
  return [...path, { type: "text", path: `${scheme.scripts}/${script.name}`, mode: 0o755, text }];
}
