import { join } from "node:path";
import { attempts, hostileRuntime } from "./hostile-runtime.ts";

// node hostile-run.js FOLDER: tries every way out of the realm that is known, and prints what each comes to as JSON.
const ESCAPES = `
  attempt("names", () => ["process", "require", "module", "Buffer", "setImmediate", "WebSocket", "XMLHttpRequest", "SharedWorker", "Worker"]
    .filter((name) => name in globalThis).join());
  attempt("global", () => OwnObject.getPrototypeOf(globalThis).constructor);
  attempt("eval", () => eval("1"));
  attempt("Function", () => Function("return this")());
  attempt("constructor", () => (async () => {}).constructor("return process")());
  attempt("accessor", () => {
    OwnObject.defineProperty(globalThis, "peep", { get() { return this; }, configurable: true });
    return globalThis.peep;
  });
  attempt("name of an error", () => OwnObject.assign(new Error("x"), { name: Symbol("x") }).stack);
  attempt("text of an error", () => OwnObject.assign(new Error("x"), { name: { toString: () => { throw new Error("own"); } } }).stack);
  attempt("call sites", () => {
    const own = globalThis.Error;
    let sites;
    globalThis.Error = { prepareStackTrace: (_, all) => { sites = all; } };
    try { null.x; } catch (error) { void error.stack; }
    globalThis.Error = own;
    return sites;
  });
  attempt("captured call sites", () => {
    let sites;
    const own = Error.prepareStackTrace;
    try { Error.prepareStackTrace = (_, all) => { sites = all; }; } catch {}
    try { OwnObject.defineProperty(Error, "stackTraceLimit", { value: 10 }); } catch {}
    const about = {};
    Error.captureStackTrace(about);
    void about.stack;
    Error.prepareStackTrace = own;
    return sites ?? about.stack;
  });
  attempt("end of the stack", () => {
    let last = "";
    const name = { toString: () => "x" };
    const deeper = () => {
      try { deeper(); } catch (error) { if (outside(error)) last = error; }
      for (const work of [() => eval("1"), () => OwnObject.assign(new Error("x"), { name }).stack, () => new WebAssembly.Module(new Uint8Array(3))]) {
        try { const value = work(); if (outside(value)) last = value; } catch (error) { if (outside(error)) last = error; }
      }
    };
    deeper();
    return last;
  });
  attempt("module of WebAssembly", () => new WebAssembly.Module(new Uint8Array(3)));
  for (const work of [() => WebAssembly.compile(new Uint8Array(3)), () => WebAssembly.instantiateStreaming(fetch("x"))]) {
    try { note("promise", "gives", await work()); } catch (error) { note("promise", "throws", error); }
  }
  let inspected = "not looked at";
  const spying = { [Symbol.for("nodejs.util.inspect.custom")]: (...given) => { inspected = given.some(outside) ? "OUTSIDE" : "looked at"; return ""; } };
  Promise.reject(spying);
  new FinalizationRegistry(() => { throw spying; }).register({}, 1);
  for (let turn = 0; turn < 50; turn++) await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  attempt("rejection", () => inspected);
  attempt("frozen sandbox", () => { globalThis.sandbox = {}; globalThis.sandbox.read = () => new Uint8Array(1); return "kept"; });
  attempt("given bytes", () => {
    const Own = Uint8Array;
    let seen = "";
    globalThis.Uint8Array = class extends Own { set(...given) { seen = given.some(outside) ? "OUTSIDE" : "given"; } };
    globalThis.sandbox.blank?.(3);
    globalThis.Uint8Array = Own;
    return seen;
  });
`;

const [folder = ""] = process.argv.slice(2);
const runtime = hostileRuntime(join(folder, "runtime"), ESCAPES);
console.log(JSON.stringify(await attempts(runtime, new AbortController().signal)));
