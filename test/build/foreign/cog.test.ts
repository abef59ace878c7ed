import assert from "node:assert/strict";
import { test } from "node:test";
import { readCogPlan, readCogRequest } from "../../../src/build/foreign/cog.ts";
import { notesOf } from "../../../src/build/foreign/foreign-config.ts";
import { stateOf } from "../../../src/build/foreign/state.ts";
import { isOciasmError } from "../../../src/errors.ts";
import { fuzz } from "../../support/fuzz.ts";
import { inputContext } from "../../support/input-context.ts";
import { Random } from "../../support/random.ts";

const none = () => undefined;

const FULL = `image: registry.example/team/model
build:
  gpu: true
  cuda: "12.1"
  python_version: 3.10
  python_packages:
    - "torch==2.1.0"
    - cog==0.1
    - "numpy --extra-index-url=https://index.example/simple"
  system_packages: [libgl1-mesa-glx, ffmpeg]
  run:
    - --mount=type=cache,target=/root/.cache pip install ipython cog==0.10
    - {command: apt-get install -y git, mounts: []}
  fast: true
predict: "predict.py:Predictor"
train: "train.py:train"
concurrency: {max: 4}
environment:
  - A=1=2
weights:
  - {name: base, target: /src/weights, source: {uri: file://./checkpoints}}
`;

test("cog.yaml becomes what cog makes of it: server, folder, environment, labels, packages", async () => {
  const plan = await readCogPlan("cog.yaml", FULL, none);
  assert.deepEqual(plan.refused, []);
  const { packages = [], labels = {}, ...state } = stateOf(plan);
  assert.deepEqual(state, {
    workdir: "/src",
    files: { destination: "/src", exclude: ["/.cog/*"], keep: ["/.cog/openapi_schema.json"] },
    user: "root",
    env: {
      PYTHONUNBUFFERED: "1",
      NVIDIA_DRIVER_CAPABILITIES: "all",
      A: "1=2",
      COG_PREDICT_TYPE_STUB: "predict.py:Predictor",
      COG_TRAIN_TYPE_STUB: "train.py:train",
      COG_MAX_CONCURRENCY: "4",
    },
    expose: ["5000"],
    entrypoint: [],
    cmd: ["python", "-m", "cog.server.http"],
    python: "3.10",
    system: ["libgl1", "ffmpeg", "git"],
    tags: ["registry.example/team/model"],
    weights: [{ name: "base", source: "./checkpoints", target: "/src/weights/" }],
  });
  assert.deepEqual(
    packages.map(({ text, at }) => `${at.line} ${text}`),
    ["7 torch==2.1.0", "9 numpy", "9 --extra-index-url=https://index.example/simple", "15 cog>=0.16.0", "12 ipython"],
  );
  assert.equal(JSON.parse(labels["run.cog.config"] ?? "").build.cuda, "12.1");
  const notes = notesOf(plan).join("\n");
  for (const note of [/libgl1-mesa-glx is called libgl1/, /CUDA 12\.1 comes with the wheels/, /cog==0\.1 is set aside/])
    assert.match(notes, note);
  assert.match(notes, /build\.fast means nothing here/);
  assert.match(notes, /there is no \.cog\/openapi_schema\.json/);
});

test("a schema that cog left behind becomes the label", async () => {
  const beside = (name: string) => (name === ".cog/openapi_schema.json" ? '{"openapi":"3.0.2"}\n' : undefined);
  const { labels } = stateOf(await readCogPlan("cog.yaml", "run: a.py:R\n", beside));
  assert.equal(labels?.["run.cog.openapi_schema"], '{"openapi":"3.0.2"}');
});

test("the SDK is the newest that fits, or the version that is asked for", async () => {
  const sdk = async (text: string) => {
    const { packages = [] } = stateOf(await readCogPlan("cog.yaml", text, none));
    return packages.at(-1)?.text;
  };
  assert.equal(await sdk("run: a.py:R"), "cog>=0.16.0");
  assert.equal(await sdk("build: {sdk_version: 0.18.0}"), "cog==0.18.0");
  assert.equal(await sdk("build: {sdk_version: prerelease}"), "cog>=0.16.0a1");
});

test("python_version defaults to cog's, and its patch level is the base's", async () => {
  const python = async (text: string) => stateOf(await readCogPlan("cog.yaml", text, none)).python;
  assert.equal(await python("run: a.py:R"), "3.13");
  assert.equal(await python('build: {python_version: "3.11.9"}'), "3.11");
});

test("what can't be done without a run is refused, each line with a reason and a way out", async () => {
  const text = `build:
  python_version: three
  python_requirements: r.txt
  python_packages: [a]
  run:
    - curl -O https://files.example/x && git clone https://git.example/y
weights:
  - {name: a, target: /a, source: [{uri: hf://org/model}]}
  - {name: b, target: /b, source: {uri: ./b, include: ["*.bin"]}}
  - {name: c}
`;
  const { refused } = await readCogPlan("cog.yaml", text, none);
  assert.deepEqual(
    refused.map(({ at, reason }) => `${at.line} ${reason}`),
    [
      "2 it is no version of Python 3",
      "3 python_packages are given too",
      "6 it downloads when it is run, and nobody could check what comes",
      "6 it fetches sources when it is run",
      "8 hf://org/model is not on this machine",
      "9 only one whole folder or file can be a layer",
      "10 weights need a target and a source",
    ],
  );
  assert.ok(refused.every(({ wayOut }) => wayOut !== ""));
});

test("what has the wrong shape is told at its place, all at once", async () => {
  const text = "build: [a]\nimage: 'A B'\nenvironment: [X]\nconcurrency: {max: many}\nrun: {a: 1}\n";
  await assert.rejects(readCogPlan("cog.yaml", text, none), (error: unknown) => {
    assert.ok(isOciasmError(error));
    const lines = [error, ...error.problems].map(({ code, location }) => `${code} ${location?.line}`).sort();
    assert.deepEqual(
      lines,
      [1, 2, 3, 4, 5].map((line) => `CONFIG_INVALID ${line}`),
    );
    return true;
  });
  await assert.rejects(readCogPlan("cog.yaml", "", none), { code: "CONFIG_INVALID", message: /empty/ });
});

test("a model asks for its requirements file, its lines and the SDK, each at its place", async () => {
  const text = "build:\n  python_requirements: deps/r.txt\n  run: pip install ipython\nrun: a.py:R\n";
  const files = { "/p/deps/r.txt": `cog==0.9\ncoglet\nnumpy==1.0 --hash=sha256:${"a".repeat(64)}\n` };
  const request = await readCogRequest(text, inputContext("cog.yaml", files));
  assert.deepEqual(
    request.requirements.map(({ text: line, location, sha256 }) => `${location.line} ${line} ${sha256.length}`),
    ["3 numpy==1.0 1", "4 cog>=0.16.0 0", "3 ipython 0"],
  );
  assert.equal(request.warnings.length, 2);
  assert.match(request.warnings.join(), /coglet is set aside/);
  await assert.rejects(readCogRequest(text, inputContext("cog.yaml", {})), { code: "INPUT_NOT_FOUND" });
});

const random = new Random(7);
const outcome = await fuzz(3000, "CONFIG_INVALID", async () => {
  await readCogPlan("cog.yaml", random.mutate(FULL, "[]{}:-\n \"'#&*!|>%@`$,"), none);
});

test("3,000 damaged documents are read, or are an error of the configuration", () => {
  assert.deepEqual(outcome.unexpected, []);
  assert.ok(outcome.accepted > 100);
});
