import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { OciasmError } from "../errors.ts";
import { readAnswer } from "./build-answer.ts";
import { encodeFrame, type Frame, readFrames } from "./build-frame.ts";
import { type BuildLimits, watchMemory } from "./build-limits.ts";
import type { HookAnswer, HookCall, SandboxFile, SandboxReply, SandboxRequest } from "./build-protocol.ts";
import type { Runtime } from "./runtime.ts";

/** A Python that was started for one build, with nothing of this host in reach. */
export interface Sandbox {
  write(files: readonly SandboxFile[]): Promise<void>;
  /** Rejects with BUILD_FAILED where the limits end it. */
  call(call: HookCall): Promise<HookAnswer>;
  /** Ends it wherever it is. */
  close(): void;
}

export interface SandboxOptions {
  /** What is built, for errors. */
  readonly label: string;
  /** SOURCE_DATE_EPOCH, where its clock starts. */
  readonly epoch: number;
  readonly limits: BuildLimits;
  readonly signal: AbortSignal;
}

const WORKER = fileURLToPath(new URL("./build-worker.js", import.meta.url));
const SHIPPED = new URL("../../../layout/sandbox/", import.meta.url);
/** Seconds for what is ours: starting Python, writing files. */
const PREPARING = 300;
/** What starts the runtime, and what need not be handed to it. */
const UNUSED = new Set(["package.json"]);

/**
 * Starts CPython in a process of its own that may read its program and nothing else, write nothing, start nothing, and
 * has no environment; inside it Python sees a realm of the language alone (layout/sandbox/realm.js).
 */
export async function openSandbox(runtime: Runtime, options: SandboxOptions): Promise<Sandbox> {
  const started = startProcess(options);
  try {
    const names = runtime.release.files.map(({ name }) => name).filter((name) => !UNUSED.has(name));
    const bodies = await Promise.all([
      readFile(new URL("realm.js", SHIPPED)),
      readFile(new URL("backend.py", SHIPPED)),
      ...names.map((name) => readFile(join(runtime.folder, name))),
    ]);
    const { epoch, limits } = options;
    const done = async (request: SandboxRequest, parts: readonly Uint8Array[]): Promise<void> => {
      const { head } = await started.ask(request, parts);
      if (head.type === "broken") throw failed(options.label, `could not be prepared: ${head.message}`);
    };
    await done({ type: "start", epoch, memory: limits.memory, files: names }, bodies);
    return {
      write: async (files) => {
        const places = files.map(({ path, mode }) => ({ path, mode }));
        await done(
          { type: "write", files: places },
          files.map(({ bytes }) => bytes),
        );
      },
      call: async (call) => readAnswer(await started.ask({ type: "call", call }, [])),
      close: started.close,
    };
  } catch (error) {
    started.close();
    throw error;
  }
}

interface SandboxProcess {
  ask(request: SandboxRequest, bodies: readonly Uint8Array[]): Promise<Frame & { readonly head: SandboxReply }>;
  close(): void;
}

function startProcess({ label, limits, signal }: SandboxOptions): SandboxProcess {
  signal.throwIfAborted();
  const child = spawn(process.execPath, nodeFlags(WORKER), {
    env: {},
    stdio: ["pipe", "pipe", "ignore"],
    cwd: dirname(WORKER),
  });
  const { stdin, stdout } = piped(child);
  let ended: string | undefined;
  const end = (reason: string): void => {
    ended ??= reason;
    child.kill("SIGKILL");
  };
  const stop = (): void => end("was interrupted");
  signal.addEventListener("abort", stop);
  const unwatch = watchMemory(child.pid, limits.memory, () => end(tooMuchMemory(limits)));
  child.on("error", () => end("could not be started"));
  // The process may be gone while it is written to: its end is told by the answer that never comes.
  stdin.on("error", () => {});
  const frames = readFrames(stdout, limits.result);
  const close = (): void => {
    signal.removeEventListener("abort", stop);
    unwatch();
    end("was closed");
    stdin.destroy();
    stdout.destroy();
  };
  const ask: SandboxProcess["ask"] = async (request, bodies) => {
    const seconds = request.type === "call" ? limits.seconds : PREPARING;
    const timer = setTimeout(() => end(`took longer than ${seconds} s`), seconds * 1000);
    try {
      for (const part of encodeFrame({ head: request, bodies })) stdin.write(part);
      const next = await frames.next().catch((error: unknown) => {
        throw failed(label, `sent ${error instanceof Error ? error.message : "something else than an answer"}`);
      });
      signal.throwIfAborted();
      if (next.done === true) throw failed(label, ended ?? "ended before its time: it may have run out of memory");
      return { head: next.value.head as SandboxReply, bodies: next.value.bodies };
    } finally {
      clearTimeout(timer);
    }
  };
  return { ask, close };
}

function tooMuchMemory({ memory }: BuildLimits): string {
  return `took more than ${Math.floor(memory / 2 ** 20)} MB of memory`;
}

function failed(label: string, what: string): OciasmError {
  return new OciasmError("BUILD_FAILED", `the build of ${label} ${what}`);
}

/**
 * Node's permission model is the second wall: should Python get into Node, it finds nothing to read or to start. What it
 * could get hold of are objects of the language; they are frozen, so that it can't have them call it.
 */
export function nodeFlags(program: string): readonly string[] {
  const permission = process.allowedNodeEnvironmentFlags.has("--permission")
    ? "--permission"
    : "--experimental-permission";
  return [
    permission,
    `--allow-fs-read=${join(dirname(program), "*")}`,
    "--disallow-code-generation-from-strings",
    "--frozen-intrinsics",
    // Node would print what was rejected, and by that call functions of the realm.
    "--unhandled-rejections=none",
    "--no-warnings",
    "--max-old-space-size=1024",
    program,
  ];
}

function piped({ stdin, stdout }: ChildProcess): { readonly stdin: Writable; readonly stdout: Readable } {
  if (stdin === null || stdout === null) throw new TypeError("a process without pipes");
  return { stdin, stdout };
}
