import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { finishRecord, unhashedPaths } from "../../src/install/finish-record.ts";
import { planListing } from "../../src/install/listing.ts";
import type { InstallPlan } from "../../src/install/plan.ts";
import { planInstall } from "../../src/install/plan-install.ts";
import { venv } from "../layers/fixtures.ts";
import { buildWheel, type RecordRow, recordRow, type WheelSpec } from "../support/wheel.ts";
import { contentsOf, planOf, SITE, writtenBytes } from "./fixtures.ts";

const INFO = "demo-1.0.dist-info";

function paths(plan: InstallPlan): string[] {
  return plan.files.map((file) => file.path);
}

function fileAt(plan: InstallPlan, path: string) {
  const file = plan.files.find((candidate) => candidate.path === path);
  assert.ok(file !== undefined, `no ${path} among ${paths(plan).join(", ")}`);
  return file;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

test("every .data key has its place and the metadata is completed", async () => {
  const plan = await planOf({
    name: "Demo",
    files: { "demo/__init__.py": "", "demo/lib.so": { content: "x", mode: 0o700 } },
    data: { "purelib/pure.py": "", "platlib/plat.py": "", "headers/demo.h": "", "data/share/demo.txt": "" },
    scripts: { run: "#!/bin/sh\n" },
  });
  assert.deepEqual(paths(plan), [
    "app/.venv/bin/run",
    "app/.venv/include/site/python3/Demo/demo.h",
    `${SITE}/${INFO}/INSTALLER`,
    `${SITE}/${INFO}/METADATA`,
    `${SITE}/${INFO}/REQUESTED`,
    `${SITE}/${INFO}/WHEEL`,
    `${SITE}/demo/__init__.py`,
    `${SITE}/demo/lib.so`,
    `${SITE}/plat.py`,
    `${SITE}/pure.py`,
    "app/.venv/share/demo.txt",
  ]);
  assert.deepEqual([plan.distribution, plan.version, plan.distInfo], ["Demo", "1.0", INFO]);
  assert.equal(plan.recordPath, `${SITE}/${INFO}/RECORD`);
  assert.deepEqual(plan.warnings, []);
});

test("root-is-purelib or not, the files go to the one site-packages", async () => {
  for (const purelib of [true, false]) {
    assert.ok(paths(await planOf({ purelib, files: { "demo.py": "" } })).includes(`${SITE}/demo.py`));
  }
});

test("modes are 0644, or 0755 where anybody may run the file or it is a script", async () => {
  const modes = { a: 0o600, b: 0o664, c: 0o777, d: 0o100, e: 0o4755, f: 0o645, g: 0o666 };
  const files = Object.fromEntries(Object.entries(modes).map(([name, mode]) => [name, { content: "", mode }]));
  const plan = await planOf({ files, scripts: { tool: { content: "\u007fELF", mode: 0o644 } } });
  const found = Object.keys(modes).map((name) => fileAt(plan, `${SITE}/${name}`).mode);
  assert.deepEqual(found, [0o644, 0o644, 0o755, 0o755, 0o755, 0o755, 0o644]);
  assert.equal(fileAt(plan, "app/.venv/bin/tool").mode, 0o755);
});

test("paths through a link of the environment are written where it points", async () => {
  const plan = await planOf({
    data: {
      "data/lib/python3.11/site-packages/a.py": "",
      "data/lib64/b.so": "",
      "data/lib64/python3.9/c": "",
      "data/site/d.py": "",
      "data/include/site/python3.12/e.h": "",
    },
  });
  assert.deepEqual(
    paths(plan).filter((path) => !path.includes(INFO)),
    [
      "app/.venv/include/site/python3/e.h",
      "app/.venv/lib/b.so",
      "app/.venv/lib/python3/c",
      `${SITE}/a.py`,
      `${SITE}/d.py`,
    ],
  );
});

test("entry points become the launchers that pip writes", async () => {
  const plan = await planOf({
    entryPoints: { console_scripts: { demo: "demo.cli:main" }, gui_scripts: { win: "demo.gui:App.run [qt]" } },
  });
  const demo = fileAt(plan, "app/.venv/bin/demo");
  assert.equal(demo.mode, 0o755);
  assert.equal(
    demo.content.from === "text" && demo.content.text,
    `#!/app/.venv/bin/python
import sys
from demo.cli import main
if __name__ == '__main__':
    sys.argv[0] = sys.argv[0].removesuffix('.exe')
    sys.exit(main())
`,
  );
  const win = fileAt(plan, "app/.venv/bin/win").content;
  assert.match(win.from === "text" ? win.text : "", /from demo\.gui import App\n(?:.*\n)*.*sys\.exit\(App\.run\(\)\)/);
});

test("pip's own scripts lose the version of the Python that built it", async () => {
  const names = {
    pip: "p:m",
    "pip3.12": "p:m",
    pip2: "p:m",
    easy_install: "e:m",
    "easy_install-3.9": "e:m",
    pipx: "x:m",
  };
  const plan = await planOf({ name: "pip", version: "26", entryPoints: { console_scripts: names } });
  assert.deepEqual(
    paths(plan)
      .filter((path) => path.startsWith("app/.venv/bin/"))
      .map((path) => path.slice("app/.venv/bin/".length)),
    ["easy_install", "pip", "pip3", "pipx"],
  );
});

test("scripts with a Python placeholder get the interpreter, others stay", async () => {
  const scripts = {
    a: "#!python\nprint(1)\n",
    b: "#!pythonw -E\r\nprint(2)\n",
    c: "#!/usr/bin/env python\nprint(3)\n",
    d: new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0xff]),
    e: "#!python",
    f: "",
  };
  const wheel = buildWheel({ name: "demo", version: "1.0", scripts });
  const plan = planInstall(await contentsOf(wheel.filename, wheel.bytes), venv);
  const text = (name: string) =>
    Buffer.from(writtenBytes(wheel.bytes, fileAt(plan, `app/.venv/bin/${name}`))).toString("latin1");
  assert.equal(text("a"), "#!/app/.venv/bin/python\nprint(1)\n");
  assert.equal(text("b"), "#!/app/.venv/bin/python\nprint(2)\n");
  assert.equal(text("c"), scripts.c);
  assert.equal(text("d"), "\u007fELF\u00ff");
  assert.equal(text("e"), "#!/app/.venv/bin/python\n");
  assert.equal(text("f"), "");
  assert.deepEqual(
    unhashedPaths(plan),
    ["a", "b", "e"].map((name) => `app/.venv/bin/${name}`),
  );
});

