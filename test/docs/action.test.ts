import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import {
  ACTION,
  MERGE,
  type ReusableWorkflow,
  readActionFile,
  readReusable,
  type WorkflowJob,
} from "../support/action-run.ts";
import { ROOT } from "../support/cli.ts";
import { actionParts } from "./action-parts.ts";
import { withParts } from "./generated.ts";

const page = readFileSync(`${ROOT}docs/action.md`, "utf8");

test("docs/action.md has the inputs and outputs of the action files", () => {
  assert.equal(page, withParts(page, actionParts()), "run `npm run schema`");
});

/** A job of steps, or one that is a workflow elsewhere. */
interface Workflow {
  readonly jobs: Readonly<Record<string, Partial<WorkflowJob> & { readonly uses?: string; readonly with?: object }>>;
}

test("the examples of docs/action.md name inputs and outputs that there are", () => {
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
  assert.equal(examples.length, 4);
  const own = new Map([
    ["OWNER/ociasm@v1", readActionFile(ACTION)],
    ["OWNER/ociasm/merge@v1", readActionFile(MERGE)],
  ]);
  const used = new Set<string>();
  for (const text of examples) {
    const { jobs } = parse(text) as Workflow;
    for (const { id, uses = "", with: inputs = {} } of Object.values(jobs).flatMap(({ steps = [] }) => steps)) {
      const action = own.get(uses);
      if (action === undefined) continue;
      used.add(uses);
      for (const name of Object.keys(inputs)) assert.ok(name in action.inputs, `${uses} has no input ${name}`);
      for (const [, name = ""] of text.matchAll(new RegExp(`steps\\.${id}\\.outputs\\.([\\w-]+)`, "g"))) {
        assert.ok(name in action.outputs, `${uses} has no output ${name}`);
      }
    }
  }
  assert.deepEqual([...used], [...own.keys()]);
});

test("the example that calls the reusable workflow names inputs that it has", () => {
  const [text = ""] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)]
    .map((match) => match[1] ?? "")
    .filter((each) => each.includes("image.yml@"));
  const [job] = Object.values((parse(text) as Workflow).jobs);
  assert.equal(job?.uses, "OWNER/ociasm/.github/workflows/image.yml@v1");
  const { inputs } = readReusable().on.workflow_call;
  for (const name of Object.keys(job?.with ?? {})) assert.ok(name in inputs, `the workflow has no input ${name}`);
});

test("the reusable workflow hands its inputs to the action by the same names, and its outputs back", () => {
  const { on, jobs }: ReusableWorkflow = readReusable();
  const { inputs, outputs } = on.workflow_call;
  const action = readActionFile(ACTION);
  const [job] = Object.values(jobs);
  const handed = job?.steps.find(({ uses }) => uses === "./.ociasm")?.with ?? {};
  for (const [name, value] of Object.entries(handed)) {
    assert.equal(value, `\${{ inputs.${name} }}`);
    assert.ok(name in action.inputs, `the action has no input ${name}`);
    assert.ok(name in inputs, `the workflow has no input ${name}`);
    const { type, default: text } = inputs[name] ?? {};
    const isFlag = ["true", "false"].includes(action.inputs[name]?.default ?? "");
    assert.equal(type, isFlag ? "boolean" : "string", name);
    if (type === "string") assert.equal(text, action.inputs[name]?.default, name);
  }
  const own = ["attest", "runs-on", "action-repository", "action-ref"];
  assert.deepEqual(Object.keys(inputs).sort(), [...Object.keys(handed), ...own].sort());
  for (const [name, { value }] of Object.entries(outputs)) {
    assert.equal(value, `\${{ jobs.image.outputs.${name} }}`);
    assert.equal(job?.outputs?.[name], `\${{ steps.image.outputs.${name} }}`);
    assert.ok(name in action.outputs, `the action has no output ${name}`);
  }
});
