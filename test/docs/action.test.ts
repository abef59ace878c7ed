import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { ACTION, MERGE, readActionFile } from "../support/action-run.ts";
import { ROOT } from "../support/cli.ts";
import { actionParts } from "./action-parts.ts";
import { withParts } from "./generated.ts";

const page = readFileSync(`${ROOT}docs/action.md`, "utf8");

test("docs/action.md has the inputs and outputs of the action files", () => {
  assert.equal(page, withParts(page, actionParts()), "run `npm run schema`");
});

interface WorkflowStep {
  readonly id?: string;
  readonly uses: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly WorkflowStep[] }>>;
}

test("the examples of docs/action.md name inputs and outputs that there are", () => {
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
  assert.equal(examples.length, 3);
  const own = new Map([
    ["OWNER/ociasm@v1", readActionFile(ACTION)],
    ["OWNER/ociasm/merge@v1", readActionFile(MERGE)],
  ]);
  const used = new Set<string>();
  for (const text of examples) {
    const { jobs } = parse(text) as Workflow;
    for (const { id, uses, with: inputs = {} } of Object.values(jobs).flatMap(({ steps }) => steps)) {
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
