import { assembleParams } from "../../build/plumbing/assemble-params.ts";
import { ownRun } from "../../build/plumbing/own-run.ts";
import { readParams } from "../../build/plumbing/read-params.ts";
import { writeImage } from "../../build/plumbing/write-image.ts";
import type { Arguments } from "../arguments.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";

/** An image of declared layers, or an index of declared images. Its digest goes to a file where one is named. */
export async function assembleCommand(args: Arguments, { report, signal }: Session): Promise<Answer> {
  const params = await readParams(args.words[0] ?? "", assembleParams);
  const { layout, archive, digest: file } = params.outputs;
  const output = layout ?? archive ?? file ?? "";
  const digest = await ownRun({ output, report, signal }, (deps) => writeImage(params, deps));
  return { text: file === undefined ? digest : "", json: { schema: 1, digest } };
}
