import { mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { compareBytecode } from "./bytecode-agree.ts";

// node build/test/corpus/bytecode.js PYTHON PYODIDE WORK FOLDER…: compiles every module of the folders here, in order by one
// thread and shuffled by four, and by PYTHON's own py_compile; PYTHON reads what was made here. Exit 1 where a run differs from
// the other, where PYTHON does not take a module, and where one is not the same although both are the same release.
const [python, pyodide, work, ...roots] = process.argv.slice(2);
if (python === undefined || pyodide === undefined || work === undefined || roots.length === 0) {
  throw new Error("usage: node build/test/corpus/bytecode.js PYTHON PYODIDE WORK FOLDER…");
}

function modules(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".py"))
    .map((path) => join(resolve(root), path));
}

const out = join(resolve(work), `bytecode-${process.pid}`);
mkdirSync(out, { recursive: true });
const paths = roots.flatMap(modules).sort();
const found = await compareBytecode({ python, pyodide: resolve(pyodide), work: out, paths, workers: 4 });
console.log(JSON.stringify(found, undefined, 2));
process.exitCode = found.isGood ? 0 : 1;
