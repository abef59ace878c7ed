import assert from "node:assert/strict";
import { test } from "node:test";
import { cacheInputs, repositoriesOf } from "../../src/action/build-names.ts";
import { limitWords } from "../../src/action/gates.ts";
import { BUILD_INPUTS, booleanInput, flagWords, MERGE_INPUTS, OTHER_INPUTS } from "../../src/action/inputs.ts";
import { secretsOf } from "../../src/action/masks.ts";
import { buildOutputs, FILE_OUTPUTS, mergeOutputs } from "../../src/action/outputs.ts";
import type { BuildResult } from "../../src/build/result.ts";
import { VERBS } from "../../src/cli/verbs.ts";
import { ACTION, MERGE, readActionFile } from "../support/action-run.ts";

const DIGEST = `sha256:${"a".repeat(64)}` as const;
const RESULT: BuildResult = {
  schema: 1,
  ref: `r.example/app@${DIGEST}`,
  digest: DIGEST,
  mediaType: "",
  tags: [],
  images: [],
  bytes: {
    ...{ wheelsFetched: 1, debsFetched: 2, baseFetched: 4, cacheFetched: 8, runtimeFetched: 256 },
    ...{ assembled: 16, uploaded: 32, mounted: 64, existing: 128 },
  },
  seconds: 1,
};
const sorted = (names: Iterable<string>): readonly string[] => [...names].sort();

test("action.yml names the inputs and outputs that the code has, and each flag exists", () => {
  const build = readActionFile(ACTION);
  assert.deepEqual(sorted(Object.keys(build.inputs)), sorted([...Object.keys(BUILD_INPUTS), ...OTHER_INPUTS]));
  assert.deepEqual(sorted(Object.keys(build.outputs)), sorted([...Object.keys(buildOutputs(RESULT)), ...FILE_OUTPUTS]));
  const merge = readActionFile(MERGE);
  assert.deepEqual(sorted(Object.keys(merge.inputs)), sorted(MERGE_INPUTS));
  assert.deepEqual(sorted(Object.keys(merge.outputs)), sorted(Object.keys(mergeOutputs({ ...RESULT, images: [] }))));
  assert.deepEqual([build.runs.using, merge.runs.using], ["node24", "node24"]);
  const flags = VERBS.find(({ name }) => name === "build")?.groups.flatMap((group) => group.flags) ?? [];
  for (const { flag, kind } of Object.values(BUILD_INPUTS)) {
    const takes = flags.find(({ name }) => name === flag)?.takes;
    assert.equal(takes, { boolean: "nothing", text: "value", lines: "list", list: "list" }[kind], flag);
  }
});

test("lists are lines, some are commas too, and a value may begin with a dash", () => {
  const words = flagWords({
    INPUT_LABELS: " a=b, c\r\n\n d=-e ",
    INPUT_PLATFORMS: "linux/amd64,linux/arm64\nlinux/arm/v7",
    INPUT_LOAD: "True",
    "INPUT_PYTHON-VERSION": "3.12",
    INPUT_CMD: "--port 80",
  });
  assert.deepEqual(words, [
    ...[
      "--label=a=b, c",
      "--label=d=-e",
      "--platform=linux/amd64",
      "--platform=linux/arm64",
      "--platform=linux/arm/v7",
    ],
    ...["--load", "--python=3.12", "--cmd=--port 80"],
  ]);
  assert.throws(() => booleanInput({ INPUT_PUSH: "yes" }, "push"), /input push is neither true nor false/);
});

test("caches and limits are read in buildx's and the command line's words, and nothing else", () => {
  const configured = { cacheFrom: ["r.example/configured"] };
  assert.deepEqual(cacheInputs({}, configured), configured.cacheFrom);
  assert.deepEqual(cacheInputs({ "INPUT_CACHE-FROM": "type=registry,ref=r.example/a:1\nr.example/b" }, configured), [
    "r.example/a:1",
    "r.example/b",
  ]);
  assert.throws(() => cacheInputs({ "INPUT_CACHE-FROM": "type=gha" }, {}), /takes no `type=gha`/);
  assert.deepEqual(limitWords({ INPUT_CHECK: "max-size = 1MB, max-wasted=5%" }), ["--max-size=1MB", "--max-wasted=5%"]);
  for (const check of ["max-size", "min-size=1", "max-size=much", "max-wasted=x"]) {
    assert.throws(() => limitWords({ INPUT_CHECK: check }), { code: "USAGE" }, check);
  }
  assert.deepEqual(repositoriesOf(["r.example/a:1", "r.example/a:2", "b:1"]), ["r.example/a", "docker.io/library/b"]);
});

test("secrets among the inputs are found, encoded or not", () => {
  const secrets = secretsOf({
    "INPUT_GITHUB-TOKEN": "token",
    "INPUT_INDEX-URL": "https://me:a%40b@index.example/simple",
    "INPUT_EXTRA-INDEX-URL": "https://index.example:8080/p@x\nhttps://:%zz@index.example",
  });
  assert.deepEqual(secrets, ["token", "a%40b", "a@b", "%zz"]);
  assert.deepEqual(secretsOf({}), []);
});
