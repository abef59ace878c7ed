import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { parse } from "yaml";
import { bundleAction } from "./action-bundle.ts";
import { machineEnvironment, ROOT, run } from "./cli.ts";
import { temporaryFolder } from "./temporary.ts";
import { otherNodes } from "./tools.ts";

/** What the runner reads of an action.yml. */
export interface ActionFile {
  readonly name: string;
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly using: string; readonly main: string; readonly post?: string };
}

export function readActionFile(path: string): ActionFile {
  return parse(readFileSync(join(ROOT, path), "utf8")) as ActionFile;
}

/** What a caller reads of a workflow that can be called. */
export interface ReusableWorkflow {
  readonly on: {
    readonly workflow_call: {
      readonly inputs: Readonly<Record<string, WorkflowInput>>;
      readonly secrets: Readonly<Record<string, { readonly description: string }>>;
      readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
    };
  };
  readonly jobs: Readonly<Record<string, WorkflowJob>>;
}

export interface WorkflowInput {
  readonly description: string;
  readonly type: string;
  readonly default?: unknown;
}

export interface WorkflowJob {
  readonly steps: readonly WorkflowStep[];
  readonly outputs?: Readonly<Record<string, string>>;
}

export interface WorkflowStep {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

export const REUSABLE = ".github/workflows/image.yml";

export function readReusable(): ReusableWorkflow {
  return parse(readFileSync(join(ROOT, REUSABLE), "utf8")) as ReusableWorkflow;
}

export const ACTION = "action.yml";
export const MERGE = "merge/action.yml";

/** A checkout of the action as a runner has it: nothing was installed, and no folder above has packages either. */
export async function checkOutAction(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t);
  for (const [path, bytes] of (await bundleAction()).files) {
    mkdirSync(dirname(join(folder, "dist", path)), { recursive: true });
    writeFileSync(join(folder, "dist", path), bytes);
  }
  for (const path of ["layout", "package.json", ACTION, MERGE]) {
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  return folder;
}

export interface StepRun {
  readonly code: number | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface StepOptions {
  readonly action: string;
  readonly file: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** GITHUB_WORKSPACE, and where the step runs. */
  readonly workspace: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Which of the file's programs: `main` unless said otherwise. */
  readonly program?: "main" | "post";
}

/** Node 24, as the runner has it, where there is one. */
const NODE_24 = otherNodes().find((path) => /\/(?:node-)?24\//.test(path));

/** Whether its Node has the libzstd that layers are made with. */
export const HAS_ZSTD: boolean = NODE_24 !== undefined;

export const RUNNER_NODE: string = NODE_24 ?? process.execPath;

/** Runs a step as the runner does: inputs with their defaults and files for the answers in the environment. */
export async function runActionStep(options: StepOptions): Promise<StepRun> {
  const { action, file, inputs, workspace, env = {}, program = "main" } = options;
  const { inputs: known, runs } = readActionFile(file);
  const defaults = Object.entries(known).map(([name, { default: text = "" }]) => [name, text.replace(/^\$\{\{.*/, "")]);
  const given = Object.entries({ ...Object.fromEntries(defaults), ...inputs });
  const temp = mkdtempSync(join(workspace, ".runner-"));
  const files = Object.fromEntries(
    ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"].map((name) => [name, join(temp, name)]),
  );
  for (const path of Object.values(files)) writeFileSync(path, "");
  const read = (name: string) => readFileSync(files[name] ?? "", "utf8");
  const { code, stdout, stderr } = await run(
    NODE_24 ?? process.execPath,
    [join(action, dirname(file), runs[program] ?? "")],
    {
      cwd: workspace,
      env: {
        ...machineEnvironment(),
        ...files,
        ...{ GITHUB_ACTIONS: "true", CI: "true", GITHUB_WORKSPACE: workspace, RUNNER_TEMP: temp, HOME: temp },
        ...Object.fromEntries(given.map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text])),
        ...env,
      },
    },
  );
  return {
    code,
    log: stdout + stderr,
    outputs: valuesIn(read("GITHUB_OUTPUT")),
    state: valuesIn(read("GITHUB_STATE")),
    summary: read("GITHUB_STEP_SUMMARY"),
  };
}

/** `NAME<<END`, lines, `END`: the runner's form of several lines. */
function valuesIn(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/^(.+?)<<(.+)\n([\s\S]*?)\n\2\n/gm)].map(([, name = "", , value = ""]) => [name, value]),
  );
}
