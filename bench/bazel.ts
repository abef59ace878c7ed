import { readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Bazel, bazelIn, installedPackage } from "../test/support/bazel.ts";
import { startDavServer } from "../test/support/dav-server.ts";
import { baseLayout } from "./_base.ts";
import { builtDigest, changeWheel, type Stack, writeStack } from "./_bazel-workspace.ts";
import { say } from "./_job.ts";
import { measure } from "./_measure.ts";
import { clear, readOptions, workFolder } from "./_options.ts";
import { runAsUser } from "./_stack.ts";

/** Of one command of Bazel. */
const MAX_MILLISECONDS = 3_600_000;
const FIRST = "first";
/** Paths of another length would show in a digest that depended on them. */
const SECOND = "an_output_base_whose_path_is_longer";

interface Session {
  readonly work: string;
  readonly bazel: Bazel;
  readonly stack: Stack;
}

/** What one command of Bazel did. */
interface Step {
  readonly step: string;
  readonly seconds: number;
  /** Actions that were executed or taken from a cache, by mnemonic. */
  readonly actions: Readonly<Record<string, number>>;
  /** How many of them were taken from the remote cache. */
  readonly hits: number;
  readonly digest: string;
}

/**
 * `bazel REQUIREMENTS WHEELS [MODULE]`: the image of a stack under Bazel, with no network in any action; then another output base
 * that a remote cache feeds (Debian's nginx), a second image, a wheel that changes, the digest of `ociasm build`, and an
 * import of MODULE under podman. One output base at a time: the CUDA stack takes 13 GB of `--work`, not below /tmp.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const options = readOptions(args, 1);
  const [requirements, wheels, module = "torch"] = options.words;
  if (requirements === undefined || wheels === undefined) throw new Error("usage: bazel REQUIREMENTS WHEELS [MODULE]");
  const work = await workFolder(options);
  const bazel = bazelIn(work, MAX_MILLISECONDS);
  try {
    const installed = join(work, "package");
    await installedPackage(installed);
    const places = { requirements: resolve(requirements), wheels: resolve(wheels), installed };
    const stack = await writeStack(join(work, "workspace"), { ...places, base: await baseLayout(options) });
    const session = { work, bazel, stack };
    const built = await builtDigest(stack);
    const steps = [...(await cachedSteps(session)), ...(await laterSteps(session))];
    console.log(JSON.stringify({ built, steps, container: await inContainer(session, module) }, undefined, 2));
    const [first, , second, , changed] = steps;
    if (first?.digest !== built || second?.digest !== built || changed?.digest === built) process.exitCode = 1;
  } finally {
    await bazel.stop();
    await clear(work);
  }
}

async function cachedSteps(session: Session): Promise<readonly Step[]> {
  const folder = join(session.work, "dav");
  const cache = await startDavServer(folder);
  try {
    const remote = `--remote_cache=${cache.url}`;
    const first = await step(session, "first output base", FIRST, "one", remote);
    const unchanged = await step(session, "unchanged", FIRST, "one", remote);
    await forget(session, FIRST);
    return [first, unchanged, await step(session, "another output base", SECOND, "one", remote)];
  } finally {
    await cache.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Leaves the first image in a folder of its own. */
async function laterSteps(session: Session): Promise<readonly Step[]> {
  const another = await step(session, "a second image", SECOND, "two");
  rmSync(output(session, SECOND, "two"), { recursive: true });
  renameSync(output(session, SECOND, "one"), join(session.work, "image"));
  const name = await changeWheel(session.stack);
  const changed = await step(session, `another ${name}`, SECOND, "one");
  await forget(session, SECOND);
  return [another, changed];
}

async function step(session: Session, title: string, base: string, name: string, ...flags: readonly string[]) {
  const words = ["--experimental_convenience_symlinks=ignore", ...flags, `//:${name}`];
  const start = process.hrtime.bigint();
  const spawns = await session.bazel.build(session.stack.folder, base, ...words);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const actions: Record<string, number> = {};
  for (const { mnemonic } of spawns) actions[mnemonic] = (actions[mnemonic] ?? 0) + 1;
  const hits = spawns.filter(({ remoteCacheHit }) => remoteCacheHit).length;
  const digest = readFileSync(`${output(session, base, name)}.digest`, "utf8").trim();
  const done: Step = { step: title, seconds, actions, hits, digest };
  say(JSON.stringify(done));
  return done;
}

function output({ work }: Session, base: string, name: string): string {
  return join(work, base, "execroot/stack/bazel-out/k8-fastbuild/bin", name);
}

async function forget({ bazel, work, stack }: Session, base: string): Promise<void> {
  await bazel.run(stack.folder, base, "clean", "--expunge");
  await clear(join(work, base));
}

async function inContainer({ work }: Session, module: string): Promise<string> {
  const image = `oci:${join(work, "image")}`;
  const run = await runAsUser(image, ["-c", `import ${module}; print(${module}.__version__)`]).catch(() => undefined);
  await measure("podman", ["--runtime", "runc", "rmi", "--force", image]).catch(() => undefined);
  return run?.trim() ?? "podman did not run it";
}