test("a script with an endless first line is refused", async () => {
  await assert.rejects(planOf({ scripts: { a: `#!python${"x".repeat(9000)}\n` } }), { code: "WHEEL_INVALID" });
});

test("scripts that stand for an entry point are left out", async () => {
  const plan = await planOf({
    entryPoints: { console_scripts: { demo: "demo:main" } },
    scripts: { demo: "old", "demo-script.py": "old", "demo.exe": "old", "demo.PYA": "old", demon: "kept" },
  });
  assert.deepEqual(
    paths(plan).filter((path) => path.startsWith("app/.venv/bin/")),
    ["app/.venv/bin/demo", "app/.venv/bin/demon"],
  );
});

test("RECORD has a row for every file as it was written, sorted, its own bare", async () => {
  const spec: WheelSpec = {
    name: "demo",
    version: "1.0",
    files: { "demo/__init__.py": "x = 1\n", 'demo/a,"b".txt': "q" },
    scripts: { run: "#!python\nprint()\n" },
    data: { "data/share/x": "y" },
    entryPoints: { console_scripts: { demo: "demo:main" } },
  };
  const wheel = buildWheel(spec);
  const contents = await contentsOf(wheel.filename, wheel.bytes, { directUrl: '{"url": "file:///x"}' });
  const plan = planInstall(contents, venv);
  const written = new Map(
    plan.files.map((file) => {
      const bytes = writtenBytes(wheel.bytes, file);
      return [file.path, { sha256: sha256(bytes), size: bytes.length }];
    }),
  );
  const rows = (text: string) => text.split("\n").slice(0, -1);
  const pending = new Map(unhashedPaths(plan).map((path) => [path, written.get(path) ?? { sha256: "", size: 0 }]));
  assert.deepEqual([...pending.keys()], ["app/.venv/bin/run"]);
  const text = finishRecord(plan, pending);
  assert.equal(text, finishRecord(plan, written), "the plan promises what is written");
  assert.equal(rows(text).length, plan.files.length + 1);
  const names = rows(text).map((row) => row.replaceAll('"', ""));
  assert.deepEqual(names, [...names].sort());
  assert.ok(rows(text).includes(`${INFO}/RECORD,,`));
  assert.ok(rows(text).includes(`${INFO}/INSTALLER,${recordRow("", "ociasm\n").hash},7`));
  assert.ok(rows(text).some((row) => row.startsWith(`${INFO}/direct_url.json,sha256=`)));
  assert.ok(rows(text).some((row) => row.startsWith("../../../bin/run,sha256=") && row.endsWith(",32")));
  assert.ok(rows(text).some((row) => row.startsWith("../../../share/x,sha256=")));
  assert.ok(rows(text).some((row) => row.startsWith('"demo/a,""b"".txt",')));
  assert.throws(() => finishRecord(plan, new Map()), { code: "BUG" });
});

