import { resolve } from "node:path";
import type { Detected } from "../build/detect.ts";
import { detectContext } from "../build/detect-script.ts";
import { type BuildFlags, mergeSettings } from "../build/merge-settings.ts";
import { type OpenDeps, openDeps } from "../build/open-deps.ts";
import { type BuildRequest, type LockTrust, type Prepared, prepareStep } from "../build/prepare-step.ts";
import { readConfig } from "../build/read-config.ts";
import { withRegistries } from "../build/registry-settings.ts";
import { OciasmError } from "../errors.ts";
import type { BuildEvent } from "../events.ts";
import type { BytecodeScope } from "../layers/bytecode-scope.ts";
import { createDiskStore } from "../store/disk.ts";
import { type Arguments, booleanFlag, listFlag, numberFlag, stringFlag } from "./arguments.ts";
import type { Session } from "./session.ts";
import { version } from "./version.ts";

/** From the command line to a prepared build, and the parts that it works with. The caller closes the parts. */
export async function openBuild(
  args: Arguments,
  session: Session,
  report: (event: BuildEvent) => void,
  more: Pick<OpenDeps, "unsized"> = {},
): Promise<{ readonly prepared: Prepared; readonly deps: OpenDeps }> {
  const request = await readRequest(args, session);
  const opened = openDeps({
    ...session,
    environment: withRegistries(session.environment, request.config.registries, request.context),
    report,
    userAgent: `ociasm/${version()}`,
    insecureRegistries: request.config.insecureRegistries ?? [],
  });
  const deps = { ...opened, ...more };
  try {
    return { prepared: await prepareStep(request, deps), deps };
  } catch (error) {
    await deps.close();
    throw error;
  }
}

/** docs/decisions/0004-bytecode.md has the reasons. */
const DEFAULT_BYTECODE: BytecodeScope = "entry";

/** From the command line to what is asked for; nothing of the project but its top is read. */
export async function readRequest(args: Arguments, session: Session): Promise<BuildRequest> {
  const { context, detected } = await detectContext(resolve(args.words[0] ?? "."));
  const file = stringFlag(args, "file");
  // A script alone is not what its folder's configuration is about.
  const alone = detected.script !== undefined && file === undefined;
  const loaded = alone ? { config: {} } : await readConfig(context, file, createDiskStore(session.cacheDir));
  const config = { bytecode: DEFAULT_BYTECODE, ...mergeSettings(buildFlags(args), session.environment, loaded.config) };
  const solverFlags = SOLVER_FLAGS.filter((name) => args.flags.has(name));
  const seen = loaded.notes === undefined ? detected : foreignDetected(detected, loaded.file, loaded.notes);
  const named = args.flags.has("constraint") && config.requirements === undefined ? ["constraint"] : [];
  return {
    context,
    config,
    detected: seen,
    noCache: booleanFlag(args, "no-cache"),
    trust: trustOf(args),
    solverFlags: [...named, ...solverFlags],
  };
}

/** What a file of another tool says takes the place of what was found beside it. */
function foreignDetected(detected: Detected, file = "", notes: readonly string[]): Detected {
  return { ...detected, otherLocks: [], warnings: notes, summary: `detected ${file}` };
}

/** Flags that mean nothing to a lock. */
const SOLVER_FLAGS: readonly string[] = ["override", "prerelease", "resolution", "exclude-newer", "no-binary"];

function trustOf(args: Arguments): LockTrust {
  const [locked, frozen] = [booleanFlag(args, "locked"), booleanFlag(args, "frozen")];
  if (locked && frozen) throw new OciasmError("USAGE", "--locked and --frozen exclude each other");
  if (locked) return "locked";
  return frozen ? "frozen" : "warn";
}

function buildFlags(args: Arguments): BuildFlags {
  const text = (name: string) => stringFlag(args, name);
  const list = (name: string) => listFlag(args, name);
  const paths = (name: string) => list(name)?.map((path) => resolve(path));
  const flags: { readonly [K in keyof BuildFlags]: BuildFlags[K] | undefined } = {
    base: text("base"),
    platform: list("platform"),
    python: text("python"),
    libc: text("libc"),
    lock: text("lock") === undefined ? undefined : resolve(text("lock") ?? ""),
    requirement: paths("requirement"),
    constraint: paths("constraint"),
    override: paths("override"),
    group: list("group"),
    extra: list("extra"),
    allExtras: booleanFlag(args, "all-extras") ? true : undefined,
    package: text("package"),
    resolution: text("resolution"),
    prerelease: text("prerelease"),
    excludeNewer: text("exclude-newer"),
    noBinary: list("no-binary"),
    onlyBinary: list("only-binary"),
    noBuild: booleanFlag(args, "no-build") ? true : undefined,
    installProject: booleanFlag(args, "install-project") ? true : undefined,
    indexStrategy: text("index-strategy"),
    noDev: booleanFlag(args, "no-dev") ? true : undefined,
    system: list("system"),
    debMirror: text("deb-mirror"),
    snapshot: text("snapshot"),
    indexUrl: text("index-url"),
    extraIndexUrl: list("extra-index-url"),
    findLinks: list("find-links"),
    noIndex: booleanFlag(args, "no-index") ? true : undefined,
    trustedHost: list("trusted-host"),
    maxLayers: numberFlag(args, "max-layers", 1),
    layerPolicy: layerPolicy(text("layer-policy")),
    compression: text("compression"),
    sourceDateEpoch: text("source-date-epoch"),
    entrypoint: text("entrypoint"),
    cmd: text("cmd"),
    env: list("env"),
    user: text("user"),
    workdir: text("workdir"),
    expose: list("expose"),
    volume: list("volume"),
    label: list("label"),
    annotation: list("annotation"),
    stopSignal: text("stop-signal"),
    healthcheck: text("healthcheck"),
    tag: list("tag"),
    output: outputsOf(args),
    cacheFrom: list("cache-from"),
    bytecode: text("bytecode"),
    noRegistryCache: booleanFlag(args, "no-registry-cache") ? true : undefined,
    insecureRegistry: list("insecure-registry"),
  };
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}

/** The name of a policy that is shipped, or the path of a file. */
function layerPolicy(text: string | undefined): string | undefined {
  return text === undefined || /^[a-z][a-z-]*$/.test(text) ? text : resolve(text);
}

/** `--push` and `--load` are words for outputs. */
function outputsOf(args: Arguments): readonly string[] | undefined {
  const words = [
    booleanFlag(args, "push") ? "type=registry" : [],
    booleanFlag(args, "load") ? "type=docker" : [],
  ].flat();
  const given = listFlag(args, "output");
  return words.length === 0 ? given : [...(given ?? []), ...words];
}
