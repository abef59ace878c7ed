import * as posix from "node:path/posix";
import { shellWords } from "../../input/shell-words.ts";
import { commandSteps, shortened } from "./command-steps.ts";
import { type Copy, copiesOf, sourceOf } from "./dockerfile-copies.ts";
import type { Instruction } from "./dockerfile-instructions.ts";
import { fillIn, readPairs, unquoted, type Variables } from "./dockerfile-variables.ts";
import type { ImageState, PlanStep, Refusal } from "./state.ts";

/** What a stage has made so far. */
export interface Walk {
  readonly steps: PlanStep[];
  readonly refused: Refusal[];
  readonly copies: Copy[];
  readonly variables: Map<string, string>;
  workdir: string;
}

export interface WalkContext {
  readonly globals: Variables;
  /** An earlier stage by its name or number. */
  stage(name: string): Walk | undefined;
}

export function newWalk(): Walk {
  return { steps: [], refused: [], copies: [], variables: new Map(), workdir: "/" };
}

/** Adds one instruction to `walk`. */
export function walkInstruction(instruction: Instruction, walk: Walk, context: WalkContext): void {
  const read = INSTRUCTIONS[instruction.keyword];
  if (read !== undefined)
    read({ instruction, walk, context, text: fillIn(instruction.text, walk.variables, keepUnset) });
  else refuse(walk, instruction, "this instruction is not known", "leave it out");
}

/** PATH and the like come from the base: our `env` fills them in. */
function keepUnset(name: string): string {
  return /^(?:PATH|HOME|LD_LIBRARY_PATH|PYTHONPATH)$/.test(name) ? `$${name}` : "";
}

interface Reading {
  readonly instruction: Instruction;
  readonly walk: Walk;
  readonly context: WalkContext;
  /** The instruction's text with the variables filled in. */
  readonly text: string;
}

const INSTRUCTIONS: Readonly<Record<string, (reading: Reading) => void>> = {
  ARG: ({ instruction, walk, context }) => {
    for (const [name, value] of readPairs(instruction.text)) {
      const filled = instruction.text.includes("=") ? fillIn(value, walk.variables) : (context.globals.get(name) ?? "");
      walk.variables.set(name, filled);
    }
  },
  ENV: readEnv,
  LABEL: ({ instruction, walk }) => {
    const labels = readPairs(instruction.text).map(([name, value]) => [name, fillIn(value, walk.variables)]);
    add(walk, instruction, { labels: Object.fromEntries(labels) });
  },
  MAINTAINER: ({ instruction, walk, text }) => add(walk, instruction, { author: text }),
  WORKDIR: ({ instruction, walk, text }) => {
    walk.workdir = posix.resolve(walk.workdir, unquoted(text));
    add(walk, instruction, { workdir: walk.workdir });
  },
  USER: ({ instruction, walk, text }) => {
    const notes = /^\d+(?::\d+)?$|^root(?::|$)/.test(text)
      ? []
      : [`${text} must be in the base, or be listed under accounts.users`];
    add(walk, instruction, { user: text }, notes);
  },
  EXPOSE: ({ instruction, walk, text }) => add(walk, instruction, { expose: text.split(/\s+/) }),
  VOLUME: ({ instruction, walk, text }) => add(walk, instruction, { volumes: jsonWords(text) ?? text.split(/\s+/) }),
  STOPSIGNAL: ({ instruction, walk, text }) => add(walk, instruction, { stopSignal: text }),
  SHELL: ({ instruction, walk, text }) => add(walk, instruction, { shell: jsonWords(text) ?? [text] }),
  ONBUILD: ({ instruction, walk, text }) => add(walk, instruction, { onbuild: [text] }),
  ENTRYPOINT: ({ instruction, walk }) => add(walk, instruction, { entrypoint: commandOf(instruction.text) }),
  CMD: ({ instruction, walk }) => add(walk, instruction, { cmd: commandOf(instruction.text) }),
  HEALTHCHECK: readHealthcheck,
  RUN: readRun,
  COPY: readCopy,
  ADD: readCopy,
};

function add({ steps }: Walk, { at }: Instruction, state: ImageState, notes: readonly string[] = []): void {
  steps.push({ at, state, notes });
}

function refuse({ refused }: Walk, instruction: Instruction, reason: string, wayOut: string): void {
  const text = shortened(`${instruction.keyword} ${instruction.text}`);
  refused.push({ at: instruction.at, text, reason, wayOut });
}

/** Names that only tools of the build read. */
const BUILD_ONLY = /^(?:PIP_|UV_|POETRY_|PDM_|PIPENV_|DEBIAN_FRONTEND$|VIRTUAL_ENV$)/;

function readEnv({ instruction, walk }: Reading): void {
  const env: Record<string, string> = Object.create(null);
  const idle: string[] = [];
  // A variable of the same line has its old value.
  const before = new Map(walk.variables);
  for (const [name, value] of readPairs(instruction.text)) {
    const filled = fillIn(value, before, keepUnset);
    walk.variables.set(name, fillIn(value, before));
    if (BUILD_ONLY.test(name)) idle.push(name);
    else env[name] = filled;
  }
  add(
    walk,
    instruction,
    { env: { ...env } },
    idle.length === 0 ? [] : [`${idle.join(", ")} only matters while something is built`],
  );
}

/** Exec form, or a text for the shell. */
function commandOf(text: string): readonly string[] {
  return jsonWords(text) ?? ["/bin/sh", "-c", text];
}

function jsonWords(text: string): readonly string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((word) => typeof word === "string") ? value : undefined;
  } catch {
    return undefined;
  }
}

function readHealthcheck({ instruction, walk, text }: Reading): void {
  const { flags } = instruction;
  if (/^none$/i.test(text)) {
    add(walk, instruction, { healthcheck: { test: "NONE" } });
    return;
  }
  const command = text.replace(/^CMD\s+/i, "");
  const words = jsonWords(command);
  const said = [
    ["interval", flags.get("interval")],
    ["timeout", flags.get("timeout")],
    ["startPeriod", flags.get("start-period")],
    ["startInterval", flags.get("start-interval")],
    ["retries", flags.has("retries") ? Number(flags.get("retries")) : undefined],
  ].filter(([, value]) => value !== undefined);
  const test = words === undefined ? command : ["CMD", ...words];
  add(walk, instruction, { healthcheck: { test, ...Object.fromEntries(said) } });
}

function readRun({ instruction, walk, text }: Reading): void {
  const command =
    instruction.heredocs.length > 0 ? instruction.heredocs.join("\n") : (jsonWords(text)?.join(" ") ?? text);
  const { steps, refused } = commandSteps(command, instruction.at);
  for (const step of steps) walk.steps.push(withContextPaths(step, walk));
  walk.refused.push(...refused);
}

/** Files that pip was told to read lie in the image: the context has them where they were copied from. */
function withContextPaths(step: PlanStep, { copies, workdir }: Walk): PlanStep {
  const { requirements, constraints } = step.state;
  const notes = [...(step.notes ?? [])];
  const place = (path: string): string => {
    const source = sourceOf(posix.resolve(workdir, path), copies);
    if (source === undefined) notes.push(`${path} is taken from the context: where it was copied from is not known`);
    return source ?? posix.basename(path);
  };
  const state = {
    ...step.state,
    ...(requirements === undefined ? {} : { requirements: requirements.map(place) }),
    ...(constraints === undefined ? {} : { constraints: constraints.map(place) }),
  };
  return { ...step, state, notes };
}

function readCopy(reading: Reading): void {
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
