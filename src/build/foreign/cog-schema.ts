import { OciasmError, type SourceLocation } from "../../errors.ts";
import type { Problems } from "../../input/problems.ts";
import { type ConfigMap, type ConfigNode, describeNode } from "../config-node.ts";

/** One thing that cog.yaml says, with its place. */
export interface Said<T> {
  readonly value: T;
  readonly at: SourceLocation;
}

/** cog.yaml as it is written (cog's docs/yaml.md); what is left out is absent. */
export interface CogFile {
  readonly at: SourceLocation;
  readonly pythonVersion?: Said<string>;
  readonly pythonPackages: readonly Said<string>[];
  readonly pythonRequirements?: Said<string>;
  readonly systemPackages: readonly Said<string>[];
  readonly gpu?: Said<boolean>;
  readonly cuda?: Said<string>;
  readonly cudnn?: Said<string>;
  readonly sdkVersion?: Said<string>;
  /** `run` and the older `pre_install`. */
  readonly commands: readonly Said<string>[];
  /** `run`, or the older `predict`: "predict.py:Predictor". */
  readonly predict?: Said<string>;
  readonly train?: Said<string>;
  readonly image?: Said<string>;
  readonly concurrency?: Said<number>;
  readonly environment: readonly Said<string>[];
  readonly weights: readonly CogWeights[];
  /** Keys that mean nothing here. */
  readonly idle: readonly Said<string>[];
}

export interface CogWeights {
  readonly at: SourceLocation;
  readonly name?: Said<string>;
  readonly target?: Said<string>;
  readonly uri?: Said<string>;
  /** Several sources, or a choice among the files of one. */
  readonly isChosen: boolean;
}

/** Decodes a document; what has the wrong shape is noted with its place. */
export function readCogFile(root: ConfigNode, problems: Problems): CogFile {
  const look = lookInto(problems);
  const top = look.map(root, "cog.yaml");
  const build = look.map(top.get("build"), "build");
  const concurrency = top.get("concurrency");
  const max = concurrency?.kind === "map" ? look.map(concurrency, "concurrency").get("max") : concurrency;
  const optional = <T>(key: string, said: Said<T> | undefined) => (said === undefined ? {} : { [key]: said });
  return {
    at: root.at,
    ...optional("pythonVersion", look.text(build.get("python_version"), "build.python_version")),
    pythonPackages: look.texts(build.get("python_packages"), "build.python_packages"),
    ...optional("pythonRequirements", look.text(build.get("python_requirements"), "build.python_requirements")),
    systemPackages: look.texts(build.get("system_packages"), "build.system_packages"),
    ...optional("gpu", look.yesNo(build.get("gpu"), "build.gpu")),
    ...optional("cuda", look.text(build.get("cuda"), "build.cuda")),
    ...optional("cudnn", look.text(build.get("cudnn"), "build.cudnn")),
    ...optional("sdkVersion", look.text(build.get("sdk_version"), "build.sdk_version")),
    commands: [
      ...look.commands(build.get("pre_install"), "build.pre_install"),
      ...look.commands(build.get("run"), "build.run"),
    ],
    ...optional("predict", look.text(top.get("run"), "run") ?? look.text(top.get("predict"), "predict")),
    ...optional("train", look.text(top.get("train"), "train")),
    ...optional("image", look.text(top.get("image"), "image")),
    ...optional("concurrency", look.count(max, "concurrency.max")),
    environment: look.texts(top.get("environment"), "environment"),
    weights: look.items(top.get("weights"), "weights").map((item) => readWeights(item, look)),
    idle: [...idleKeys(root, TOP, ""), ...idleKeys(memberOf(root, "build"), BUILD, "build.")],
  };
}

