import * as posix from "node:path/posix";
import { BYTECODE, BYTECODE_PROGRAM, SOURCE } from "./bytecode-program.ts";
import type { Runtime } from "./runtime.ts";
import { startInterpreter } from "./start-interpreter.ts";

export interface BytecodeCompiler {
  /**
   * The .pyc of a module's source, by `py_compile` with a hash (PEP 552): its bytes depend on nothing but the source and
   * `path`, which stands in tracebacks. Python holds a checked one against the source at each import. Undefined for what
   * is no module: a template, Python 2.
   */
  compile(source: Uint8Array, path: string, isChecked?: boolean): Uint8Array | undefined;
}

/** A compiler in this thread. */
export async function startCompiler(runtime: Pick<Runtime, "folder">): Promise<BytecodeCompiler> {
  const python = await startInterpreter(runtime);
  python.runPython(BYTECODE_PROGRAM);
  const compileModule = python.globals.get("compile_module") as (path: string, mode: string) => boolean;
  return {
    compile: (source, path, isChecked = false) => {
      python.FS.writeFile(SOURCE, source);
      if (!compileModule(path, isChecked ? "CHECKED_HASH" : "UNCHECKED_HASH")) return undefined;
      const bytecode = python.FS.readFile(BYTECODE);
      // Python writes by renaming, and the file system keeps what a renamed file replaces.
      python.FS.unlink(BYTECODE);
      return bytecode;
    },
  };
}

/** Where Python looks for a module's bytecode: "a/b.py" and "3.11" give "a/__pycache__/b.cpython-311.pyc" (PEP 3147). */
export function bytecodePath(path: string, minor: string): string {
  const name = posix.basename(path, ".py");
  return `${posix.dirname(path)}/__pycache__/${name}.cpython-${minor.replace(".", "")}.pyc`;
}
