import { copyStep } from "../../build/copy-step.ts";
import { outputTarget } from "../../build/copy-target.ts";
import { openImageArgument } from "../../build/image-argument.ts";
import { storeDestination } from "../../destination/store.ts";
import { OciasmError } from "../../errors.ts";
import { formatReference, parseTagged } from "../../oci/reference.ts";
import { type Arguments, listFlag } from "../arguments.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";
import { copyAnswer, platformFlag, withDeps } from "./copy-session.ts";

/** A bare name is a registry's here, whatever the local store has under it. */
export function pullCommand(args: Arguments, session: Session): Promise<Answer> {
  const [word = ""] = args.words;
  const image = /^(oci|archive):|^docker:\/\//.test(word) ? word : `docker://${word}`;
  return withDeps(args, session, async (deps) => {
    const tags = listFlag(args, "tag")?.map((tag) => formatReference(parseTagged(tag)));
    const outputs = listFlag(args, "output") ?? [];
    const source = await openImageArgument(image, deps);
    try {
      const name = image.startsWith("docker://") ? formatReference(parseTagged(image.slice(9))) : source.name;
      const names = tags ?? (name === undefined ? [] : [name]);
      if (outputs.length === 0 && names.length === 0) {
        throw new OciasmError("USAGE", `${word} has no name to be kept under`, {
          hint: "give it one with -t NAME:TAG",
        });
      }
      const targets =
        outputs.length === 0
          ? [{ destination: storeDestination(deps.store), names: { tags: names } }]
          : outputs.map((spec) => outputTarget(spec, tags, source.name));
      const copied = await copyStep(source, targets, platformFlag(args), deps);
      return copyAnswer(names, copied, session);
    } finally {
      await source.close();
    }
  });
}
