import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { imageSettings } from "../../src/build/config.ts";
import { configJsonSchema } from "../../src/build/config-schema.ts";
import { decodeConfig, readConfig } from "../../src/build/read-config.ts";
import { isOciasmError, type OciasmError } from "../../src/errors.ts";

async function problemsOf(file: string, text: string): Promise<readonly OciasmError[]> {
  try {
    await decodeConfig(file, text);
  } catch (error) {
    assert.ok(isOciasmError(error), String(error));
    return [error, ...error.problems];
  }
  return assert.fail("no problem was found");
}

const places = async (file: string, text: string): Promise<readonly string[]> =>
  (await problemsOf(file, text)).map(({ code, location, message }) => {
    assert.equal(code, "CONFIG_INVALID");
    return `${location?.line}:${location?.column}+${location?.length} ${message}`;
  });

const YAML = `# yaml-language-server: $schema=x
base: deb:bookworm
platforms: linux/amd64
python: 3.10
libc: glibc:2.36
entrypoint: gunicorn -b "0.0.0.0:80" app
cmd: [--workers, 2]
env: {PORT: 8000, DEBUG: false, PATH: "/x:$PATH"}
expose: [8000, 53/udp]
healthcheck: {test: http://:8000/health, interval: 30s, retries: 3}
compression: zstd,level=3
layers:
  budget: 20
  floor: 2MiB
  groups:
    - {name: ml, packages: [torch, "nvidia-*"]}
conflicts:
  winner: opencv-python-headless
  over: opencv-python
  paths: "cv2/**"
files:
  exclude: tests
  extra: [{from: conf, to: /etc/app, mode: 0640, uid: 0}]
  owner: 1000:0
config: {User: "0", Custom: {a: [1, null]}}
system:
`;

const TOML = `[project]
name = "x"
[tool.ociasm]
base = "deb:bookworm"
platforms = ["linux/amd64"]
python = 3.10
libc = "glibc:2.36"
entrypoint = ["gunicorn", "-b", "0.0.0.0:80", "app"]
cmd = ["--workers", 2]
env = {PORT = 8000, DEBUG = false, PATH = "/x:$PATH"}
expose = [8000, "53/udp"]
healthcheck = {test = "http://:8000/health", interval = "30s", retries = 3}
compression = {name = "zstd", level = 3}
conflicts = [{winner = "opencv-python-headless", over = "opencv-python", paths = ["cv2/**"]}]
config = {User = "0", Custom = {a = [1]}}
[tool.ociasm.layers]
budget = 20
floor = 2_097_152
groups = [{name = "ml", packages = ["torch", "nvidia-*"]}]
[tool.ociasm.files]
exclude = ["tests"]
extra = [{from = "conf", to = "/etc/app", mode = "0640", uid = 0}]
owner = "1000:0"
`;

test("YAML is decoded: short forms, numbers as they are written, empty keys as absent", async () => {
  assert.deepEqual(await decodeConfig("ociasm.yaml", YAML), {
    base: "deb:bookworm",
    platforms: ["linux/amd64"],
    python: "3.10",
    libc: { family: "glibc", version: "2.36" },
    entrypoint: ["gunicorn", "-b", "0.0.0.0:80", "app"],
    cmd: ["--workers", "2"],
    env: { PORT: "8000", DEBUG: "false", PATH: "/x:$PATH" },
    expose: ["8000", "53/udp"],
    healthcheck: { test: "http://:8000/health", interval: "30s", retries: 3 },
    compression: { name: "zstd", level: 3 },
    layers: { budget: 20, floor: 2 * 1024 * 1024, groups: [{ name: "ml", packages: ["torch", "nvidia-*"] }] },
    conflicts: [{ winner: "opencv-python-headless", over: ["opencv-python"], paths: ["cv2/**"] }],
    files: {
      exclude: ["tests"],
      extra: [{ from: "conf", to: "/etc/app", mode: 0o640, uid: 0 }],
      owner: { uid: 1000, gid: 0 },
    },
    config: { User: "0", Custom: { a: [1, null] } },
  });
});

test("[tool.ociasm] is the same schema", async () => {
  const yaml = await decodeConfig("ociasm.yaml", YAML.replace("a: [1, null]", "a: [1]"));
  const toml = await decodeConfig("sub/pyproject.toml", TOML.replaceAll("2_097_152", '"2MiB"'));
  assert.deepEqual(toml, yaml);
  assert.equal(await decodeConfig("pyproject.toml", "[project]\nname = 'x'"), undefined);
});

