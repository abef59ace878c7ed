import { OciasmError, type SourceLocation } from "../../errors.ts";
import type { Problems } from "../../input/problems.ts";
import { parseTagged } from "../../oci/reference.ts";
import { type ConfigNode, plainValue } from "../config-node.ts";
import { PYTHON } from "../config-values.ts";
import { cogPackages, isManaged } from "./cog-packages.ts";
import { type CogFile, type CogWeights, readCogFile, type Said } from "./cog-schema.ts";
import { commandSteps } from "./command-steps.ts";
import type { ReadBeside } from "./formats.ts";
import type { ForeignPlan, ImageState, PlanStep, Refusal } from "./state.ts";

/** cog's own default. */
const DEFAULT_PYTHON = "3.13";

/** A document of cog.yaml as the image that cog would make of it. Throws CONFIG_INVALID for what is no cog.yaml. */
export function cogPlan(root: ConfigNode, beside: ReadBeside, problems: Problems): ForeignPlan {
  const file = readCogFile(root, problems);
  const parts = [
    server(root),
    schema(root.at, beside(SCHEMA)),
    python(file),
    cogPackages(file),
    system(file),
    gpu(file),
    environment(file, problems),
    models(file),
    ...file.commands.map(command),
    image(file, problems),
    ...file.weights.map(weights),
    { steps: file.idle.map((key) => note(key.at, `${key.value} means nothing here`)), refused: [] },
  ];
  problems.check();
  return { steps: parts.flatMap(({ steps }) => steps), refused: parts.flatMap(({ refused }) => refused) };
}

/** Where `cog build` leaves what it found out about the model's inputs, and where the server looks for it. */
const SCHEMA = ".cog/openapi_schema.json";

/** What every image of cog has (its pkg/dockerfile): the project in /src, and the server of the SDK. */
function server(root: ConfigNode): ForeignPlan {
  const state: ImageState = {
    workdir: "/src",
    files: { destination: "/src", exclude: ["/.cog/*"], keep: [`/${SCHEMA}`] },
    // cog's images run as root, and models write beside their code.
    user: "root",
    env: { PYTHONUNBUFFERED: "1" },
    expose: ["5000"],
    entrypoint: [],
    cmd: ["python", "-m", "cog.server.http"],
    labels: { "run.cog.config": JSON.stringify(plainValue(root)) },
  };
  return only({ at: root.at, state });
}

function schema(at: SourceLocation, text: string | undefined): ForeignPlan {
  if (text !== undefined) return only({ at, state: { labels: { "run.cog.openapi_schema": text.trim() } } });
  return only(
    note(
      at,
      `there is no ${SCHEMA}, which \`cog build\` writes: the server answers without checking inputs, and without the label`,
    ),
  );
}

function python({ pythonVersion, at }: CogFile): ForeignPlan {
  if (pythonVersion === undefined) {
    return only({
      at,
      state: { python: DEFAULT_PYTHON },
      notes: [`no python_version: ${DEFAULT_PYTHON}, as cog has it`],
    });
  }
  const { value } = pythonVersion;
  const minor = /^\d+\.\d+/.exec(value)?.[0];
  if (!PYTHON.test(value) || minor === undefined) {
    return refuse({
      at: pythonVersion.at,
      text: value,
      reason: "it is no version of Python 3",
      wayOut: "write one such as 3.12",
    });
  }
  const notes = minor === value ? [] : [`Python ${value} is taken as ${minor}: its patch level is the base's`];
  return only({ at: pythonVersion.at, state: { python: minor }, notes });
}

/** Names that cog's older bases had, and what they are called in the suites of today. */
const RENAMED: Readonly<Record<string, string>> = { "libgl1-mesa-glx": "libgl1" };

function system({ systemPackages }: CogFile): ForeignPlan {
  const steps = systemPackages.map(({ value, at }): PlanStep => {
    const name = RENAMED[value] ?? value;
    const state = { system: [name] };
    return name === value ? { at, state } : { at, state, notes: [`${value} is called ${name} now`] };
  });
  return { steps, refused: [] };
}

