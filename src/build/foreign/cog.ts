import { OciasmError } from "../../errors.ts";
import type { InputContext } from "../../input/input.ts";
import { collectProblems } from "../../input/problems.ts";
import type { RequirementsInput } from "../../input/request.ts";
import { newDraft, type RequirementsDraft } from "../../input/requirements-draft.ts";
import { readRequirementsFile } from "../../input/requirements-file.ts";
import { requestOf } from "../../input/requirements-request.ts";
import { yamlNode } from "../config-yaml.ts";
import { isManaged } from "./cog-packages.ts";
import { cogPlan } from "./cog-plan.ts";
import type { ReadBeside } from "./formats.ts";
import { type ForeignPlan, type PackageLine, stateOf } from "./state.ts";

/** Throws CONFIG_INVALID with every fault. */
export async function readCogPlan(file: string, text: string, beside: ReadBeside): Promise<ForeignPlan> {
  const node = await yamlNode(file, text);
  if (node === undefined) throw new OciasmError("CONFIG_INVALID", `${file} is empty`);
  return cogPlan(node, beside, collectProblems());
}

/** What a model asks for: its requirements file, its lines, and the SDK. Hashes hold, and make no lock of it. */
export async function readCogRequest(text: string, context: InputContext): Promise<RequirementsInput> {
  const { requirements = [], packages = [] } = stateOf(await readCogPlan(context.file, text, () => undefined));
  const draft = newDraft();
  for (const name of requirements) readFile(name, context, draft);
  draft.entries.splice(
    0,
    draft.entries.length,
    ...draft.entries.filter(({ requirement, file, location }) => {
      if (!isManaged(requirement.name)) return true;
      draft.warnings.push(
        `${requirement.name} is set aside, as cog does it: say build.sdk_version (${file}:${location.line})`,
      );
      return false;
    }),
  );
  for (const line of packages) {
    readRequirementsFile({ file: context.file, text: atItsPlace(line), constraint: false }, context, draft);
  }
  return { ...requestOf(draft, context), format: "cog.yaml" };
}

function readFile(name: string, context: InputContext, draft: RequirementsDraft): void {
  const found = context.readInclude(name, context.file);
  if (found !== undefined) {
    readRequirementsFile({ file: found.path, text: found.text, constraint: false }, context, draft);
    return;
  }
  draft.problems.add(
    new OciasmError("INPUT_NOT_FOUND", `there is no ${name}, which ${context.file} names`, {
      hint: "paths are relative to cog.yaml",
    }),
  );
}

/** The line where it stands in its file, so that messages show the place. */
function atItsPlace({ text, at }: PackageLine): string {
  return `${"\n".repeat(at.line - 1)}${" ".repeat(at.column - 1)}${text.replace(/[\r\n]+/g, " ")}`;
}
