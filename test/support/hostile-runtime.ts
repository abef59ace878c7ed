import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSandbox } from "../../src/interpreter/build-sandbox.ts";
import type { Runtime } from "../../src/interpreter/runtime.ts";

/**
 * A runtime that is no Python but a script: it runs where Python's own JavaScript runs, with `attempt(name, work)` to
 * note what a try comes to. An object that is not of the realm's own making is told as "OUTSIDE".
 */
export function hostileRuntime(folder: string, script: string): Runtime {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "pyodide.mjs"), program(script));
  const release = { minor: "3.11", release: "0.0.0", python: "3.11.0", magic: 0, size: 0, integrity: "" };
  return { release: { ...release, files: [{ name: "pyodide.mjs", size: 0, sha256: "" }] }, folder };
}

/** What the tries come to, one a line. */
export async function attempts(runtime: Runtime, signal: AbortSignal): Promise<readonly string[]> {
  const limits = { seconds: 60, memory: 2 ** 28, result: 2 ** 26 };
  const box = await openSandbox(runtime, { label: "evil 1.0", epoch: 0, limits, signal });
  try {
    const hook = "get_requires_for_build_wheel";
    const answer = await box.call({ hook, backend: "evil", path: [], source: "/src", env: {} });
    return answer.kind === "requires" ? answer.requires : [JSON.stringify(answer)];
  } finally {
    box.close();
  }
}

const program = (script: string): string => `
const OwnObject = Object;
const outside = (value) => {
  for (let at = value; at !== null && (typeof at === "object" || typeof at === "function"); at = OwnObject.getPrototypeOf(at)) {
    if (at === OwnObject.prototype) return false;
    if (OwnObject.getPrototypeOf(at) === null) return OwnObject.getOwnPropertyNames(at).length > 0;
  }
  return false;
};
const found = [];
const note = (name, what, value) => {
  let text = "";
  try { text = String(value).slice(0, 100); } catch { text = "no text"; }
  found.push(name + ": " + what + (outside(value) ? " OUTSIDE" : "") + " " + text);
};
const attempt = (name, work) => {
  try { note(name, "gives", work()); } catch (error) { note(name, "throws", error); }
};
const fs = { filesystems: { MEMFS: {} } };
const python = {
  _module: { FS: fs },
  FS: fs,
  runPython: (code) => (code.startsWith("__import__") ? JSON.stringify({ ok: found }) : "ready"),
};
const start = async () => {
${script}
  return python;
};
export {start as loadPyodide};
`;