test("the listing tells paths, sizes and hashes before any byte is read", async () => {
  const wheel = buildWheel({ name: "demo", version: "1.0", files: { "demo.py": "x" }, scripts: { s: "#!python\n" } });
  const plan = planInstall(await contentsOf(wheel.filename, wheel.bytes), venv);
  const listing = planListing(plan);
  assert.deepEqual(
    listing.map((entry) => entry.path),
    [...paths(plan), plan.recordPath].sort(),
  );
  assert.deepEqual(
    listing.find((entry) => entry.path === `${SITE}/demo.py`),
    {
      path: `${SITE}/demo.py`,
      type: "file",
      size: 1,
      sha256: sha256(Buffer.from("x")),
    },
  );
  const script = listing.find((entry) => entry.path === "app/.venv/bin/s");
  assert.deepEqual([script?.size, script?.sha256], [24, undefined]);
  const record = listing.find((entry) => entry.path === plan.recordPath);
  assert.deepEqual([record?.size, record?.sha256], [undefined, undefined]);
});

test("what another installation or a signature left in the metadata is dropped", async () => {
  const plan = await planOf({
    distInfo: { INSTALLER: "pip\n", REQUESTED: "", "direct_url.json": "{}", "RECORD.jws": "", "licenses/L": "" },
    record: (rows) => rows.filter((row) => !row.path.endsWith("RECORD.jws")),
  });
  assert.deepEqual(
    paths(plan).map((path) => path.slice(`${SITE}/${INFO}/`.length)),
    ["INSTALLER", "METADATA", "REQUESTED", "WHEEL", "licenses/L"],
  );
  const installer = fileAt(plan, `${SITE}/${INFO}/INSTALLER`).content;
  assert.equal(installer.from === "text" && installer.text, "ociasm\n");
});

test("excluded files are neither planned nor recorded", async () => {
  const plan = await planOf(
    { files: { "cv2/a.py": "", "cv2/sub/b.py": "", "cv3.py": "" } },
    { exclude: [`${SITE}/cv2/**`] },
  );
  assert.ok(paths(plan).includes(`${SITE}/cv3.py`));
  assert.equal(
    paths(plan).some((path) => path.includes("cv2/")),
    false,
  );
  assert.equal(finishRecord(plan, new Map()).includes("cv2/"), false);
});

test("files that Python runs at every start are told", async () => {
  const files = {
    "a.pth": "import x",
    "sitecustomize.py": "",
    "usercustomize/__init__.py": "",
    "sub/b.pth": "",
    "c.py": "",
  };
  assert.equal((await planOf({ files })).warnings.length, 3);
});

test("a newer minor of the wheel format warns, a newer major is refused", async () => {
  const wheelFile = (version: string) => ({ WHEEL: `Wheel-Version: ${version}\nRoot-Is-Purelib: true\n` });
  assert.match((await planOf({ distInfo: wheelFile("1.9") })).warnings[0] ?? "", /1\.9/);
  await assert.rejects(planOf({ distInfo: wheelFile("2.0") }), { code: "WHEEL_INVALID" });
  await assert.rejects(planOf({ distInfo: { WHEEL: "x" } }), { code: "WHEEL_INVALID" });
});

test("bytecode and directories may be missing from RECORD or from the wheel", async () => {
  const row = (path: string): RecordRow => ({ path, hash: "", size: "" });
  const plan = await planOf({
    files: { "demo/a.py": "", "demo/__pycache__/a.cpython-311.pyc": "x" },
    record: (rows) => [
      ...rows.filter(({ path }) => !path.endsWith(".pyc")),
      row("demo/__pycache__/b.cpython-311.pyc"),
      row("demo/"),
      row("demo"),
    ],
  });
  assert.equal(plan.warnings.length, 1);
  assert.deepEqual(unhashedPaths(plan), [`${SITE}/demo/__pycache__/a.cpython-311.pyc`]);
});

test("a stronger hash than sha256 is taken, and its file hashed anew", async () => {
  const hash = `sha512=${createHash("sha512").update("x").digest("base64url")}`;
  const plan = await planOf({
    files: { "a.py": "x" },
    record: (rows) => rows.map((row) => (row.path === "a.py" ? { ...row, hash } : row)),
  });
  assert.deepEqual(unhashedPaths(plan), [`${SITE}/a.py`]);
  assert.equal(plan.warnings.length, 1);
});

const change = (path: string, changed: Partial<RecordRow>) => (rows: readonly RecordRow[]) =>
  rows.map((row) => (row.path === path ? { ...row, ...changed } : row));

