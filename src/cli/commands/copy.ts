import { copyStep } from "../../build/copy-step.ts";
import { copyTarget } from "../../build/copy-target.ts";
import { openImageArgument } from "../../build/image-argument.ts";
import type { Arguments } from "../arguments.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";
import { copyAnswer, platformFlag, withDeps } from "./copy-session.ts";

/** From any image argument to a registry, a folder or an archive. */
export function copyCommand(args: Arguments, session: Session): Promise<Answer> {
  const [from = "", to = ""] = args.words;
  return withDeps(args, session, async (deps) => {
    const source = await openImageArgument(from, deps);
    try {
      const target = copyTarget(to, source.name);
      const copied = await copyStep(source, [target], platformFlag(args), deps);
      return copyAnswer(target.names.tags, copied, session);
    } finally {
      await source.close();
    }
  });
}
