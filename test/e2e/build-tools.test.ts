import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { ociasm } from "../support/cli.ts";
import { pythonRuntime, RUNTIME_ENVIRONMENT } from "../support/python-runtime.ts";
import { buildTar } from "../support/tar.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** A backend in one file, which packs itself too. */
const BACKEND = `import base64, hashlib, os, zipfile
def build_wheel(folder, config=None, metadata=None):
    name = open("NAME").read()
    info = f"{name}-1.dist-info"
    files = {file: open(file).read() for file in sorted(os.listdir(".")) if file.endswith(".py")}
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1\\n"
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    rows = [f"{info}/RECORD,,\\n"]
    for file, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{file},sha256={digest},{len(text.encode())}\\n")
    with zipfile.ZipFile(os.path.join(folder, f"{name}-1-py3-none-any.whl"), "w") as wheel:
        for file, text in {**files, f"{info}/RECORD": "".join(rows)}.items():
            wheel.writestr(file, text)
    return f"{name}-1-py3-none-any.whl"
`;

interface Source {
  readonly name: string;
  readonly requires: readonly string[];
  readonly backend: string;
}

function filesOf({ name, requires, backend }: Source): Readonly<Record<string, string>> {
  const path = backend === name ? 'backend-path = ["."]\n' : "";
  return {
    "pyproject.toml": `[build-system]\nrequires = ${JSON.stringify(requires)}\nbuild-backend = "${backend}"\n${path}`,
    NAME: name,
    [`${name}.py`]: BACKEND,
  };
}

/** Plans an image of the folder "app", whose tools lie as sources in a folder. */
async function plan(t: TestContext, app: Source, tools: readonly Source[]) {
  const folder = temporaryFolder(t);
  for (const [path, text] of Object.entries(filesOf(app))) {
    mkdirSync(dirname(join(folder, "app", path)), { recursive: true });
    writeFileSync(join(folder, "app", path), text);
  }
  mkdirSync(join(folder, "links"));
  for (const tool of tools) {
    const parts = Object.entries(filesOf(tool)).map(([path, content]) => ({ path: `${tool.name}-1/${path}`, content }));
    writeFileSync(join(folder, "links", `${tool.name}-1.tar.gz`), gzipSync(buildTar(parts)));
  }
  writeFileSync(join(folder, "requirements.txt"), `${app.name} @ ./app\n`);
  const words = ["--base", "scratch", "--python", "3.11", "--libc", "glibc:2.36", "--no-index"];
  const places = ["--find-links", join(folder, "links"), "--cache-dir", join(folder, "cache")];
  const env = { OCIASM_PYODIDE: RUNTIME_ENVIRONMENT["OCIASM_PYODIDE"] ?? "", OCIASM_BYTECODE: "none" };
  return ociasm(["plan", folder, ...words, ...places], { env });
}

test("a tool of a build that comes as sources alone is built first", async (t) => {
  if ((await pythonRuntime(t)) === undefined) return;
  const tool = { name: "inner", requires: [], backend: "inner" };
  const planned = await plan(t, { name: "outer", requires: ["inner>=1"], backend: "inner" }, [tool]);
  assert.equal(planned.code, 0, planned.stderr);
  assert.match(planned.stdout, /outer==1/);
  assert.doesNotMatch(planned.stdout, /inner/);
  assert.match(planned.stderr, /building outer[\s\S]*building inner/);
});

test("tools that need each other to be built are refused by name", async (t) => {
  if ((await pythonRuntime(t)) === undefined) return;
  const one = { name: "one", requires: ["two"], backend: "two" };
  const two = { name: "two", requires: ["one"], backend: "one" };
  const refused = await plan(t, one, [one, two]);
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /one needs two needs one to be built/);
});