const HOSTILE: Readonly<Record<string, Partial<WheelSpec>>> = {
  "no RECORD": { record: "none" },
  "an empty RECORD": { record: { text: "" } },
  "RECORD without a file": { files: { "a.py": "" }, record: (rows) => rows.filter((row) => row.path !== "a.py") },
  "RECORD with a file too many": { record: (rows) => [...rows, { path: "ghost.py", hash: "", size: "" }] },
  "RECORD that points outside": { record: (rows) => [...rows, { path: "../../etc/passwd", hash: "", size: "" }] },
  "RECORD with a wrong size": { files: { "a.py": "x" }, record: change("a.py", { size: "2" }) },
  "RECORD with md5": { files: { "a.py": "x" }, record: change("a.py", { hash: "md5=nd3MIoD9x_pICrpkNU19rA" }) },
  "RECORD with a broken hash": { files: { "a.py": "x" }, record: change("a.py", { hash: "sha256=short" }) },
  "RECORD with two hashes for a file": {
    files: { "a.py": "x" },
    record: (rows) => [...rows, recordRow("a.py", "y")],
  },
  "an unknown .data key": { data: { "lib/x": "" } },
  "a file in .data itself": { data: { x: "" } },
  "a script in a subdirectory": { data: { "scripts/sub/x": "" } },
  "a script that hides python": { scripts: { python: "" } },
  "a script that hides Python3.EXE": { scripts: { "Python3.exe": "" } },
  "a data file that hides python3.11": { data: { "data/bin/python3.11": "" } },
  "a data file below a name of the interpreter": { data: { "data/bin/pypy3": "" } },
  "an entry point that hides python": { entryPoints: { console_scripts: { python3: "a:b" } } },
  "an entry point that leaves bin": { entryPoints: { console_scripts: { "../../x": "a:b" } } },
  "an entry point named ..": { entryPoints: { gui_scripts: { "..": "a:b" } } },
  "an absolute entry point": { entryPoints: { console_scripts: { "/etc/x": "a:b" } } },
  "another pyvenv.cfg": { data: { "data/pyvenv.cfg": "" } },
  "a file at a link of the environment": { data: { "data/lib64": "" } },
  "a file at the link of the Python minor": { data: { "data/lib/python3.11": "" } },
  "two different files at one path": { files: { "a.py": "1" }, data: { "purelib/a.py": "2" } },
  "a file where another needs a directory": { files: { "a/b.py": "" }, data: { "purelib/a": "" } },
  "a RECORD from .data": { data: { [`purelib/${INFO}/RECORD`]: "x" } },
  "a second metadata directory": { files: { "other-1.0.dist-info/METADATA": "" } },
  "METADATA of another package": { distInfo: { METADATA: "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n" } },
  "METADATA of another version": { distInfo: { METADATA: "Metadata-Version: 2.1\nName: demo\nVersion: 1.1\n" } },
};

for (const [what, spec] of Object.entries(HOSTILE)) {
  test(`${what} is refused, with the wheel's name`, async () => {
    await assert.rejects(planOf(spec), { code: "WHEEL_INVALID", message: /^demo-1\.0-py3-none-any\.whl: / });
  });
}

test("names that only look like the interpreter's are fine", async () => {
  const names = ["python-argcomplete-tcsh", "pythonista", "python3-config", "pypyr"];
  const plan = await planOf({ scripts: Object.fromEntries(names.map((name) => [name, "x"])) });
  for (const name of names) fileAt(plan, `app/.venv/bin/${name}`);
});

test("an entry point's target can't carry code", async () => {
  const wheel = buildWheel({ name: "demo", version: "1.0" });
  for (const target of ["a;b:c", "a:b()", "1a:b", "a:b c", "a\u2028b:c"]) {
    const entryPoints = `[console_scripts]\ndemo = ${target}\n`;
    const run = async () => planInstall(await contentsOf(wheel.filename, wheel.bytes, { entryPoints }), venv);
    const bad = await run().then(
      (plan) => plan.files.some((file) => file.path === "app/.venv/bin/demo"),
      () => false,
    );
    assert.equal(bad, false, target);
  }
});

test("the directory of a wheel in another order gives the same plan", async () => {
  const spec: WheelSpec = {
    name: "demo",
    version: "1.0",
    files: { a: "1", b: "2", "c/d": "3" },
    scripts: { x: "#!python\n" },
  };
  const one = await planOf(spec);
  const two = await planOf({ ...spec, parts: (parts) => [...parts].reverse() });
  assert.deepEqual(paths(one), paths(two));
  assert.deepEqual(one.recordRows, two.recordRows);
});
