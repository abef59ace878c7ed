import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BuildConfig } from "../build/config.ts";
import { withRegistries } from "../build/registry-settings.ts";
import type { BuildResult } from "../build/result.ts";
import { buildNames, cacheInputs, repositoryOf } from "./build-names.ts";
import { type EarlierImage, earlierImage } from "./earlier-image.ts";
import { checkFailure, checkImages, limitWords } from "./gates.ts";
import { booleanInput, type Environment, flagWords, textInput, words } from "./inputs.ts";
import { buildOutputs } from "./outputs.ts";
import { type Route, routeOf } from "./route.ts";
import { setOutput } from "./runner.ts";
import type { Step } from "./step.ts";
import { buildSummary } from "./summary.ts";
import { readBuildRequest, runVerb } from "./verb.ts";

/** Builds, looks at the image, and names it; outputs and summary tell of an image that is found wanting, too. */
export async function buildAction(step: Step): Promise<void> {
  const { folder } = step;
  const limits = limitWords(step.environment);
  const report = booleanInput(step.environment, "report") ? join(folder, "report") : undefined;
  const asked = ["build", textInput(step.environment, "context") || ".", ...flagWords(step.environment)];
  const { config, context } = await readBuildRequest(asked, step.environment);
  const environment = withRegistries(step.environment, config.registries, context);
  const reach = reachWords(environment, config);

  const names = await buildNames(environment, config);
  const [push, pushByDigest] = [booleanInput(environment, "push"), booleanInput(environment, "push-by-digest")];
  const isChecked = limits.length > 0 || report !== undefined;
  const route = routeOf({ tags: names.tags, push, pushByDigest, isChecked, folder, ...outputsOf(environment, config) });

  const isPushed = push || pushByDigest;
  const earlier = await earlierImages([...(isPushed ? names.tags : []), ...names.cacheFrom], reach, environment);
  const cache = words("cache-from", [...cacheInputs(environment, config), ...earlier.map(({ name }) => name)]);
  const { json: result } = await runVerb<BuildResult>([...asked, ...route.words, ...cache], environment);

  if (report !== undefined) await mkdir(report, { recursive: true });
  const image = route.image(result.digest);
  const checks = isChecked ? await checkImages({ image, result, limits, report, reach }, environment) : [];
  const failure = checkFailure(checks);
  if (failure === undefined) await giveTags(route, result, reach, environment);
  const told = withNames(result, route, failure === undefined);
  await tell(told, report, step);
  await step.summarize(buildSummary({ result: told, isPushed, earlier: earlier[0], checks }));
  if (failure !== undefined) throw failure;
}

function outputsOf(environment: Environment, { outputs = [] }: BuildConfig) {
  const isGiven = textInput(environment, "outputs") !== "" || booleanInput(environment, "load");
  return { hasOutputs: outputs.length > 0, configured: isGiven ? [] : outputs };
}

/** How registries are reached, for verbs that don't read the context's configuration. */
function reachWords(environment: Environment, { insecureRegistries = [] }: BuildConfig): readonly string[] {
  const file = textInput(environment, "file");
  return [...words("file", file === "" ? [] : [file]), ...words("insecure-registry", insecureRegistries)];
}

/** Those that are there: nobody has to be warned that a first build has no earlier image. */
async function earlierImages(
  names: readonly string[],
  reach: readonly string[],
  environment: Environment,
): Promise<readonly EarlierImage[]> {
  const found: EarlierImage[] = [];
  for (const name of names) {
    const image = await earlierImage(name, reach, environment);
    if (image !== undefined) found.push(image);
  }
  return found;
}

/** The same manifests under their names: all blobs are there. */
async function giveTags(
  { held }: Route,
  { digest }: BuildResult,
  reach: readonly string[],
  environment: Environment,
): Promise<void> {
  for (const tag of held) {
    await runVerb(["copy", `docker://${repositoryOf(tag)}@${digest}`, `docker://${tag}`, ...reach], environment);
  }
}

/** What was built knows nothing of tags that were held. */
function withNames(result: BuildResult, { held }: Route, areGiven: boolean): BuildResult {
  const [first] = held;
  if (first === undefined) return result;
  return areGiven ? { ...result, ref: `${first}@${result.digest}` } : { ...result, tags: [] };
}

async function tell(result: BuildResult, report: string | undefined, { environment, folder }: Step): Promise<void> {
  for (const [name, value] of Object.entries(buildOutputs(result))) await setOutput(environment, name, value);
  if (report !== undefined) await setOutput(environment, "report", report);
  // Named as in Docker's own example of split runners, so that the files of several jobs fit into one folder.
  const file = join(folder, result.digest.replace("sha256:", ""));
  await writeFile(file, `${result.ref}\n`);
  await setOutput(environment, "digest-file", file);
}
