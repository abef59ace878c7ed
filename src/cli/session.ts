import { availableParallelism, homedir } from "node:os";
import { join, resolve } from "node:path";
import type { BuildEvent } from "../events.ts";
import { type Arguments, booleanFlag, numberFlag, stringFlag } from "./arguments.ts";
import type { Canvas } from "./render/canvas.ts";
import { RENDERERS, type Renderer, type Screen } from "./render/renderer.ts";

/** What a command gets from the process it runs in. */
export interface Session {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cacheDir: string;
  readonly offline: boolean;
  readonly jobs: number;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Who reads stdout. */
  readonly canvas: Canvas;
  report(event: BuildEvent): void;
  close(): Promise<void>;
}

/** Throws USAGE for flags of the session that make no sense. */
export async function openSession(args: Arguments): Promise<Session> {
  const environment = process.env;
  const controller = new AbortController();
  const interrupt = () => {
    // A second Ctrl-C is a person who has waited long enough; temporary files are swept by the next run.
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const renderer = chooseRenderer(args);
  return {
    environment,
    cacheDir: cacheDirectory(args, environment),
    offline: booleanFlag(args, "offline"),
    jobs: numberFlag(args, "jobs", 1) ?? Math.max(1, Math.min(availableParallelism(), 8)),
    signal: controller.signal,
    canvas: canvas(),
    report: (event) => renderer.event(event),
    close: async () => {
      renderer.close();
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
    },
  };
}

function cacheDirectory(args: Arguments, environment: NodeJS.ProcessEnv): string {
  const given = stringFlag(args, "cache-dir");
  if (given !== undefined) return resolve(given);
  const home = environment["XDG_CACHE_HOME"] ?? join(environment["HOME"] ?? homedir(), ".cache");
  return resolve(home, "ociasm");
}

function chooseRenderer(args: Arguments): Renderer {
  const create = RENDERERS[booleanFlag(args, "quiet") ? "quiet" : styleOf(args)] ?? RENDERERS["plain"];
  if (create === undefined) throw new Error("no renderer");
  return create(screen(args));
}

function styleOf(args: Arguments): string {
  const asked = stringFlag(args, "progress") ?? "auto";
  if (asked !== "auto") return asked;
  if (process.env["GITHUB_ACTIONS"] === "true") return "github";
  return process.stderr.isTTY === true && !process.env["CI"] ? "tty" : "plain";
}

function canvas(): Canvas {
  if (process.stdout.isTTY !== true) return { columns: undefined, color: false };
  // A terminal that nobody looks at, as runners have them, has no columns.
  return {
    columns: process.stdout.columns || undefined,
    color: !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb",
  };
}

function screen(args: Arguments): Screen {
  return {
    write: (text) => void process.stderr.write(text),
    columns: process.stderr.columns,
    color: process.stderr.isTTY === true && !process.env["NO_COLOR"],
    verbose: booleanFlag(args, "verbose"),
    now: () => performance.now(),
  };
}
