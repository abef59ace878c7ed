import type { InputContext, LockInput } from "./input.ts";
import type { RequestFormat, RequirementsInput } from "./request.ts";
import { newDraft } from "./requirements-draft.ts";
import { type RequirementsText, readRequirementsFile } from "./requirements-file.ts";
import { requestOf } from "./requirements-request.ts";
import { isHashed, lockOf } from "./requirements-txt.ts";

/** pip's requirements files, of which only hash-checking mode makes a lock. */
export const requirements: RequestFormat = {
  name: "requirements.txt",
  matches: (baseName) => /\.txt$/i.test(baseName) || /^(?:requirements.*|.*requirements)\.(?:in|pip)$/i.test(baseName),
  parse: (text, context) => readRequirementsFiles([{ file: context.file, text, constraint: false }], context),
};

/**
 * Several files as one: `-r A -r B -c C --override D`. A lock where any hash, or `--require-hashes`, turns hash-checking
 * mode on; every requirement must then be pinned and hashed. Without it a request, which a resolver has to solve.
 * Throws with every problem, in file order.
 */
export function readRequirementsFiles(
  sources: readonly RequirementsText[],
  context: InputContext,
): LockInput | RequirementsInput {
  const draft = newDraft();
  for (const source of sources) readRequirementsFile(source, context, draft);
  return isHashed(draft) ? lockOf(draft, context) : requestOf(draft, context);
}
