import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { type ProjectFiles, type ProjectRequest, readProjectFiles } from "../../src/build/project-files.ts";

type Tree = Readonly<Record<string, string>>;

function project(t: TestContext, tree: Tree): string {
  const root = mkdtempSync(join(tmpdir(), "ociasm-project-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  // A .git of its own: rules above the temporary folder must not matter.
  for (const [path, text] of Object.entries({ ".git/HEAD": "", ...tree })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function read(context: string, more: Partial<ProjectRequest> = {}): Promise<ProjectFiles> {
  return readProjectFiles({
    context,
    destination: "app",
    include: [],
    exclude: [],
    keep: [],
    extra: [],
    outputs: [],
    ...more,
  });
}

const paths = (files: ProjectFiles): readonly string[] => files.sources.map((source) => source.path);

test("files come sorted, hashed, with modes that depend on the x bit alone", async (t) => {
  const root = project(t, { "b.py": "b", "a/run.sh": "#!/bin/sh", "Z.txt": "" });
  chmodSync(join(root, "a/run.sh"), 0o700);
  chmodSync(join(root, "b.py"), 0o600);
  const files = await read(root);
  assert.deepEqual(paths(files), ["app/Z.txt", "app/a/run.sh", "app/b.py"]);
  assert.deepEqual(files.sources[1], {
    type: "file",
    path: "app/a/run.sh",
    mode: 0o755,
    sha256: createHash("sha256").update("#!/bin/sh").digest("hex"),
    size: 9,
  });
  assert.equal((files.sources[2] as { mode: number }).mode, 0o644);
  assert.equal(files.local.get(createHash("sha256").update("b").digest("hex")), join(root, "b.py"));
});

test("version control, caches and virtual environments stay out and are counted", async (t) => {
  const root = project(t, {
    "main.py": "",
    "__pycache__/main.cpython-312.pyc": "",
    "old.pyc": "",
    ".mypy_cache/x": "",
    "env-of-mine/pyvenv.cfg": "",
    "env-of-mine/bin/python": "",
    "node_modules/left/index.js": "",
  });
  const files = await read(root);
  assert.deepEqual(paths(files), ["app/main.py", "app/node_modules/left/index.js"]);
  assert.equal(files.leftOut, 5);
});

test("nested .gitignore files hold, those above the context too", async (t) => {
  const root = project(t, {
    ".gitignore": "*.log\n/backend/data/\n",
    "backend/.gitignore": "!keep.log\n",
    "backend/app.py": "",
    "backend/x.log": "",
    "backend/keep.log": "",
    "backend/data/big.bin": "",
    "backend/sub/.gitignore": "*.txt",
    "backend/sub/a.txt": "",
  });
  const files = await read(join(root, "backend"));
  assert.equal(files.ignoredBy, ".gitignore");
  assert.deepEqual(paths(files), ["app/.gitignore", "app/app.py", "app/keep.log", "app/sub/.gitignore"]);
});

test(".dockerignore replaces .gitignore, and its exceptions reach into ignored folders", async (t) => {
  const root = project(t, {
    ".gitignore": "main.py",
    ".dockerignore": "*\n!main.py\n!src\nsrc/**/*.md\n",
    "main.py": "",
    "other.py": "",
    "src/a.py": "",
    "src/a.md": "",
  });
  const files = await read(root);
  assert.equal(files.ignoredBy, ".dockerignore");
  assert.deepEqual(paths(files), ["app/main.py", "app/src/a.py"]);
});

test(".ociasmignore and exclude go out too, keep comes back, include narrows", async (t) => {
  const root = project(t, {
    ".gitignore": "dist/",
    ".ociasmignore": "docs/",
    "docs/a.md": "",
    "tests/t.py": "",
    "dist/app.js": "",
    "dist/app.map": "",
    ".env": "A=1",
    "app.py": "",
  });
  const names = async (more: Partial<ProjectRequest>) => paths(await read(root, more));
  assert.deepEqual(await names({ exclude: ["tests"] }), ["app/.gitignore", "app/.ociasmignore", "app/app.py"]);
  assert.deepEqual(await names({ include: ["*.py"] }), ["app/app.py", "app/tests/t.py"]);
  assert.deepEqual(await names({ include: ["/app.py"], keep: ["/dist/app.js", ".env"] }), [
    "app/.env",
    "app/app.py",
    "app/dist/app.js",
  ]);
});

test("what looks like a secret is named and left out", async (t) => {
  const key = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n";
  const root = project(t, {
    ".env": "",
    ".env.production": "",
    ".env.example": "",
    ".netrc": "",
    ".aws/credentials": "",
    id_rsa: "",
    "id_map.py": "",
    "server.pem": `-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n${key}`,
    "ca.pem": "-----BEGIN CERTIFICATE-----\n",
    deploy_key: key,
    "notes.md": `like this: ${key}`,
    "pip.conf": "[global]\nindex-url = https://user:pass@index.example/simple\n",
    "sa.json": '{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----"}',
  });
  const files = await read(root);
  assert.deepEqual(paths(files), ["app/.env.example", "app/ca.pem", "app/id_map.py", "app/notes.md"]);
  assert.deepEqual(files.secrets, [
    ".aws/credentials",
    ".env",
    ".env.production",
    ".netrc",
    "deploy_key",
    "id_rsa",
    "pip.conf",
    "sa.json",
    "server.pem",
  ]);
});

test("links inside the project stay links; one that leaves it is refused", async (t) => {
  const root = project(t, { "a/real.txt": "x" });
  symlinkSync("../a/real.txt", join(root, "a/link.txt"));
  symlinkSync("a", join(root, "dir"));
  assert.deepEqual((await read(root)).sources.slice(0, 2), [
    { type: "symlink", path: "app/a/link.txt", target: "../a/real.txt" },
    {
      type: "file",
      path: "app/a/real.txt",
      mode: 0o644,
      sha256: createHash("sha256").update("x").digest("hex"),
      size: 1,
    },
  ]);
  symlinkSync("../../etc/passwd", join(root, "a/out"));
  symlinkSync("/etc/passwd", join(root, "absolute"));
  await assert.rejects(read(root), (error: Error & { code: string; problems: readonly Error[] }) => {
    assert.equal(error.code, "PROJECT_INVALID");
    assert.match(error.message, /a\/out leaves the project/);
    assert.equal(error.problems.length, 1);
    return true;
  });
});

test("fifos and sockets are refused by name", async (t) => {
  const root = project(t, { "a.py": "" });
  if (spawnSync("mkfifo", [join(root, "pipe")]).status !== 0) return t.skip("mkfifo is not installed");
  const server = createServer().listen(join(root, "socket"));
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => server.close());
  await assert.rejects(read(root), (error: Error & { problems: readonly Error[] }) => {
    assert.deepEqual(
      [error, ...error.problems].map((problem) => problem.message),
      ["pipe is a fifo", "socket is a socket"],
    );
    return true;
  });
});

test("outputs of the build inside the context are no part of it", async (t) => {
  const root = project(t, { "a.py": "", "out/index.json": "{}", "image.tar": "" });
  const files = await read(root, { outputs: [join(root, "out"), "image.tar"] });
  assert.deepEqual(paths(files), ["app/a.py"]);
});

test("empty folders are kept, names that layers can't carry are not", async (t) => {
  const root = project(t, { "a.py": "" });
  mkdirSync(join(root, "data"));
  assert.deepEqual((await read(root)).sources[1], { type: "directory", path: "app/data", mode: 0o755 });
  writeFileSync(join(root, ".wh.a.py"), "");
  await assert.rejects(read(root), { code: "PROJECT_INVALID", message: /\.wh\.a\.py.*deleted/ });
});

test("extra files land where they are told, with the mode that they are given", async (t) => {
  const root = project(t, { "etc/app.conf": "c", "web/.gitignore": "*.js", "web/x.js": "js", "a.py": "" });
  const files = await read(root, {
    include: ["a.py"],
    uid: 1000,
    extra: [
      { from: "etc/app.conf", to: "/etc/app/", mode: 0o640 },
      { from: "web", to: "static", gid: 7 },
    ],
  });
  assert.deepEqual(
    files.sources.map((source) => [
      source.path,
      source.type === "file" ? source.mode : 0,
      source.type === "file" ? [source.uid, source.gid] : [],
    ]),
    [
      ["app/a.py", 0o644, [1000, undefined]],
      ["app/static/.gitignore", 0o644, [1000, 7]],
      ["app/static/x.js", 0o644, [1000, 7]],
      ["etc/app/app.conf", 0o640, [1000, undefined]],
    ],
  );
  await assert.rejects(read(root, { extra: [{ from: "nope", to: "x" }] }), { code: "INPUT_NOT_FOUND" });
});

test("the remembered hash of a large file is not computed again, and a small file is not looked up", async (t) => {
  const root = project(t, { "a.bin": "x".repeat(4 * 1024 * 1024), "b.py": "text" });
  const cache = { get: async () => "0".repeat(64), set: async () => {} };
  const [large, small] = (await read(root, { cache })).sources;
  assert.equal(large?.type === "file" && large.sha256, "0".repeat(64));
  assert.notEqual(small?.type === "file" && small.sha256, "0".repeat(64));
});

test("a context that is no folder is named", async (t) => {
  const root = project(t, { "a.py": "" });
  await assert.rejects(read(join(root, "a.py")), { code: "INPUT_NOT_FOUND", message: /not a folder/ });
  await assert.rejects(read(join(root, "none")), { code: "INPUT_NOT_FOUND" });
});
