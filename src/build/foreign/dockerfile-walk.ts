import * as posix from "node:path/posix";
import { commandSteps } from "./command-steps.ts";
import { sourceOf } from "./dockerfile-copies.ts";
import { readCopy } from "./dockerfile-copy.ts";
import type { Instruction } from "./dockerfile-instructions.ts";
import { add, jsonWords, type Reading, refuse, type Walk, type WalkContext } from "./dockerfile-reading.ts";
import { fillIn, readPairs, unquoted } from "./dockerfile-variables.ts";
import type { PlanStep } from "./state.ts";

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
    const [name] = text.split(":");
    const isMade = walk.steps.some(({ state }) => state.newAccounts?.some((account) => account.name === name));
    const notes =
      isMade || /^\d+(?::\d+)?$|^root(?::|$)/.test(text)
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
