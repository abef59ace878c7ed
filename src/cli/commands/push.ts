import { storeSource } from "../../base/store-source.ts";
import { type Copied, copyStep } from "../../build/copy-step.ts";
import { copyTarget } from "../../build/copy-target.ts";
import type { BuildDeps } from "../../build/deps.ts";
import { OciasmError } from "../../errors.ts";
import { formatReference, parseTagged } from "../../oci/reference.ts";
import { resolveImage } from "../../store/images.ts";
import type { Arguments } from "../arguments.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";
import { copyAnswer, withDeps } from "./copy-session.ts";

/** Each name goes to the registry that it names. All are looked up before the first byte moves. */
export function pushCommand(args: Arguments, session: Session): Promise<Answer> {
  return withDeps(args, session, async (deps) => {
    const sources = await Promise.all(args.words.map((word) => stored(word, deps)));
    const answers: Answer[] = [];
    for (const source of sources) {
      const copied: Copied = await copyStep(source, [copyTarget(source.name, undefined)], undefined, deps);
      answers.push(copyAnswer([source.name], copied, session));
    }
    const json = answers.length === 1 ? answers[0]?.json : { schema: 1, pushed: answers.map((answer) => answer.json) };
    return { text: answers.map((answer) => answer.text).join("\n"), json };
  });
}

async function stored(word: string, { store }: BuildDeps) {
  const name = formatReference(parseTagged(word));
  const descriptor = await resolveImage(store, name);
  if (descriptor !== undefined) return { ...storeSource(word, name, descriptor, store), name };
  throw new OciasmError("IMAGE_NOT_FOUND", `${word} is not in the local store`, {
    hint: "`ociasm image ls` lists what is; other places are pushed from with `ociasm copy`",
  });
}
