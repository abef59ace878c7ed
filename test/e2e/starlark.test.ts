import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { planDocumentText } from "../../src/layers/plan-document.ts";
import { ROOT, run } from "../support/cli.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";

// Starlark is parsed, linted and held to one style by the tool that Bazel's own projects use.

const CHECK: readonly string[] = ["-mode=check", "-lint=warn"];

test("buildifier has nothing to say of the rules", async (t) => {
  if (!needsTools(t, "buildifier")) return;
  const { code, stdout, stderr } = await run("buildifier", [...CHECK, "-r", join(ROOT, "bazel")]);
  assert.deepEqual([code, stdout, stderr], [0, "", ""]);
});

test("buildifier has nothing to say of a plan that is written", async (t) => {
  if (!needsTools(t, "buildifier")) return;
  const flags = { frozen: true as const, base: "scratch", platform: ["linux/amd64"] };
  const wheels = [{ filename: "numpy-2.3-py3-none-any.whl", sha256: "0", exclude: [], part: { index: 0, count: 2 } }];
  const layers = [{ kind: "package", title: "numpy: true,", wheels }];
  const document = { schema: 1 as const, command: { words: [], flags }, platform: "linux/amd64", dates: [], layers };
  const file = join(temporaryFolder(t), "layers.bzl");
  writeFileSync(file, planDocumentText(document, file));
  const { code, stdout, stderr } = await run("buildifier", [...CHECK, file]);
  assert.deepEqual([code, stdout, stderr], [0, "", ""]);
  writeFileSync(file, "PLAN = {'a':1}\n");
  assert.notEqual((await run("buildifier", [...CHECK, file])).code, 0);
});
