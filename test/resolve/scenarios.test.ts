import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError, type OciasmError } from "../../src/errors.ts";
import { noUvScenarios, solveScenario, type UvScenario, uvScenarios } from "../support/uv-scenarios.ts";

/** Can be met only by building a source distribution, which ociasm never does: no solution is the right answer here. */
const NEED_A_BUILD: Readonly<Record<string, string>> = {
  "incompatible-python-compatible-override-available-no-wheels": "a 1.0.0 has sources only",
  "incompatible-python-compatible-override-other-wheel": "the version that suits the Python has sources only",
  "incompatible-python-compatible-override-unavailable-no-wheels": "a 1.0.0 has sources only",
  "no-wheels": "a 1.0.0 has sources only",
  "requires-python-wheels": "its wheels have tags that fit nowhere (cp311-cp311-any); what is left are sources",
};

/** Universal scenarios whose expectation is about several targets at once. What they come to on linux stands below. */
const NOT_OF_ONE_TARGET: Readonly<Record<string, string>> = {
  "conflict-in-fork": "fails for sys_platform os1 and os2 only; linux asks for nothing",
  "fork-non-local-fork-marker-direct": "fails where linux and darwin have to agree on c",
  "preferences-dependent-forking-conflicting": "fails where linux and the others have to agree on bar",
  "lock-without-metadata": "expects what a workspace around it asks for besides",
};

/** A Python that the markers or wheels of a universal scenario are about, where it is not the environment's. */
const OTHER_PYTHON: Readonly<Record<string, string>> = {
  "lowest-fork-min-python": "3.12",
};

/**
 * What universal scenarios, which list no packages, come to on linux: read off by hand. Of the last its description asks
 * for more than uv 0.13 does.
 */
const ON_LINUX: Readonly<Record<string, string>> = {
  "conflict-in-fork": "",
  "fork-allows-non-conflicting-non-overlapping-dependencies": "a 2.0.0",
  "fork-allows-non-conflicting-repeated-dependencies": "a 1.0.0",
  "fork-basic": "a 2.0.0",
  "fork-filter-sibling-dependencies": "a 4.4.0, b 1.0.0, d 1.0.0",
  "fork-incomplete-markers": "a 1.0.0, b 1.0.0",
  "fork-marker-accrue": "a 1.0.0, c 1.0.0",
  "fork-marker-inherit": "a 2.0.0",
  "fork-marker-inherit-combined": "a 2.0.0",
  "fork-marker-inherit-combined-allowed": "a 2.0.0",
  "fork-marker-inherit-combined-disallowed": "a 2.0.0",
  "fork-marker-inherit-isolated": "a 2.0.0, b 1.0.0",
  "fork-marker-inherit-transitive": "a 2.0.0",
  "fork-marker-limited-inherit": "a 2.0.0, b 1.0.0, c 1.0.0",
  "fork-marker-selection": "a 0.2.0, b 2.0.0",
  "fork-marker-track": "a 4.3.0, b 2.8",
  "fork-non-fork-marker-transitive": "a 1.0.0, b 1.0.0, c 2.0.0",
  "fork-non-local-fork-marker-direct": "a 1.0.0, c 1.0.0",
  "fork-overlapping-markers-basic": "a 1.2.0",
  "fork-requires-python-full-prerelease": "",
  "fork-upgrade": "bar 2.0.0, foo 2.0.0",
  "lock-without-metadata": "httpx 1.0.0, six 1.0.0, tqdm 4.0.0",
  "preferences-dependent-forking": "bar 2.0.0, cleaver 1.0.0, foo 1.0.0",
  "preferences-dependent-forking-bistable":
    "cleaver 2.0.0, fork-sys-platform 1.0.0, reject-cleaver2 1.0.0, reject-cleaver2-proxy 1.0.0",
  "preferences-dependent-forking-conflicting": "bar 2.0.0, cleaver 1.0.0, foo 1.0.0",
  "preferences-dependent-forking-tristable":
    "a 1.0.0, b 1.0.0, bar 2.0.0, cleaver 2.0.0, foo 2.0.0, unrelated-dep 1.0.0, unrelated-dep3 1.0.0",
  "prerelease-base-marker-stable-preference-explicit-first": "c 1.0.0",
  "prerelease-marker-equivalent-stable-preference": "c 1.0.0",
  "unreachable-package": "",
  "unreachable-wheels": "b 1.0.0",
  "upgrade-outcomes": "bar 1.0.0, foo 1.0.0",
  "virtual-package-extra-priorities": "a 1.0.0, b 1.0.0",
  "wrong-backtracking-indirect": "a 1.0.0, b 1.0.0, b-inner 2.0.9",
};

