import * as posix from "node:path/posix";
import { shellWords } from "../../input/shell-words.ts";
import { type Copy, copiesOf, sourceOf } from "./dockerfile-copies.ts";
import type { Instruction } from "./dockerfile-instructions.ts";
import { add, jsonWords, type Reading, refuse, type Walk } from "./dockerfile-reading.ts";
import type { ImageState, PlanStep } from "./state.ts";

/** COPY and ADD: from the context, or out of an earlier stage. */
export function readCopy(reading: Reading): void {
  const { instruction, walk, text } = reading;
  const from = instruction.flags.get("from");
  const words = jsonWords(text) ?? shellWords(text)?.map((word) => word.text) ?? [];
  const target = words.at(-1);
  const sources = words.slice(0, -1);
  if (target === undefined || sources.length === 0)
    refuse(walk, instruction, "it names no source and target", "name both");
  else if (instruction.heredocs.length > 0)
    refuse(walk, instruction, "its file stands in the Dockerfile", "have it in the project");
  else if (from !== undefined) copyFromStage(from, sources, target, reading);
  else if (sources.some((source) => /^[a-z][a-z0-9+.-]*:\/\/|^git@/i.test(source))) {
    refuse(
      walk,
      instruction,
      "it downloads, and nobody could check what comes",
      "download it beside the project, and copy it in with files.extra",
    );
  } else if (instruction.keyword === "ADD" && sources.some((source) => /\.(?:tar|tgz|tar\.\w+)$/.test(source))) {
    refuse(walk, instruction, "it unpacks an archive", "unpack it beside the project, and copy it in with files.extra");
  } else addCopies(sources, target, reading);
}

function addCopies(sources: readonly string[], target: string, { instruction, walk }: Reading): void {
  const attributes = attributesOf(instruction);
  for (const copy of copiesOf(sources, target, walk.workdir)) walk.copies.push({ ...copy, ...attributes.copy });
  if (attributes.notes.length > 0) add(walk, instruction, {}, attributes.notes);
}

function attributesOf({ flags }: Instruction): { readonly copy: Partial<Copy>; readonly notes: readonly string[] } {
  const owner = /^(\d+)(?::(\d+))?$/.exec(flags.get("chown") ?? "");
  const mode = flags.get("chmod");
  const octal = mode !== undefined && /^0?[0-7]{3,4}$/.test(mode) ? Number.parseInt(mode, 8) : undefined;
  const uid = owner === null ? {} : { uid: Number(owner[1]), gid: Number(owner[2] ?? owner[1]) };
  const notes = [
    ...(flags.has("chown") && owner === null
      ? [`--chown=${flags.get("chown")} is not heeded: say files.owner in numbers`]
      : []),
    ...(mode !== undefined && octal === undefined ? [`--chmod=${mode} is not heeded: say mode under files.extra`] : []),
  ];
  return { copy: { ...uid, ...(octal === undefined ? {} : { mode: octal }) }, notes };
}

/** What an environment is made of; all else of a stage stays in it. */
const PACKAGES: readonly (keyof ImageState)[] = [
  "packages",
  "requirements",
  "constraints",
  "indexUrl",
  "extraIndexUrl",
  "findLinks",
  "trustedHost",
  "prerelease",
  "extras",
  "groups",
  "allExtras",
  "defaultGroups",
  "installProject",
];

function copyFromStage(
  name: string,
  sources: readonly string[],
  target: string,
  { instruction, walk, context }: Reading,
): void {
  const stage = context.stage(name);
  if (stage === undefined) {
    if (/(?:^|\/)astral-sh\/uv(?::|@|$)/.test(name)) return;
    refuse(
      walk,
      instruction,
      `${name} is another image`,
      "take that image as the base, or bring the files beside the project",
    );
    return;
  }
  for (const source of sources) {
    const path = posix.resolve("/", source);
    const found = sourceOf(path, stage.copies);
    const packages = packageSteps(stage);
    if (found !== undefined) walk.copies.push(...copiesOf([found], target, walk.workdir));
    if (packages.length > 0) walk.steps.push(...packages);
    if (found === undefined && packages.length === 0) {
      refuse(
        walk,
        instruction,
        `${source} is made by a command of the stage ${name}`,
        "make it before, and copy it in with files.extra",
      );
    } else for (const each of stage.refused) if (!walk.refused.includes(each)) walk.refused.push(each);
  }
}

function packageSteps({ steps }: Walk): readonly PlanStep[] {
  return steps
    .filter(({ installs }) => installs)
    .map((step) => {
      const kept = Object.entries(step.state).filter(([key]) => PACKAGES.includes(key as keyof ImageState));
      return { ...step, state: Object.fromEntries(kept) };
    });
}
