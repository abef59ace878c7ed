import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Cost, succeed } from "../_measure.ts";
import type { App, Peer, Session, Target } from "./peer.ts";

/** The command line as it is installed. */
export const OCIASM: string = fileURLToPath(new URL("../../bundle/cli/main.js", import.meta.url));

/** ociasm with further flags of `build`. */
export function ociasm(name: string, flags: readonly string[] = []): Peer {
  return {
    name,
    versions: async () => ({ ociasm: (await succeed(process.execPath, [OCIASM, "--version"])).stdout.trim() }),
    start: (app, folder) => start(app, folder, flags),
  };
}

async function start(app: App, folder: string, flags: readonly string[]): Promise<Session> {
  const cache = join(folder, "cache");
  const build = async (context: string, target: Target): Promise<Cost> =>
    await succeed(process.execPath, [...buildWords({ ...app, context }, target, cache), ...flags]);
  // Reads the base's Python once, as the others import the base.
  const empty = join(folder, "empty");
  await mkdir(empty, { recursive: true });
  await writeFile(join(empty, "main.py"), "print(1)\n");
  await build(empty, { layout: join(folder, "empty-image") });
  return { build: (target) => build(app.context, target), store: [cache], stop: async () => {} };
}

/** Words for node that build an application from its local wheels alone. */
export function buildWords({ context, wheels, base }: App, target: Target, cache: string): readonly string[] {
  const source = ["--no-index", "--find-links", wheels, "--base", `oci:${base}`];
  return [
    OCIASM,
    "build",
    context,
    ...source,
    ...placeOf(target),
    "--cache-dir",
    cache,
    "--progress",
    "quiet",
    "--json",
  ];
}

function placeOf(target: Target): readonly string[] {
  return "layout" in target
    ? ["-t", "bench:1", "-o", `type=oci,dest=${target.layout},tar=false`]
    : ["-t", target.registry, "--push"];
}
