import { analysisDocument } from "../../analyze/document.ts";
import { checkGates, type Gate, type Limits } from "../../analyze/gates.ts";
import { pageData } from "../../analyze/page-data.ts";
import { analyze } from "../../build/analyze-step.ts";
import { writePage } from "../../build/write-page.ts";
import { OciasmError } from "../../errors.ts";
import { type Arguments, booleanFlag, stringFlag } from "../arguments.ts";
import { limitFlag } from "../limit-flag.ts";
import { formatLike, renderAnalysis } from "../render/analysis.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";
import { platformFlag, withDeps } from "./copy-session.ts";

/** Reads layers that were not made here, once, and keeps none of them. */
export async function analyzeCommand(args: Arguments, session: Session): Promise<Answer> {
  const [name = ""] = args.words;
  const limits = limitsOf(args);
  const [everyByte, unused] = [booleanFlag(args, "deep"), booleanFlag(args, "unused")];
  const request = { name, platform: platformFlag(args), everyByte, unused };
  const { analysis, contents } = await withDeps(args, session, (deps) => analyze(request, deps));
  const html = stringFlag(args, "html");
  if (html !== undefined) await writePage(html, `${name} - ociasm analyze`, pageData(analysis));
  const gates = checkGates(analysis, limits);
  const failure = gateFailure(name, gates);
  return {
    text: renderAnalysis(analysis, gates, session.canvas),
    json: analysisDocument(analysis, gates, contents, booleanFlag(args, "files")),
    ...(failure === undefined ? {} : { failure }),
  };
}

function limitsOf(args: Arguments): Limits {
  return {
    size: limitFlag(args, "max-size", false),
    wasted: limitFlag(args, "max-wasted", true),
    reclaimable: limitFlag(args, "max-reclaimable", true),
  };
}

function gateFailure(name: string, gates: readonly Gate[]): OciasmError | undefined {
  const failed = gates.filter(({ passed }) => !passed);
  if (failed.length === 0) return undefined;
  const texts = failed.map(({ name: what, value, limit }) => {
    const most = formatLike(limit, "bytes" in limit ? limit.bytes : limit.share);
    return `${what} is ${formatLike(limit, value)}, at most ${most} is allowed`;
  });
  return new OciasmError("LIMIT_EXCEEDED", `${name}: ${texts.join("; ")}`);
}