function gpu({ gpu: asked, cuda, cudnn }: CogFile): ForeignPlan {
  if (asked?.value !== true) return NOTHING;
  const versions = [
    cuda === undefined ? [] : [`CUDA ${cuda.value}`],
    cudnn === undefined ? [] : [`cuDNN ${cudnn.value}`],
  ];
  const what = versions.flat().join(" and ") || "CUDA";
  const notes = [
    `${what} comes with the wheels (nvidia-…), not from the base: programs that need nvcc or CUDA's own folders need a base image that has them`,
  ];
  return only({ at: asked.at, state: { env: { NVIDIA_DRIVER_CAPABILITIES: "all" } }, notes });
}

function environment({ environment: lines }: CogFile, problems: Problems): ForeignPlan {
  const steps = lines.flatMap(({ value, at }): readonly PlanStep[] => {
    const equals = value.indexOf("=");
    // Docker's ENV would fill in names; ours does so too.
    if (equals > 0) return [{ at, state: { env: { [value.slice(0, equals)]: value.slice(equals + 1) } } }];
    problems.add(new OciasmError("CONFIG_INVALID", `environment takes NAME=VALUE, not ${value}`, { location: at }));
    return [];
  });
  return { steps, refused: [] };
}

function models({ predict, train, concurrency }: CogFile): ForeignPlan {
  const named = (name: string, said: Said<string | number> | undefined): readonly PlanStep[] =>
    said === undefined ? [] : [{ at: said.at, state: { env: { [name]: String(said.value) } } }];
  const steps = [
    ...named("COG_PREDICT_TYPE_STUB", predict),
    ...named("COG_TRAIN_TYPE_STUB", train),
    ...named("COG_MAX_CONCURRENCY", concurrency),
  ];
  return { steps, refused: [] };
}

function command({ value, at }: Said<string>): ForeignPlan {
  const { steps, refused } = commandSteps(value, at);
  return { steps: steps.map(withoutSdk), refused };
}

/** What a command installs over the SDK, cog would have too; here one version is resolved for all. */
function withoutSdk(step: PlanStep): PlanStep {
  const { packages = [], ...state } = step.state;
  const left = packages.filter(({ text }) => !isManaged(/^[\w.-]+/.exec(text)?.[0]));
  if (left.length === packages.length) return step;
  const notes = [...(step.notes ?? []), "cog is set aside: say build.sdk_version"];
  return { ...step, state: left.length === 0 ? state : { ...state, packages: left }, notes };
}

function image({ image: name }: CogFile, problems: Problems): ForeignPlan {
  if (name === undefined) return NOTHING;
  try {
    parseTagged(name.value);
  } catch (error) {
    if (!(error instanceof OciasmError)) throw error;
    problems.add(new OciasmError("CONFIG_INVALID", `image: ${error.message}`, { location: name.at }));
  }
  return only({ at: name.at, state: { tags: [name.value] } });
}

function weights({ at, name, target, uri, isChosen }: CogWeights): ForeignPlan {
  const text = `weights ${name?.value ?? ""}`.trim();
  if (target === undefined || uri === undefined) {
    return refuse({ at, text, reason: "weights need a target and a source", wayOut: "write both" });
  }
  const path = uri.value.replace(/^file:\/\//, "");
  if (isChosen || /^[a-z][a-z0-9+.-]*:\/\//i.test(path)) {
    const reason = isChosen ? "only one whole folder or file can be a layer" : `${uri.value} is not on this machine`;
    const wayOut = "bring the files into a folder beside the project, and name that as the source";
    return refuse({ at: uri.at, text, reason, wayOut });
  }
  const entry = { name: name?.value ?? path, source: path, target: `${target.value.replace(/\/+$/, "")}/` };
  return only({ at, state: { weights: [entry] } });
}

const NOTHING: ForeignPlan = { steps: [], refused: [] };

function only(step: PlanStep): ForeignPlan {
  return { steps: [step], refused: [] };
}

function refuse(refusal: Refusal): ForeignPlan {
  return { steps: [], refused: [refusal] };
}

function note(at: SourceLocation, text: string): PlanStep {
  return { at, state: {}, notes: [text] };
}
