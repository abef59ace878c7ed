import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isOciasmError } from "../../src/errors.ts";
import type { BuildLimits } from "../../src/interpreter/build-limits.ts";
import type { HookCall } from "../../src/interpreter/build-protocol.ts";
import { openSandbox, type Sandbox } from "../../src/interpreter/build-sandbox.ts";
import { pythonRuntime } from "../support/python-runtime.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs, otherNodes } from "../support/tools.ts";

const LIMITS: BuildLimits = { seconds: 120, memory: 2 ** 28, result: 2 ** 26 };

async function sandbox(t: TestContext, limits: Partial<BuildLimits> = {}): Promise<Sandbox | undefined> {
  const runtime = await pythonRuntime(t);
  if (runtime === undefined) return undefined;
  const options = { label: "evil 1.0", epoch: 1_577_836_800, limits: { ...LIMITS, ...limits }, signal: t.signal };
  const opened = await openSandbox(runtime, options);
  t.after(() => opened.close());
  return opened;
}

function backend(text: string) {
  return [{ path: "/src/evil.py", bytes: new TextEncoder().encode(text), mode: 0o644 as const }];
}

function call(hook: HookCall["hook"]): HookCall {
  return { hook, backend: "evil", path: ["."], source: "/src", env: {} };
}

/** What a function of a hostile backend says of each thing that it tries. */
async function tried(box: Sandbox, text: string): Promise<readonly string[]> {
  const program = `
import os, sys
found = []
def attempt(name, run):
    try:
        found.append(f"{name}: reached {run()!r}"[:300])
    except BaseException as error:
        found.append(f"{name}: {type(error).__name__}")
${text}
def get_requires_for_build_wheel(_=None):
    return found
`;
  await box.write(backend(program));
  const answer = await box.call(call("get_requires_for_build_wheel"));
  assert.equal(answer.kind, "requires", JSON.stringify(answer));
  return answer.kind === "requires" ? answer.requires : [];
}

test("a hostile backend sees no file, no socket, no process and no JavaScript of the host, and takes no more than it may", async (t) => {
  const box = await sandbox(t);
  if (box === undefined) return;
  const host = temporaryFolder(t);
  const found = await tried(
    box,
    `
attempt("root", lambda: sorted(set(os.listdir("/")) - {"dev", "env", "home", "lib", "proc", "src", "tmp"}))
attempt("passwd", lambda: open("/etc/passwd").read())
attempt("host folder", lambda: open(${JSON.stringify(join(host, "written"))}, "w").write("x"))
attempt("environment", lambda: sorted(set(os.environ) & {"OCIASM_SECRET", "NODE_OPTIONS", "npm_config_registry"}))
attempt("fork", lambda: os.fork())
attempt("system", lambda: os.system("id"))
attempt("run", lambda: __import__("subprocess").run(["id"]))
attempt("spawn", lambda: os.posix_spawn("/bin/sh", ["sh"], {}))
attempt("socket", lambda: __import__("socket").create_connection(("127.0.0.1", 80), 1))
attempt("url", lambda: __import__("urllib.request").request.urlopen("http://127.0.0.1:1/").read())
for name in ("js", "pyodide_js", "pyodide.code", "pyodide.ffi", "pyodide.http", "_pyodide_core", "_pyodide"):
    attempt(name, lambda: __import__(name))
attempt("memory", lambda: len(bytearray(10 * 2**30)))
def grow():
    kept = []
    while True:
        kept.append(bytearray(2**24))
attempt("growing", grow)
def fill():
    with open("/tmp/large", "wb") as file:
        for _ in range(10 * 2**10):
            file.write(b"x" * 2**20)
attempt("files", fill)
`,
  );
  assert.deepEqual(found, [
    "root: reached []",
    "passwd: FileNotFoundError",
    "host folder: FileNotFoundError",
    "environment: reached []",
    "fork: OSError",
    "system: FileNotFoundError",
    "run: FileNotFoundError",
    "spawn: AttributeError",
    "socket: OSError",
    "url: URLError",
    ...["js", "pyodide_js", "pyodide.code", "pyodide.ffi", "pyodide.http", "_pyodide_core", "_pyodide"].map(
      (name) => `${name}: ModuleNotFoundError`,
    ),
    "memory: OverflowError",
    "growing: MemoryError",
    "files: OSError",
  ]);
  assert.equal(existsSync(join(host, "written")), false);
});

