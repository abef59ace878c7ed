import { layerParams } from "../../build/plumbing/layer-params.ts";
import { makeLayer } from "../../build/plumbing/make-layer.ts";
import { ownRun } from "../../build/plumbing/own-run.ts";
import { readParams } from "../../build/plumbing/read-params.ts";
import type { Arguments } from "../arguments.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";

/** One layer from declared inputs to declared outputs. */
export async function layerCommand(args: Arguments, { report, signal }: Session): Promise<Answer> {
  const params = await readParams(args.words[0] ?? "", layerParams);
  const output = params.outputs.layer;
  const metadata = await ownRun({ output, report, signal }, (deps) => makeLayer(params, deps));
  // All there is to say stands in the metadata.
  return { text: "", json: metadata };
}
