import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { collectGarbage } from "../../src/assemble/collect.ts";
import { bytecodePath, startCompiler } from "../../src/interpreter/compiler.ts";
import { compareBytecode } from "../corpus/bytecode-agree.ts";
import { interpreterFolder } from "../support/interpreter.ts";
import { Random } from "../support/random.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs, oraclePython } from "../support/tools.ts";

/** What an interpreter loads lazily, frees late or remembers: each may change what is compiled after it. */
const TRICKY: Readonly<Record<string, Buffer>> = {
  "names.py": Buffer.from("def getregentry(decoding_table, normalize, runPython):\n    return IncrementalDecoder\n"),
  "twice.py": Buffer.from(
    "decoding_map = 'getregentry'\nclass A:\n    lonely_name_1 = lonely_name_2 = (1.5, 'x' * 20)\n",
  ),
  "error.py": Buffer.from("lonely_name_1 = lonely_name_2 = (\n"),
  "python2.py": Buffer.from("print 'lonely_name_1'\n"),
  "template.py": Buffer.from("from {{ cookiecutter.name }} import x\n"),
  "nul.py": Buffer.from("a = 1\0\n"),
  "empty.py": Buffer.from(""),
  "mark.py": Buffer.from("\ufeffx = 1\n"),
  "identifier.py": Buffer.from("ﬁne = 'ü'\nnormalize = ﬁne\n"),
  "gbk.py": Buffer.from("# -*- coding: gbk -*-\nx = '\xc4\xe3'\n", "latin1"),
  "koi8.py": Buffer.from("# coding: koi8-r\nx = '\xc1'\n", "latin1"),
  "escape.py": Buffer.from("import re\nx = re.compile('\\d')\ny = 1 is 1\n"),
  "names_of_sets.py": Buffer.from("def f(x): return x.lonely_name_3(), x.lonely_name_4\n"),
  "sets_twice.py": Buffer.from(
    "def f(x): return x in {'lonely_name_3', 'lonely_name_4'}\ndef g(x): return x in {'lonely_name_4', 'lonely_name_3'}\n",
  ),
  "sets.py": Buffer.from("x = y in {'a', 'b', 'c', 'd', 'e', 1, 2, 3}\n"),
  "deep.py": Buffer.from(`x = ${"(".repeat(5000)}${")".repeat(5000)}\n`),
};
const NO_MODULES = ["error.py", "python2.py", "template.py", "nul.py", "deep.py"];

test("bytecode depends on the source and its path alone, not on what was compiled before", async (t) => {
  const folder = interpreterFolder(t);
  if (folder === undefined) return;
  const names = Object.keys(TRICKY);
  const shuffled = shuffle(names);
  const results = [];
  for (const order of [names, shuffled]) {
    const { compile } = await startCompiler({ folder });
    const found = new Map(
      [...order, ...order].map((name) => [name, compile(TRICKY[name] ?? Buffer.alloc(0), `/x/${name}`)]),
    );
    results.push(names.map((name) => [name, found.get(name)]));
    assert.deepEqual(
      names.filter((name) => found.get(name) === undefined),
      NO_MODULES,
    );
  }
  assert.deepEqual(results[0], results[1]);
});

test("bytecode is an unchecked-hash .pyc of the path that it is told", async (t) => {
  const folder = interpreterFolder(t);
  if (folder === undefined) return;
  const { compile } = await startCompiler({ folder });
  const bytes = Buffer.from(compile(Buffer.from("x = 1\n"), "/app/a.py") ?? []);
  // PEP 552: magic, flags (hash-based, not checked), hash, code.
  assert.equal(bytes.readUInt16LE(0), 3495);
  assert.equal(bytes.readUInt32LE(4), 1);
  assert.ok(bytes.includes("/app/a.py"));
  assert.equal(bytecodePath("a/b.py", "3.11"), "a/__pycache__/b.cpython-311.pyc");
});

test("an interpreter keeps nothing of what it has compiled", async (t) => {
  const folder = interpreterFolder(t);
  if (folder === undefined) return;
  const { compile } = await startCompiler({ folder });
  const source = Buffer.from(`x = "${"x".repeat(200_000)}"\n`);
  const compileSome = (): void => {
    for (let time = 0; time < 50; time++) compile(source, `/x/${time}.py`);
  };
  const kept = (): number => {
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };
  compileSome();
  const before = kept();
  compileSome();
  // What is collected is given back a while later, by another thread.
  for (let tries = 0; tries < 200 && kept() - before >= 25 * source.length; tries++) await wait(50);
  assert.ok(kept() - before < 25 * source.length);
});

/** Modules of a Python's own library, where it has the minor of the interpreter. */
const LIBRARY = `
import glob, json, os, sys
root = os.path.dirname(os.__file__)
paths = sorted(glob.glob(root + "/*.py") + glob.glob(root + "/[a-k]*/*.py")) if sys.version_info[:2] == (3, 11) else []
print(json.dumps([path for path in paths if "site-packages" not in path and "/test" not in path]))
`;

test("the standard library's bytecode is CPython's own, and that reads ours, whatever the order and the threads", async (t) => {
  const folder = interpreterFolder(t);
  const python = oraclePython();
  if (folder === undefined || python === undefined || !needs(t, "python3", python)) return;
  const { stdout } = spawnSync(python, ["-c", LIBRARY], { encoding: "utf8" });
  const paths = JSON.parse(stdout) as string[];
  if (!needs(t, "a Python 3.11 to compare with", paths.length > 0)) return;
  const found = await compareBytecode({ python, pyodide: folder, work: temporaryFolder(t), paths, workers: 2 });
  assert.ok(paths.length > 250, `${paths.length} modules`);
  assert.deepEqual(found.unstable, []);
  assert.equal(found.accepted, found.ours.compiled);
  assert.ok(found.isGood);
  // Patch levels of a minor mend the compiler now and then: 4 of 3,100 modules differ between 3.11.3 and 3.11.7.
  assert.ok((found.modules["identical"] ?? 0) >= paths.length * 0.99, found.other.join("\n"));
});

function shuffle(names: readonly string[]): readonly string[] {
  const random = new Random(7);
  return names
    .map((name) => [random.below(2 ** 30), name] as const)
    .sort(([a], [b]) => a - b)
    .map(([, name]) => name);
}