test("whoever gets past the closed imports finds a realm with the language alone", async (t) => {
  const box = await sandbox(t);
  if (box === undefined) return;
  const found = await tried(
    box,
    `
import gc, types
sys.meta_path[:] = [each for each in sys.meta_path if getattr(each, "__name__", "") != "NoWayOut"]
proxies = [each for each in gc.get_objects() if type(each).__name__ == "JsProxy"]
owners = [each for each in gc.get_objects() if isinstance(each, dict)]
proxies += [value for each in owners for value in list(each.values()) if type(value).__name__ == "JsProxy"]
finders = [value for each in owners for value in list(each.values()) if type(value).__name__ == "JsFinder"]
modules = [dict(each.jsproxies) for each in finders if hasattr(each, "jsproxies")]
js = next((each["js"] for each in modules if "js" in each), None) or next(iter(proxies), None)
attempt("found a way", lambda: js is not None)
attempt("process", lambda: js.process)
attempt("require", lambda: js.require)
attempt("WebSocket", lambda: js.WebSocket)
attempt("eval", lambda: js.eval("1 + 1"))
attempt("Function", lambda: js.Function.new("return this")())
attempt("constructor", lambda: js.Object.constructor.constructor("return process")())
attempt("import", lambda: js.eval("import('node:fs')"))
attempt("run_js", lambda: next(each for each in gc.get_objects() if getattr(each, "__name__", "") == "run_js")("process"))
attempt("error", lambda: js.Object.assign(js.Error.new("x"), js.Object.fromEntries([["name", js.Symbol()]])).stack.constructor)
fs = next(each["pyodide_js"] for each in modules if "pyodide_js" in each).FS
def mount():
    fs.mkdirTree("/host")
    fs.mount(fs.filesystems.NODEFS, js.Object.fromEntries([["root", "/"]]), "/host")
    return os.listdir("/host")
attempt("mount", mount)
attempt("globals", lambda: [name for name in ("process", "require", "module", "Buffer", "Deno", "WebSocket", "XMLHttpRequest") if hasattr(js, name)])
`,
  );
  assert.equal(found[0], "found a way: reached True");
  for (const line of found.slice(1, -1)) assert.doesNotMatch(line, /: reached/);
  assert.equal(found.at(-1), "globals: reached []");
  const pointer = "import ctypes\nctypes.CDLL(None).emscripten_run_script(b'process')\n";
  await box.write([{ path: "/src/pointer.py", bytes: new TextEncoder().encode(pointer), mode: 0o644 }]);
  const answer = await box.call({ ...call("build_wheel"), backend: "pointer" });
  assert.match(JSON.stringify(answer), /EvalError: Code generation from strings disallowed/);
});

function linesOf({ stdout, stderr }: SpawnSyncReturns<string>): readonly string[] {
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout) as readonly string[];
}

test("no script in the realm gets hold of an object of Node's, on any node", (t) => {
  if (!needs(t, "OCIASM_TEST_NODES (other Node binaries)", otherNodes().length > 0)) return;
  const program = fileURLToPath(new URL("../support/hostile-run.js", import.meta.url));
  for (const node of [process.execPath, ...otherNodes()]) {
    const found = linesOf(spawnSync(node, [program, temporaryFolder(t)], { encoding: "utf8" }));
    assert.ok(found.length > 15, `${node}: ${found.join("\n")}`);
    assert.deepEqual(
      found.filter((line) => /OUTSIDE|^names: gives ./.test(line)),
      [],
      node,
    );
    for (const name of ["eval", "Function", "constructor"])
      assert.match(found.join("\n"), RegExp(`${name}: throws Eval`));
    assert.ok(found.includes("rejection: gives not looked at"), found.join("\n"));
  }
});

test("a program in the sandbox's process reads, writes and starts nothing, and can't change the language, on any node", (t) => {
  if (!needs(t, "OCIASM_TEST_NODES (other Node binaries)", otherNodes().length > 0)) return;
  const folder = temporaryFolder(t);
  const secret = join(folder, "secret");
  writeFileSync(secret, "secret");
  const program = fileURLToPath(new URL("../support/second-wall.js", import.meta.url));
  for (const node of [process.execPath, ...otherNodes()]) {
    const ran = spawnSync(node, [program, "start", secret, join(folder, "made")], { encoding: "utf8" });
    const found = linesOf(ran);
    assert.deepEqual(found.slice(0, -1), [
      ...["read", "list", "write", "link", "start", "fork", "thread"].map((name) => `${name}: ERR_ACCESS_DENIED`),
      "code: EvalError: Code generation from strings disallowed for this context",
      "environment: reached 0",
      "language: TypeError: Cannot add property mine, object is not extensible",
    ]);
    assert.match(found.at(-1) ?? "", /^network: (?:ERR_ACCESS_DENIED|ECONNREFUSED)$/);
  }
  assert.equal(existsSync(join(folder, "made")), false);
});

test("an endless loop is ended, and a build that was ended says so", async (t) => {
  const box = await sandbox(t, { seconds: 2 });
  if (box === undefined) return;
  await box.write(backend("def build_wheel(*_):\n    while True: pass\n"));
  await assert.rejects(
    box.call(call("build_wheel")),
    (error) =>
      isOciasmError(error) &&
      error.code === "BUILD_FAILED" &&
      error.message === "the build of evil 1.0 took longer than 2 s",
  );
});

test("a result that is no file of the output folder is refused, and what is printed is bounded", async (t) => {
  const box = await sandbox(t);
  if (box === undefined) return;
  await box.write(
    backend(
      "import sys\ndef build_wheel(*_):\n    for at in range(100000): print('x' * 100)\n    return '../src/evil.py'\n",
    ),
  );
  const answer = await box.call(call("build_wheel"));
  assert.equal(answer.kind, "failed");
  assert.ok(answer.kind === "failed" && answer.failure.log.length < 200_001);
});
