import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { startCompiler } from "../../src/interpreter/compiler.ts";
import { Random } from "../support/random.ts";
import { runTool } from "../support/run-tool.ts";

// node build/test/corpus/bytecode.js PYTHON PYODIDE WORK FOLDER…: compiles every module of the folders here and by PYTHON's
// own py_compile, in two orders, and says how many are the same.
const [python, folder, work, ...roots] = process.argv.slice(2);
if (python === undefined || folder === undefined || work === undefined || roots.length === 0) {
  throw new Error("usage: node build/test/corpus/bytecode.js PYTHON PYODIDE WORK FOLDER…");
}

/** Compiles what the list names, and tells what our bytecode of each is beside it. */
const NATIVE = `
import json, marshal, os, py_compile, sys, types, time, warnings
warnings.simplefilter("ignore")
work, found, pyc = sys.argv[1], {}, os.path.join(sys.argv[1], "native.pyc")

def constant(value):
    if isinstance(value, types.CodeType): return instructions(value)
    if isinstance(value, (tuple, frozenset)):
        parts = [repr(constant(each)) for each in value]
        return type(value).__name__, parts if isinstance(value, tuple) else sorted(parts)
    return repr(value)

def instructions(code):
    consts = [constant(each) for each in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, code.co_flags, consts

def compare(path, ours):
    native = open(pyc, "rb").read()
    if native == ours: return "identical"
    if native[:16] != ours[:16]: return "other header"
    one, other = marshal.loads(native[16:]), marshal.loads(ours[16:])
    if one == other: return "equal code"
    return "equal instructions" if instructions(one) == instructions(other) else "other instructions"

cpu = 0.0
for number, path in enumerate(json.load(open(os.path.join(work, "list.json")))):
    ours = os.path.join(work, "%d.pyc" % number)
    begin = time.process_time()
    try:
        py_compile.compile(path, cfile=pyc, dfile=path, doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    except py_compile.PyCompileError:
        kind = "refused by one" if os.path.exists(ours) else "refused by both"
    else:
        cpu += time.process_time() - begin
        kind = compare(path, open(ours, "rb").read()) if os.path.exists(ours) else "refused by one"
    found.setdefault(kind, []).append(path)
print(json.dumps({"python": sys.version.split()[0], "cpuSeconds": round(cpu, 1),
    "modules": {kind: len(paths) for kind, paths in found.items()},
    "other": [path for kind in ("other header", "other instructions", "refused by one") for path in found.get(kind, [])][:20]}))
`;

function modules(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".py"))
    .map((path) => join(resolve(root), path));
}

async function compileAll(paths: readonly string[], keep?: string): Promise<ReadonlyMap<string, string>> {
  let { compile } = await startCompiler({ folder: resolve(folder ?? "") });
  const digests = new Map<string, string>();
  for (const path of paths) {
    let bytes: Uint8Array | undefined;
    try {
      bytes = compile(readFileSync(path), path);
    } catch {
      ({ compile } = await startCompiler({ folder: resolve(folder ?? "") }));
    }
    if (bytes === undefined) continue;
    digests.set(path, createHash("sha256").update(bytes).digest("hex"));
    if (keep !== undefined) writeFileSync(join(keep, `${numbers.get(path)}.pyc`), bytes);
  }
  return digests;
}

const random = new Random(1);
const paths = roots.flatMap(modules).sort();
const numbers = new Map(paths.map((path, number) => [path, number]));
const out = join(resolve(work), `bytecode-${process.pid}`);
mkdirSync(out, { recursive: true });
writeFileSync(join(out, "list.json"), JSON.stringify(paths));
writeFileSync(join(out, "native.py"), NATIVE);
const before = process.cpuUsage();
const first = await compileAll(paths, out);
const { user, system } = process.cpuUsage(before);
const shuffled = paths.map((path) => [random.below(2 ** 30), path] as const).sort(([a], [b]) => a - b);
const second = await compileAll(shuffled.map(([, path]) => path));
const unstable = paths.filter((path) => first.get(path) !== second.get(path));
const native = JSON.parse(await runTool(python, [join(out, "native.py"), out], { cwd: out, env: {} })) as {
  readonly other: readonly string[];
};
console.log(JSON.stringify({ ours: { cpuSeconds: (user + system) / 1e6, unstable }, native }, undefined, 2));
process.exitCode = unstable.length + native.other.length === 0 ? 0 : 1;
