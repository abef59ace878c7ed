import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { decodeFamilies } from "../../src/layers/families.ts";
import { familyFinder } from "../../src/layers/family-finder.ts";
import { decodePolicy } from "../../src/layers/policy.ts";
import { decodeScheme } from "../../src/layers/scheme.ts";
import { families, policy, venv } from "./fixtures.ts";

test("the shipped files decode", () => {
  assert.equal(policy("auto").budget, 72);
  assert.equal(policy("auto").wheels, "ranked");
  assert.equal(policy("one").wheels, "one");
  assert.equal(policy("classic").wheels, "tiers");
  assert.equal(policy("per-package").wheels, "each");
  assert.equal(venv.site, "app/.venv/lib/python3/site-packages");
  assert.equal(venv.links["app/.venv/lib/python3.*"], "app/.venv/lib/python3");
  assert.ok(families.length >= 7);
});

test("the first family whose pattern covers the whole name is the one", () => {
  const find = familyFinder(families);
  const expected = {
    "nvidia-cublas": "nvidia",
    "nvidia-cudnn-cu12": "nvidia",
    torch: "torch",
    "pytorch-triton-rocm": "torch",
    jaxlib: "jax",
    "tensorflow-cpu": "tensorflow",
    "intel-openmp": "xpu",
    botocore: "aws",
    numpy: undefined,
    "my-torch": undefined,
    torchish: undefined,
  };
  for (const [name, family] of Object.entries(expected)) assert.equal(find(name), family, name);
});

test("every problem of a policy is shown with its line", () => {
  const text = "name: mine\nwheels: some\nbudget: -1\nfloor: big\nbugdet: 3\n";
  const error = thrown(() => decodePolicy(text, "mine.yaml"));
  const all = [error, ...error.problems];
  assert.deepEqual(
    all.map((problem) => problem.code),
    Array(4).fill("CONFIG_INVALID"),
  );
  assert.deepEqual(
    all.map((problem) => `${problem.location?.file}:${problem.location?.line}:${problem.location?.column}`).sort(),
    ["mine.yaml:2:9", "mine.yaml:3:9", "mine.yaml:4:8", "mine.yaml:5:9"],
  );
});

test("what a policy leaves out is as in auto", () => {
  assert.deepEqual(decodePolicy("name: auto\n", "x.yaml"), policy("auto"));
});

test("broken YAML, aliases' bombs, lists and nothing at all are refused with a place", () => {
  for (const text of ["", "- a\n", "a: [1\n", "a: 1\na: 2\n", "\t:", "name: *x\n", "a: &a [*a, *a]\n"]) {
    assert.equal(thrown(() => decodePolicy(text, "p.yaml")).location?.file, "p.yaml", JSON.stringify(text));
  }
});

test("a family needs a name of its own and packages", () => {
  const text = "families:\n  - name: a\n    packages: [x]\n  - name: a\n    packages: []\n  - packages: 3\n";
  const error = thrown(() => decodeFamilies(text, "f.yaml"));
  assert.ok(error.problems.length >= 3);
});

test("a scheme's paths stay in the image", () => {
  const good = "site: a/s\nscripts: a/bin\nheaders: a/include\ndata: a\ninterpreter: /a/bin/python\n";
  assert.equal(decodeScheme(good, "s.yaml").data, "a");
  for (const [from, to] of [
    ["a/s", "/a/s"],
    ["a/s", "a/../s"],
    ["/a/bin/python", "a/bin/python"],
    ["/a/bin/python", "/a b/python"],
    ["data: a", "data: ''"],
  ] as const) {
    assert.equal(thrown(() => decodeScheme(good.replace(from, to), "s.yaml")).code, "CONFIG_INVALID");
  }
  assert.equal(thrown(() => decodeScheme(`${good}links:\n  ../x: a\n`, "s.yaml")).location?.line, 7);
});

function thrown(run: () => unknown) {
  try {
    run();
  } catch (error) {
    assert.ok(isOciasmError(error), String(error));
    return error;
  }
  assert.fail("nothing was thrown");
}
