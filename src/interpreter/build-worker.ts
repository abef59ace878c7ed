import { readSync, writeSync } from "node:fs";
import { isUint8Array } from "node:util/types";
import { createContext, runInContext } from "node:vm";
import { encodeFrame, type Frame, readFrames } from "./build-frame.ts";
import type { SandboxReply, SandboxRequest } from "./build-protocol.ts";

/** The realm's own functions. They are given primitives and the realm's own bytes, never an object of this side. */
interface Realm {
  blank(size: number): Uint8Array;
  addRuntimeFile(name: string, bytes: Uint8Array): void;
  start(epoch: number, memory: number, hashSeed: string): Promise<unknown>;
  write(path: string, bytes: Uint8Array, mode: number): void;
  link(path: string, target: string): void;
  read(path: string): unknown;
  run(code: string): unknown;
  log(): unknown;
}

const MAX_REQUEST = 2 ** 31;
const MAX_LOG = 200_000;

/** A realm with the language and WebAssembly alone: no process, no require, no import(), no code from strings. */
const context = createContext(Object.create(null) as object, { codeGeneration: { strings: false, wasm: true } });
let realm: Realm | undefined;

async function answer(frame: Frame): Promise<readonly [SandboxReply, readonly Uint8Array[]]> {
  try {
    const [text, bodies] = await perform(frame.head as SandboxRequest, frame.bodies);
    return [{ type: "done", text, log: logOf() }, bodies];
  } catch (error) {
    return [{ type: "broken", message: describe(error), log: logOf() }, []];
  }
}

async function perform(
  request: SandboxRequest,
  bodies: readonly Uint8Array[],
): Promise<readonly [string, readonly Uint8Array[]]> {
  switch (request.type) {
    case "start":
      await start(request, bodies);
      return ["", []];
    case "write":
      for (const [index, { path, mode }] of request.files.entries()) {
        const bytes = bodies[index] ?? new Uint8Array();
        if (mode === "link") opened().link(path, new TextDecoder().decode(bytes));
        else opened().write(path, foreign(bytes), mode);
      }
      return ["", []];
    case "call":
      return call(request);
  }
}

/** The first bodies are realm.js and backend.py; then the runtime's files by name. */
async function start(
  { epoch, memory, files }: Extract<SandboxRequest, { type: "start" }>,
  [realmText = new Uint8Array(), driver = new Uint8Array(), ...bodies]: readonly Uint8Array[],
): Promise<void> {
  runInContext(textOf(realmText), context, { filename: "sandbox:///realm.js" });
  realm = runInContext("globalThis.sandbox", context) as Realm;
  const scripts: string[] = [];
  for (const [index, name] of files.entries()) {
    const bytes = bodies[index] ?? new Uint8Array();
    if (/\.m?js$/.test(name)) scripts.push(asScript(textOf(bytes)));
    else realm.addRuntimeFile(name, foreign(bytes));
  }
  for (const script of scripts) runInContext(script, context, { filename: "sandbox:///runtime/script.js" });
  await realm.start(epoch, memory, "0");
  if (realm.run(textOf(driver)) !== "ready") throw new Error("the driver did not start");
}

/**
 * A module as a script. Its `import()` is taken away: what it rejects with would be an object of this side, and a way
 * back to it.
 */
function asScript(text: string): string {
  const body = text
    .replaceAll(/(?<![.\w$])import\(/g, "globalThis.importNothing(")
    .replaceAll("import.meta.url", '"sandbox:///runtime/module.js"')
    .replace(/export default (\w+);?/, "globalThis.$1 = $1;")
    .replace(/export\s*\{([$\w]+) as loadPyodide\b[^}]*\};?/, "globalThis.loadPyodide = $1;");
  return `(() => {${body}\n;if (typeof _createPyodideModule === "function") globalThis._createPyodideModule ??= _createPyodideModule;})();`;
}

function call({ call }: Extract<SandboxRequest, { type: "call" }>): readonly [string, readonly Uint8Array[]] {
  // A JSON text is a Python string literal too.
  const text = opened().run(`__import__("builtins").__sandbox_call__(${JSON.stringify(JSON.stringify(call))})`);
  if (typeof text !== "string") throw new TypeError("the driver gave no answer");
  const wheel = call.hook === "build_wheel" ? wheelName(text) : undefined;
  if (wheel === undefined) return [text, []];
  const bytes = opened().read(`/out/${wheel}`);
  if (!isUint8Array(bytes)) throw new TypeError(`the backend left no file ${wheel}`);
  return [text, [new Uint8Array(bytes)]];
}

function wheelName(text: string): string | undefined {
  const answer: unknown = JSON.parse(text);
  const name = typeof answer === "object" && answer !== null && "ok" in answer ? answer.ok : undefined;
  return typeof name === "string" && /^[^/\0]{1,255}$/.test(name) ? name : undefined;
}

function opened(): Realm {
  if (realm === undefined) throw new Error("nothing was started");
  return realm;
}

const set: unknown = Uint8Array.prototype.set;

/** Bytes as an object of the realm; filled by a function of this side. */
function foreign(bytes: Uint8Array): Uint8Array {
  const copy = opened().blank(bytes.length);
  Reflect.apply(set as (from: Uint8Array) => void, copy, [bytes]);
  return copy;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function logOf(): string {
  const log = realm?.log();
  return typeof log === "string" ? log.slice(-MAX_LOG) : "";
}

function describe(error: unknown): string {
  try {
    return String(error).slice(0, 4000);
  } catch {
    return "an error without a text";
  }
}

/** By their numbers: streams would be objects of this side that can reach the network. */
const [INPUT, OUTPUT] = [0, 1];
const PIECE = 2 ** 20;

async function* input(): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    const piece = new Uint8Array(PIECE);
    const length = readSync(INPUT, piece);
    if (length === 0) return;
    yield piece.subarray(0, length);
  }
}

function output(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(OUTPUT, bytes, at);
}

// A third wall: what is no part of the language goes, so that nothing is left to be found on this side either.
for (const name of ["process", "fetch", "WebSocket", "EventSource", "MessageChannel", "BroadcastChannel"]) {
  Reflect.deleteProperty(globalThis, name);
}
for await (const frame of readFrames(input(), MAX_REQUEST)) {
  const [reply, bodies] = await answer(frame);
  for (const part of encodeFrame({ head: reply, bodies })) output(part);
}
