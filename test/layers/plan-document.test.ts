import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { type PlanDocument, planDocumentCommand, planDocumentText } from "../../src/layers/plan-document.ts";
import { mutations } from "../support/mutations.ts";

const command = { words: ["app: true,"], flags: { frozen: true as const, base: "scratch", platform: ["linux/amd64"] } };
const DOCUMENT: PlanDocument = {
  schema: 1,
  command,
  platform: "linux/amd64",
  dates: [],
  layers: [{ kind: "package", title: "torch", wheels: [{ filename: "torch-1-py3-none-any.whl", sha256: "0" }] }],
};

test("a plan is JSON, or a constant of Starlark in buildifier's style, and its command is read back from either", () => {
  assert.deepEqual(JSON.parse(planDocumentText(DOCUMENT, "plan.json")), DOCUMENT);
  const starlark = planDocumentText(DOCUMENT, "plan.bzl");
  assert.equal(
    starlark.slice(starlark.indexOf("PLAN"), starlark.indexOf('    },\n    "platform')),
    `PLAN = {
    "schema": 1,
    "command": {
        "words": [
            "app: true,",
        ],
        "flags": {
            "frozen": True,
            "base": "scratch",
            "platform": [
                "linux/amd64",
            ],
        },
`,
  );
  for (const file of ["plan.json", "plan.bzl"]) {
    const read = planDocumentCommand(planDocumentText(DOCUMENT, file), file);
    assert.deepEqual({ ...read, flags: { ...read.flags } }, command);
  }
});

test("a damaged plan is read or refused, never anything else", () => {
  const seeds = ["plan.json", "plan.bzl"].map((file) => Buffer.from(planDocumentText(DOCUMENT, file)));
  let refused = 0;
  mutations(seeds, 100_000, (bytes) => {
    try {
      planDocumentCommand(Buffer.from(bytes).toString(), "plan");
    } catch (error) {
      assert.ok(isOciasmError(error), String(error));
      refused += 1;
    }
  });
  assert.ok(refused > 1000, `${refused} were refused`);
});
