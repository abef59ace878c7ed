import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseBytecode } from "../../src/build/bytecode-step.ts";
import type { Report } from "../../src/events.ts";
import type { LayerRecipe } from "../../src/layers/recipe.ts";
import { testTarget } from "../support/target.ts";
import { temporaryStore } from "../support/temporary-store.ts";

const PYTHON: LayerRecipe = {
  ...{ kind: "python", title: "python3.11", packages: [], sources: [], mtime: 0, directories: [] },
  scheme: { name: "", site: "", scripts: "", headers: "", data: "", interpreter: "", links: {} },
  codec: { name: "none", level: 0, fingerprint: "" },
};

test("the standard library of an image is left to the image, and a line says what that may cost", async (t) => {
  const store = temporaryStore(t);
  for (const [recipes, lines] of [[[PYTHON], 0] as const, [[], 1] as const]) {
    const said: string[] = [];
    const report: Report = (event) => void said.push(event.type === "note" ? event.message : event.type);
    const base = { spec: "python:3.11-slim", recipes };
    const choice = await chooseBytecode("entry", testTarget(), base, { store, report });
    assert.equal(choice?.python, "3.11");
    assert.equal(said.length, lines);
    assert.ok(said.every((line) => line.startsWith("bytecode of the standard library is left to python:3.11-slim: ")));
  }
});