const scenarios = noUvScenarios === undefined ? uvScenarios() : [];

test("uv's scenarios are here", (t) => {
  if (noUvScenarios !== undefined) return t.skip(noUvScenarios);
  assert.ok(scenarios.length >= 123, `${scenarios.length} scenarios`);
  const names = new Set(scenarios.map(({ name }) => name));
  const listed = [NEED_A_BUILD, NOT_OF_ONE_TARGET, OTHER_PYTHON, ON_LINUX].flatMap(Object.keys);
  assert.deepEqual(
    listed.filter((name) => !names.has(name)),
    [],
    "scenarios that have gone",
  );
});

for (const scenario of scenarios) {
  test(`uv's scenario ${scenario.name} gives what uv expects`, async () => {
    const { name, expected } = scenario;
    const solvable =
      Object.hasOwn(NOT_OF_ONE_TARGET, name) || (expected.satisfiable && !Object.hasOwn(NEED_A_BUILD, name));
    if (solvable) await checkPackages(scenario);
    else await checkExplanation(scenario);
  });
}

async function checkPackages(scenario: UvScenario): Promise<void> {
  const { name, expected } = scenario;
  const { packages } = await solveScenario(scenario, OTHER_PYTHON[name]);
  const found = packages.map((one) => `${one.name} ${one.version}`).join(", ");
  const listed = Object.entries(expected.packages ?? {}).map((entry) => entry.join(" "));
  if (Object.hasOwn(ON_LINUX, name)) assert.equal(found, ON_LINUX[name]);
  else if (expected.packages !== undefined) assert.equal(found, listed.sort().join(", "));
  else assert.deepEqual(new Set(packages.map((one) => one.name)), new Set(Object.keys(scenario.packages ?? {})));
}

async function checkExplanation(scenario: UvScenario): Promise<void> {
  const error = await failureOf(scenario);
  assert.equal(error.code, "UNSATISFIABLE");
  assert.equal(error.location?.file, "requirements.in");
  const told = new Set(error.message.match(/[a-z0-9][a-z0-9-]*/gi) ?? []);
  for (const name of namedBy(scenario)) assert.ok(told.has(name), `${name} is not named:\n${error.message}`);
}

async function failureOf(scenario: UvScenario): Promise<OciasmError> {
  const { packages } = await solveScenario(scenario).catch((error: unknown) => {
    if (isOciasmError(error)) return { packages: error };
    throw error;
  });
  if (isOciasmError(packages)) return packages;
  return assert.fail(`solved: ${packages.map((one) => `${one.name} ${one.version}`).join(", ")}`);
}

/** Packages of the scenario that uv's explanation names; at least what the user asks for, when he asks for one thing. */
function namedBy({ expected, packages = {}, root }: UvScenario): readonly string[] {
  const quoted = [...(expected.explanation ?? "").matchAll(/`([a-z][a-z0-9-]*)/g)].map(([, name = ""]) => name);
  const asked = root.requires.length === 1 ? (root.requires[0] ?? "").match(/^[a-z][a-z0-9-]*/g) : null;
  return [...quoted.filter((name) => Object.hasOwn(packages, name)), ...(asked ?? [])];
}
