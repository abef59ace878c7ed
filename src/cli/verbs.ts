import type { OciasmError } from "../errors.ts";
import type { Arguments } from "./arguments.ts";
import {
  ANALYZE,
  COPY,
  DIFF,
  type FlagGroup,
  GLOBAL,
  INDEX,
  INIT,
  INPUT,
  INSPECT,
  LAYERS,
  LOCKING,
  LOOK,
  MERGE,
  OUTPUT,
  PLAN,
  PLUMBING,
  PRUNE,
  PULL,
  REGISTRIES,
  RESOLVING,
  RUNTIME,
} from "./flags.ts";
import type { Session } from "./session.ts";

/** What a verb gives back: text for stdout, and a value for --json. */
export interface Answer {
  readonly text: string;
  readonly json: unknown;
  /** What was asked for was found wanting: printed after the result, and the exit code comes from it. */
  readonly failure?: OciasmError;
}

export interface Verb {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly groups: readonly FlagGroup[];
  /** How many words may follow. */
  readonly words: readonly [number, number];
  /** What it does hangs on its words and flags alone: the environment's twins of flags don't count. */
  readonly isHermetic?: true;
  load(): Promise<(args: Arguments, session: Session) => Promise<Answer>>;
}

/** Add a verb: a file in ./commands and an entry here. */
export const VERBS: readonly Verb[] = [
  {
    name: "build",
    usage: "build [CONTEXT] [-t REF]… [--push] [-o SPEC]…",
    summary: "assemble an image",
    groups: [OUTPUT, INPUT, RESOLVING, RUNTIME, LAYERS, INDEX, GLOBAL],
    words: [0, 1],
    load: async () => (await import("./commands/build.ts")).buildCommand,
  },
  {
    name: "init",
    usage: "init [CONTEXT] [--from FILE] [--force]",
    summary: "write a first ociasm.yaml, also of a Dockerfile or cog.yaml",
    groups: [INIT, GLOBAL],
    words: [0, 1],
    load: async () => (await import("./commands/init.ts")).initCommand,
  },
  {
    name: "lock",
    usage: "lock [CONTEXT] [-o FILE] [--check] [--upgrade]",
    summary: "write pylock.toml: every package, and the base, for all platforms",
    groups: [LOCKING, INPUT, RESOLVING, INDEX, GLOBAL],
    words: [0, 1],
    load: async () => (await import("./commands/lock.ts")).lockCommand,
  },
  {
    name: "plan",
    usage: "plan [CONTEXT] [--write FILE] [--check FILE]",
    summary: "show the layers before any byte is fetched",
    groups: [PLAN, INPUT, RESOLVING, LAYERS, RUNTIME, INDEX, GLOBAL],
    words: [0, 1],
    load: async () => (await import("./commands/plan.ts")).planCommand,
  },
  {
    name: "explain",
    usage: "explain PACKAGE [CONTEXT]",
    summary: "say why a package is in the image, in which layer, and what it costs",
    groups: [INPUT, RESOLVING, LAYERS, INDEX, GLOBAL],
    words: [1, 2],
    load: async () => (await import("./commands/explain.ts")).explainCommand,
  },
  {
    name: "inspect",
    usage: "inspect IMAGE [--raw] [--config]",
    summary: "show an image's manifest, config and layers",
    groups: [INSPECT, GLOBAL],
    words: [1, 1],
    load: async () => (await import("./commands/inspect.ts")).inspectCommand,
  },
  {
    name: "analyze",
    usage: "analyze IMAGE [--html FILE] [--max-size SIZE]…",
    summary: "show what an image costs, who brings it, and what it could do without",
    groups: [ANALYZE, LOOK, GLOBAL],
    words: [1, 1],
    load: async () => (await import("./commands/analyze.ts")).analyzeCommand,
  },
  {
    name: "diff",
    usage: "diff IMAGE IMAGE",
    summary: "show what differs between two images, and what it costs to go from one to the other",
    groups: [DIFF, LOOK, GLOBAL],
    words: [2, 2],
    load: async () => (await import("./commands/diff.ts")).diffCommand,
  },
  {
    name: "history",
    usage: "history IMAGE",
    summary: "show what each layer of an image holds, and what made it",
    groups: [LOOK, GLOBAL],
    words: [1, 1],
    load: async () => (await import("./commands/history.ts")).historyCommand,
  },
  {
    name: "pull",
    usage: "pull IMAGE [-t REF]… [-o SPEC]…",
    summary: "bring an image into the local store, or elsewhere",
    groups: [PULL, GLOBAL],
    words: [1, 1],
    load: async () => (await import("./commands/pull.ts")).pullCommand,
  },
  {
    name: "push",
    usage: "push NAME…",
    summary: "push images of the local store to their registries",
    groups: [REGISTRIES, GLOBAL],
    words: [1, 100],
    load: async () => (await import("./commands/push.ts")).pushCommand,
  },
  {
    name: "copy",
    usage: "copy FROM TO",
    summary: "copy an image between registries, folders and archives",
    groups: [COPY, GLOBAL],
    words: [2, 2],
    load: async () => (await import("./commands/copy.ts")).copyCommand,
  },
  {
    name: "index create",
    usage: "index create REF IMAGE… [-t REF]… [--annotation K=V]…",
    summary: "merge images built apart into one for several platforms",
    groups: [MERGE, GLOBAL],
    words: [2, 100],
    load: async () => (await import("./commands/index-create.ts")).indexCreateCommand,
  },
  {
    name: "layer",
    usage: "layer PARAMS",
    summary: "plumbing: make one layer of the files that PARAMS names, and nothing else",
    groups: [PLUMBING],
    words: [1, 1],
    isHermetic: true,
    load: async () => (await import("./commands/layer.ts")).layerCommand,
  },
  {
    name: "assemble",
    usage: "assemble PARAMS",
    summary: "plumbing: make an image of the layers that PARAMS names, and nothing else",
    groups: [PLUMBING],
    words: [1, 1],
    isHermetic: true,
    load: async () => (await import("./commands/assemble.ts")).assembleCommand,
  },
  {
    name: "image ls",
    usage: "image ls",
    summary: "list the images in the local store",
    groups: [GLOBAL],
    words: [0, 0],
    load: async () => (await import("./commands/image-ls.ts")).imageLsCommand,
  },
  {
    name: "image rm",
    usage: "image rm NAME…",
    summary: "remove names from the local store",
    groups: [GLOBAL],
    words: [1, 100],
    load: async () => (await import("./commands/image-rm.ts")).imageRmCommand,
  },
  {
    name: "image prune",
    usage: "image prune",
    summary: "remove what only images without a name need",
    groups: [GLOBAL],
    words: [0, 0],
    load: async () => (await import("./commands/image-prune.ts")).imagePruneCommand,
  },
  {
    name: "cache du",
    usage: "cache du",
    summary: "say what takes how much of the cache",
    groups: [GLOBAL],
    words: [0, 0],
    load: async () => (await import("./commands/cache-du.ts")).cacheDuCommand,
  },
  {
    name: "cache prune",
    usage: "cache prune [--all]",
    summary: "remove downloads whose layers are made; images stay",
    groups: [PRUNE, GLOBAL],
    words: [0, 0],
    load: async () => (await import("./commands/cache-prune.ts")).cachePruneCommand,
  },
];
