import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { normalizeName } from "../../src/python/name.ts";
import { ociasm, ROOT } from "../support/cli.ts";
import { getJson, podmanRun, podmanServe } from "../support/containers.ts";
import { succeeds } from "../support/private-engines.ts";
import { tinyBertAnswer, writeTinyBert } from "../support/tiny-bert.ts";
import { findTool, needsTools } from "../support/tools.ts";

// examples/bert/onnx with a model that is made here, and what others find in its image.

// podman makes a name of the path, and names are lower case.
const folder = join(realpathSync(tmpdir()), `ociasm-bert-${process.pid}`);
const out = join(folder, "out");
const image = `oci:${out}:1`;
interface Layer {
  readonly kind: string;
  readonly size: number;
  readonly packages: readonly string[];
}

let layers: readonly Layer[] = [];
/** "libc6=2.36-9". */
let debs: readonly string[] = [];
/** "numpy==2.4.6". */
let wheels: readonly string[] = [];

before(async () => {
  const app = join(folder, "app");
  mkdirSync(folder);
  cpSync(join(ROOT, "examples", "bert", "onnx"), app, { recursive: true });
  writeTinyBert(join(app, "model"));
  appendFileSync(join(app, "ociasm.yaml"), "weights: [{ name: model, source: model, target: /app/model/ }]\n");
  const output = ["-t", "bert:1", "-o", `type=oci,dest=${out},tar=false`, "--json", "-q"];
  const env = { OCIASM_CACHE_DIR: process.env["OCIASM_TEST_CACHE"] ?? join(folder, "cache") };
  const built = await ociasm(["build", app, ...output], { env });
  assert.equal(built.code, 0, built.stderr);
  layers = JSON.parse(built.stdout).images[0].layers;
  debs = layers.filter(({ kind }) => kind === "base" || kind === "python").flatMap(({ packages }) => packages);
  wheels = lockedWheels(readFileSync(join(app, "requirements.txt"), "utf8"));
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** The lines of the lock that are for Python 3.11: one package is there twice. */
function lockedWheels(requirements: string): readonly string[] {
  const lines = [...requirements.matchAll(/^([a-z][\w-]*==[^\s;]+)(.*)$/gm)];
  return lines.filter(([, , marker]) => marker?.includes(">= '3.12'") === false).map(([, pin]) => pin ?? "");
}

test("base, Python and FastAPI take less than 24 MB of it, as docs/base.md explains them", () => {
  const others = layers.filter(
    ({ packages }) => !packages.some((one) => /^(?:numpy|onnxruntime|tokenizers)=/.test(one)),
  );
  const total = others.reduce((sum, { size }) => sum + size, 0);
  assert.ok(others.some(({ packages }) => packages.some((one) => one.startsWith("fastapi="))));
  assert.ok(total < 24e6, `${total} bytes without bytecode`);
});

test("the small variant answers as the same model computed here", async (t) => {
  if (!needsTools(t, "podman", "runc")) return;
  const server = await podmanServe(image, ["--read-only"]);
  try {
    assert.deepEqual(await getJson(server, "/health"), { status: "ok" });
    const answers = new Set<string>();
    for (const [text, pieces] of [
      ["Good movies!", ["good", "movie", "##s", "!"]],
      ["a BAD movie", ["a", "bad", "movie"]],
      ["nothing of this", ["[UNK]", "[UNK]", "[UNK]"]],
      ["", []],
    ] as const) {
      const answer = await classify(server.port, text);
      const wanted = tinyBertAnswer(pieces);
      assert.equal(answer.label, wanted.label, text);
      assert.ok(Math.abs(answer.score - wanted.score) < 1e-5, `${text}: ${answer.score}, not ${wanted.score}`);
      answers.add(answer.label);
    }
    assert.equal(answers.size, 2, "a model that always says the same shows nothing");
  } finally {
    await server.stop();
  }
});

async function classify(port: number, text: string): Promise<{ readonly label: string; readonly score: number }> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ text });
  const response = await fetch(`http://127.0.0.1:${port}/classify`, { method: "POST", headers, body });
  assert.equal(response.status, 200);
  return response.json() as Promise<{ label: string; score: number }>;
}

const LISTS = `
import glob, importlib.metadata, json
print(json.dumps({
    "status": "\\n".join(open(path).read() for path in glob.glob("/var/lib/dpkg/status.d/*") if not path.endswith(".md5sums")),
    "wheels": [f"{each.name}=={each.version}" for each in importlib.metadata.distributions()],
}))
`;

test("dpkg and importlib.metadata list exactly the packages and wheels of the plan", async (t) => {
  if (!needsTools(t, "podman", "runc", "dpkg-query")) return;
  const { code, stdout, stderr } = await podmanRun(image, ["-c", LISTS], ["--entrypoint", "python"]);
  assert.equal(code, 0, stderr);
  const lists: { readonly status: string; readonly wheels: readonly string[] } = JSON.parse(stdout);
  assert.deepEqual(sorted(lists.wheels), sorted(wheels));
  // dpkg itself reads one file, in which each package says that it is installed.
  const database = join(folder, "dpkg");
  mkdirSync(database);
  writeFileSync(join(database, "status"), lists.status.replaceAll(/^Package:/gm, "Status: install ok installed\n$&"));
  const format = "--showformat=$" + "{Package}=$" + "{Version}\\n";
  const listed = await succeeds("dpkg-query", "--admindir", database, "--show", format);
  assert.deepEqual(listed.trimEnd().split("\n").sort(), [...debs].sort());
});

/** Names as indexes compare them. */
function sorted(pins: readonly string[]): readonly string[] {
  return pins.map((pin) => pin.replace(/^[^=]+/, normalizeName)).sort();
}

// syft (500 MB of modules to compile) is asked wherever it is on PATH.
if (findTool("syft") !== undefined) {
  test("syft lists exactly the packages and wheels of the plan", async () => {
    const json = await succeeds("syft", "scan", `oci-dir:${out}`, "--output", "json", "--quiet");
    const { artifacts }: { artifacts: readonly { name: string; version: string; type: string }[] } = JSON.parse(json);
    const of = (type: string, sign: string): readonly string[] =>
      artifacts.filter((one) => one.type === type).map(({ name, version }) => `${name}${sign}${version}`);
    assert.deepEqual([...of("deb", "=")].sort(), [...debs].sort());
    assert.deepEqual(sorted(of("python", "==")), sorted(wheels));
    assert.equal(artifacts.length, debs.length + wheels.length);
  });
}