function readWeights(node: ConfigNode, look: Look): CogWeights {
  const entry = look.map(node, "weights");
  const sources = look.items(entry.get("source"), "weights.source");
  const [first] = sources;
  const source = look.map(first?.kind === "scalar" ? undefined : first, "weights.source");
  const parts = {
    name: look.text(entry.get("name"), "weights.name"),
    target: look.text(entry.get("target"), "weights.target"),
    uri: look.text(first?.kind === "scalar" ? first : source.get("uri"), "weights.source.uri"),
  };
  const isChosen = sources.length > 1 || source.get("include") !== undefined || source.get("exclude") !== undefined;
  const said = Object.entries(parts).filter(([, part]) => part !== undefined);
  return { at: node.at, isChosen, ...Object.fromEntries(said) };
}

const TOP = ["build", "image", "run", "predict", "train", "concurrency", "environment", "weights"];
const BUILD = [
  "python_version",
  "python_packages",
  "python_requirements",
  "system_packages",
  "gpu",
  "cuda",
  "cudnn",
  "sdk_version",
  "pre_install",
  "run",
];

function idleKeys(node: ConfigNode | undefined, known: readonly string[], prefix: string): readonly Said<string>[] {
  if (node?.kind !== "map") return [];
  return node.entries
    .filter(({ key }) => !known.includes(key))
    .map(({ key, at }) => ({ value: `${prefix}${key}`, at }));
}

function memberOf(node: ConfigNode, key: string): ConfigNode | undefined {
  return node.kind === "map" ? node.entries.find((entry) => entry.key === key)?.value : undefined;
}

type Node = ConfigNode | undefined;

/** What can be read of a node; each notes a problem and gives nothing where the shape is another one. */
interface Look {
  map(node: Node, path: string): ReadonlyMap<string, ConfigNode>;
  items(node: Node, path: string): readonly ConfigNode[];
  text(node: Node, path: string): Said<string> | undefined;
  texts(node: Node, path: string): readonly Said<string>[];
  commands(node: Node, path: string): readonly Said<string>[];
  yesNo(node: Node, path: string): Said<boolean> | undefined;
  count(node: Node, path: string): Said<number> | undefined;
}

function lookInto(problems: Problems): Look {
  const wrong = (node: ConfigNode, path: string, wanted: string): undefined => {
    const message = `${path} must be ${wanted}, not ${describeNode(node)}`;
    problems.add(new OciasmError("CONFIG_INVALID", message, { location: node.at }));
  };
  const look: Look = {
    map: (node, path) => {
      if (isNothing(node)) return new Map();
      if (node.kind === "map") return entriesOf(node);
      wrong(node, path, "a mapping");
      return new Map();
    },
    items: (node) => {
      if (isNothing(node)) return [];
      return node.kind === "list" ? node.items : [node];
    },
    text: (node, path) => {
      if (isNothing(node)) return undefined;
      if (node.kind === "scalar") return { value: node.source, at: node.at };
      return wrong(node, path, "text");
    },
    texts: (node, path) => look.items(node, path).flatMap((item) => look.text(item, path) ?? []),
    commands: (node, path) =>
      look.items(node, path).flatMap((item) => {
        const command = item.kind === "map" ? look.map(item, path).get("command") : item;
        return look.text(command, path) ?? [];
      }),
    yesNo: (node, path) => {
      if (isNothing(node)) return undefined;
      if (node.kind === "scalar" && typeof node.value === "boolean") return { value: node.value, at: node.at };
      return wrong(node, path, "true or false");
    },
    count: (node, path) => {
      if (isNothing(node)) return undefined;
      const value = node.kind === "scalar" ? node.value : undefined;
      if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return { value, at: node.at };
      return wrong(node, path, "a whole number from 1");
    },
  };
  return look;
}

function entriesOf({ entries }: ConfigMap): ReadonlyMap<string, ConfigNode> {
  return new Map(entries.map(({ key, value }) => [key, value]));
}

/** A key without a value is a key that was left out. */
function isNothing(node: Node): node is undefined {
  return node === undefined || (node.kind === "scalar" && node.value === null);
}
