import { readdir } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import { isDigest } from "../oci/digest.ts";
import { repositoryOf } from "./build-names.ts";
import { defaultNames } from "./default-names.ts";
import { type Environment, listInput, words } from "./inputs.ts";
import { type Merged, mergeOutputs } from "./outputs.ts";
import { setOutput } from "./runner.ts";
import type { Step } from "./step.ts";
import { mergeSummary } from "./summary.ts";
import { runVerb } from "./verb.ts";

/** One index over images that other runners pushed by their digests. */
export async function mergeAction({ environment, summarize }: Step): Promise<void> {
  const given = listInput(environment, "tags", true);
  const tags = given.length > 0 ? given : (await defaultNames(environment)).tags;
  const [first, ...others] = tags;
  if (first === undefined)
    throw new OciasmError("USAGE", "input tags is empty", { hint: "name the image that is made" });
  const images = await imagesIn(environment, repositoryOf(first));
  const { json } = await runVerb<Merged>(
    [
      ...["index", "create", first, ...images],
      ...words("tag", others),
      ...words("annotation", listInput(environment, "annotations", false)),
    ],
    environment,
  );
  for (const [name, value] of Object.entries(mergeOutputs(json))) await setOutput(environment, name, value);
  await summarize(mergeSummary(json));
}

/** Digests of the repository, whole references, and folders with files that are called as digests. Throws USAGE. */
async function imagesIn(environment: Environment, repository: string): Promise<readonly string[]> {
  const images: string[] = [];
  for (const text of listInput(environment, "digests", true)) {
    const isName = isDigest(text) || text.includes("@");
    const digests = isName ? [text] : (await filesIn(text)).map((file) => `sha256:${basename(file)}`).filter(isDigest);
    images.push(...digests.map((digest) => (isDigest(digest) ? `${repository}@${digest}` : digest)));
  }
  if (images.length > 0) return images.map((name) => `docker://${name}`);
  throw new OciasmError("USAGE", "input digests names no image", {
    hint: "give it the digest of each platform, or the folder into which their digest-file was downloaded",
  });
}

/** Of all depths: an artifact that is downloaded with others has a folder of its own. */
async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(resolve(folder), { recursive: true })).sort();
  } catch (error) {
    if (systemCode(error) !== "ENOENT" && systemCode(error) !== "ENOTDIR") throw error;
    throw new OciasmError("USAGE", `input digests names neither a digest nor a folder: \`${folder}\``);
  }
}