test("every problem is found in one pass, with its place", async () => {
  const yaml = `bases: x
platforms: [linux/amd64, windows]
python: two
layers: {budget: 0, reserve: 1}
stop_signal: TERM
env: [A=1]
conflicts: [{over: b}]
files: {extra: [{from: a, to: b, mode: 99}]}
compression: brotli
certificates: x
`;
  assert.deepEqual(await places("ociasm.yaml", yaml), [
    "1:1+5 there is no key bases",
    '2:26+7 platforms[1] must be such as linux/arm64, not "windows"',
    '3:9+3 python must be a version such as 3.12, not "two"',
    "4:18+1 layers.budget must be a whole number from 1 to 125, not 0",
    "4:21+7 layers.reserve is not available yet",
    "5:1+11 there is no key stop_signal",
    "6:6+5 env must be a mapping, not a list",
    "7:13+9 conflicts[0] lacks winner",
    "7:13+9 conflicts[0] lacks paths",
    "8:40+2 files.extra[0].mode must be octal, such as 0644",
    "9:14+6 compression must be gzip, zstd or none, with ,level=N",
    "10:1+12 certificates is not available yet",
  ]);
  const [first, , , , , signal] = await problemsOf("ociasm.yaml", yaml);
  assert.match(first?.hint ?? "", /^did you mean base\? the keys are accounts, all-extras, annotations, /);
  assert.match(signal?.hint ?? "", /did you mean stop-signal\?/);
  assert.deepEqual(await places("pyproject.toml", '[tool.ociasm]\nbase = ["x"]\n[tool.ociasm.layers]\nbugdet = 3\n'), [
    "2:8+5 base must be text, not a list",
    "4:1+6 there is no key layers.bugdet",
  ]);
});

test("texts that are no YAML or TOML have the place of the fault", async () => {
  assert.match((await places("ociasm.yaml", "a: [1\nb: }"))[0] ?? "", /^\d+:\d+/);
  assert.match((await places("ociasm.yaml", "base: a\nbase: b"))[0] ?? "", /^2:1.*unique/);
  assert.match((await places("pyproject.toml", "[tool.ociasm\nx=1"))[0] ?? "", /^1:/);
  assert.match((await places("ociasm.yaml", "- a\n- b"))[0] ?? "", /the configuration must be a mapping/);
});

test("hostile YAML is refused: bombs of aliases, tags of code, deep nests", async () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
    .split("")
    .map((name, index) => `${name}: &${name} [${`*${"abcdefgh"[index]},`.repeat(10)}]`)
    .join("\n")}`;
  assert.match((await places("ociasm.yaml", bomb))[0] ?? "", /nested too deep or too large/);
  assert.match(
    (await places("ociasm.yaml", `config: {a: ${"[".repeat(80)}${"]".repeat(80)}}`))[0] ?? "",
    /nested too deep/,
  );
  assert.ok((await problemsOf("ociasm.yaml", "base: !!js/function x")).length > 0);
  assert.match((await places("ociasm.yaml", "__proto__: {base: x}"))[0] ?? "", /no key __proto__/);
  const config = await decodeConfig("ociasm.yaml", "env: {__proto__: x}");
  assert.deepEqual(Object.keys(config?.env ?? {}), ["__proto__"]);
});

function folder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "ociasm-config-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}

test("a context has at most one configuration", async (t) => {
  const none = folder(t, { "pyproject.toml": "[project]\nname = 'x'\n" });
  assert.deepEqual(await readConfig(none), { config: {} });
  const table = folder(t, { "pyproject.toml": "[tool.ociasm]\nbase = 'scratch'\n" });
  assert.deepEqual(await readConfig(table), { config: { base: "scratch" }, file: "pyproject.toml" });
  const both = folder(t, { "pyproject.toml": "[tool.ociasm]\nbase = 'scratch'\n", "ociasm.yaml": "base: scratch" });
  await assert.rejects(readConfig(both), { code: "CONFIG_INVALID", message: /both ociasm\.yaml and pyproject\.toml/ });
  const file = join(both, "ociasm.yaml");
  assert.deepEqual(await readConfig(both, file), { config: { base: "scratch" }, file });
  await assert.rejects(readConfig(both, "none.yaml"), { code: "INPUT_NOT_FOUND" });
});

test("the published schema is the decoder's own (rewrite it with UPDATE_GOLDEN=1)", () => {
  const path = fileURLToPath(new URL("../../../schema/ociasm.schema.json", import.meta.url));
  const text = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, text);
  assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), JSON.parse(text));
});

test("what the image is told is what the file says, and no more", async () => {
  const config = await decodeConfig("ociasm.yaml", YAML);
  const settings = imageSettings(config ?? {});
  assert.deepEqual(settings.exposedPorts, ["8000", "53/udp"]);
  assert.deepEqual(Object.keys(settings).sort(), ["cmd", "config", "entrypoint", "env", "exposedPorts", "healthcheck"]);
});
