import { writeFile } from "node:fs/promises";
import { basename, relative, resolve } from "node:path";
import { detect } from "../../build/detect.ts";
import { checkAlone, checkNew, type InitFiles, initFromContext, initFromFile } from "../../build/init-step.ts";
import { type Arguments, booleanFlag, stringFlag } from "../arguments.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";

/** Writes ociasm.yaml, and says line by line what of the other tool's file is not in it. */
export async function initCommand(args: Arguments, session: Session): Promise<Answer> {
  const context = resolve(args.words[0] ?? ".");
  const from = stringFlag(args, "from");
  await checkAlone(context);
  const made =
    from === undefined
      ? await initFromContext(context, await detect(context))
      : await initFromFile(context, resolve(from));
  if (!booleanFlag(args, "force")) checkNew(made);
  for (const { path, text } of made.files) await writeFile(path, text);
  for (const message of made.notes) session.report({ type: "note", message });
  for (const { at, text, reason, wayOut } of made.refused) {
    session.report({ type: "warning", message: `${basename(at.file)}:${at.line}: ${text}: ${reason}`, hint: wayOut });
  }
  session.report({ type: "note", message: summary(made) });
  return { text: made.files.map(({ path }) => relative(".", path)).join("\n"), json: resultOf(made) };
}

function summary({ refused }: InitFiles): string {
  if (refused.length === 0) return "everything was carried over";
  return `${refused.length} ${refused.length === 1 ? "line was" : "lines were"} not carried over: see the TODO in ociasm.yaml`;
}

function resultOf({ files, notes, refused }: InitFiles): unknown {
  return {
    schema: 1,
    files: files.map(({ path }) => path),
    notes,
    refused: refused.map(({ at, text, reason, wayOut }) => ({ line: at.line, text, reason, wayOut })),
  };
}
