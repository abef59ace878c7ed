import { diff } from "../../build/diff-step.ts";
import { type Arguments, booleanFlag, stringFlag } from "../arguments.ts";
import { diffMarkdown, renderDiff } from "../render/image-diff.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";
import { platformFlag, withDeps } from "./copy-session.ts";

/** Reads of two images only what they do not share. */
export async function diffCommand(args: Arguments, session: Session): Promise<Answer> {
  const [from = "", to = ""] = args.words;
  const request = { from, to, platform: platformFlag(args), files: booleanFlag(args, "files") };
  const found = await withDeps(args, session, (deps) => diff(request, deps));
  const isMarkdown = stringFlag(args, "format") === "markdown";
  return {
    text: isMarkdown ? diffMarkdown(found) : renderDiff(found, session.canvas),
    json: { schema: 1, ...found },
  };
}
