import type { Base } from "../base/base.ts";
import { OciasmError, toOciasmError } from "../errors.ts";
import type { Runtime } from "../interpreter/runtime.ts";
import type { BytecodeChoice } from "../layers/bytecode-layers.ts";
import type { BytecodeScope } from "../layers/bytecode-scope.ts";
import type { Target, TargetPython } from "../python/target.ts";
import { findPack } from "./bytecode-packs.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan, PlannedLayer } from "./image-plan.ts";
import type { KnownLayers } from "./known-layers.ts";

/** What a missing interpreter costs, in the words of every message about it. */
const COST = "modules without bytecode are compiled at each start";
/** Of a dozen modules that most programs import. */
const LIBRARY_COST = "0.6 s of each start if it has none, as images named python have none";

/** The bytecode that an image is to have. Undefined, with a line that says so, where no interpreter has its Python. */
export async function chooseBytecode(
  scope: BytecodeScope | "none" | undefined,
  target: Target | undefined,
  { spec, recipes }: Pick<Base, "spec" | "recipes">,
  deps: Pick<BuildDeps, "store" | "report">,
): Promise<BytecodeChoice | undefined> {
  if (scope === undefined || scope === "none" || target === undefined) return undefined;
  const python = minorOf(target.python);
  const { readInterpreters } = await import("../interpreter/releases.ts");
  const { releases, without } = await readInterpreters(deps.store);
  const release = releases.find(({ minor }) => minor === python);
  if (python === undefined || release === undefined) {
    const { version, freeThreaded } = target.python;
    const named = `Python ${version}${freeThreaded ? "t" : ""}`;
    deps.report({ type: "note", message: `no bytecode: no interpreter here compiles for ${named}; ${COST}` });
    return undefined;
  }
  if (!recipes.some(({ kind }) => kind === "python")) {
    deps.report({ type: "note", message: `bytecode of the standard library is left to ${spec}: ${LIBRARY_COST}` });
  }
  const { PROGRAM_VERSION } = await import("../interpreter/bytecode-program.ts");
  return { scope, python, without, compiler: `pyodide ${release.release} ${release.magic} ${PROGRAM_VERSION}` };
}

/** A pre-release has bytecode of its own, and so have builds without a global lock their names for it. */
function minorOf({ version, freeThreaded }: TargetPython): string | undefined {
  return freeThreaded ? undefined : /^(3\.\d+)\.\d+$/.exec(version)?.[1];
}

/**
 * The plan with an interpreter for the bytecode that is not known yet. Where it can't be had, the plan goes without
 * those layers and says what that costs.
 */
export async function readyBytecode(
  plan: ImagePlan,
  known: KnownLayers,
  project: string,
  deps: BuildDeps,
): Promise<ImagePlan> {
  const missing = plan.layers.filter((layer) => !known.has(layer.key) && isBytecode(layer));
  try {
    const runtime = await runtimeFor(missing, project, deps);
    return runtime === undefined ? plan : { ...plan, runtime };
  } catch (error) {
    deps.signal.throwIfAborted();
    const { message, hint } = toOciasmError(error);
    deps.report({
      type: "warning",
      message: `the image goes without bytecode, and ${COST}: ${message}`,
      ...(hint === undefined ? {} : { hint }),
    });
    return { ...plan, layers: plan.layers.filter((layer) => !missing.includes(layer)) };
  }
}

function isBytecode({ recipe }: PlannedLayer): boolean {
  return recipe.kind === "bytecode";
}

/** The interpreter for bytecode that has to be made; undefined where none has. Throws where it can't be had. */
export async function runtimeFor(
  layers: readonly PlannedLayer[],
  project: string,
  deps: BuildDeps,
): Promise<Runtime | undefined> {
  for (const { recipe } of layers) {
    for (const source of recipe.sources) {
      if (source.type !== "bytecode" || (await findPack(source, recipe.scheme, deps.store)) !== undefined) continue;
      const { findRuntime } = await import("../interpreter/find-runtime.ts");
      const runtime = await findRuntime(source.python, project, deps);
      if (runtime !== undefined) return runtime;
      throw new OciasmError("BUG", `bytecode for Python ${source.python} was planned, and nothing makes it`);
    }
  }
  return undefined;
}
