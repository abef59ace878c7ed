import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderError } from "../cli/errors.ts";
import { errorAnnotations, maskCommand } from "../cli/render/github.ts";
import { exitCode, toOciasmError } from "../errors.ts";
import { fileInWorkspace } from "./file-in-workspace.ts";
import { booleanInput, type Environment, textInput } from "./inputs.ts";
import { secretsOf } from "./masks.ts";
import { addSummary, saveState } from "./runner.ts";
import { failureSummary } from "./summary.ts";

/** What a step of a workflow has to work with. */
export interface Step {
  readonly environment: Environment;
  /** Empty, and gone at the end of the job. */
  readonly folder: string;
  /** Adds Markdown to the job's summary, where it is wanted. */
  summarize(markdown: string): Promise<void>;
}

/** Under this name a step tells its end which folder was its own. */
export const STATE = "folder";

/** Runs a step from its inputs to its exit code. What goes wrong is said in the log, at its line, and in the summary. */
export async function runStep(action: (step: Step) => Promise<void>): Promise<void> {
  const environment = withToken(process.env);
  for (const secret of secretsOf(environment)) process.stdout.write(maskCommand(secret));
  const isSummarized = !/^false$/i.test(textInput(environment, "summary"));
  const summarize = (markdown: string) => (isSummarized ? addSummary(environment, markdown) : Promise.resolve());
  try {
    booleanInput(environment, "summary");
    const folder = await mkdtemp(join(environment["RUNNER_TEMP"] || tmpdir(), "ociasm-"));
    await saveState(environment, STATE, folder);
    await action({ environment, folder, summarize });
  } catch (thrown) {
    const error = toOciasmError(thrown);
    process.stderr.write(`${renderError(error, { verbose: environment["RUNNER_DEBUG"] === "1", color: false })}\n`);
    process.stdout.write(errorAnnotations(error, (file) => fileInWorkspace(file, environment)));
    await summarize(failureSummary(error));
    process.exitCode = exitCode(error.code);
  }
}

/** The token that the registry of the repository takes (see ../registry/credentials.ts). */
function withToken(environment: Environment): Environment {
  const token = textInput(environment, "github-token");
  return token === "" ? environment : { ...environment, GITHUB_TOKEN: token };
}
