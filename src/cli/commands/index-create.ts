import type { ImageSource } from "../../base/image-source.ts";
import { writeTree } from "../../build/copy-step.ts";
import { copyTarget } from "../../build/copy-target.ts";
import { openImageArgument } from "../../build/image-argument.ts";
import { mergeImages } from "../../build/merge-images.ts";
import { OciasmError } from "../../errors.ts";
import { annotationLevels } from "../../image/annotations.ts";
import { type Arguments, listFlag } from "../arguments.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";
import { copyAnswer, withDeps } from "./copy-session.ts";

/** One index for images that were built apart, e.g. on a runner for each architecture. */
export function indexCreateCommand(args: Arguments, session: Session): Promise<Answer> {
  const [name = "", ...images] = args.words;
  const annotations = readAnnotations(listFlag(args, "annotation") ?? []);
  return withDeps(args, session, async (deps) => {
    const sources: ImageSource[] = [];
    try {
      const targets = [name, ...(listFlag(args, "tag") ?? [])].map((text) => copyTarget(text, undefined));
      for (const image of images) sources.push(await openImageArgument(image, deps));
      const tree = await mergeImages(sources, annotations);
      const written = await writeTree({ tree, sources }, targets, deps);
      return copyAnswer(
        targets.flatMap(({ names }) => names.tags),
        { tree, written },
        session,
      );
    } finally {
      for (const source of sources) await source.close();
    }
  });
}

/** Throws USAGE for annotations of manifests: those are finished. */
function readAnnotations(texts: readonly string[]): Pick<ReturnType<typeof annotationLevels>, "index" | "descriptor"> {
  const pairs = texts.map((text) => {
    const equals = text.indexOf("=");
    if (equals < 1) throw new OciasmError("USAGE", `--annotation ${text} is not KEY=VALUE`);
    const key = text.slice(0, equals);
    return [/^[a-z,-]+:/.test(key) ? key : `index:${key}`, text.slice(equals + 1)] as const;
  });
  const levels = annotationLevels(Object.fromEntries(pairs));
  const [wrong] = Object.keys(levels.manifest);
  if (wrong === undefined) return levels;
  throw new OciasmError("USAGE", `--annotation ${wrong} can't be set: the manifests are finished`, {
    hint: "write index:KEY=VALUE or manifest-descriptor:KEY=VALUE, or give it to the builds",
  });
}
