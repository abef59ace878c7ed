import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { parseRequirement } from "../../src/python/requirement.ts";
import { specifierContains } from "../../src/python/specifier.ts";
import { Random } from "../support/random.ts";
import { type RandomIndex, randomIndex, randomRequirement } from "../support/random-index.ts";
import { resolveCase } from "../support/resolving.ts";

const CASES = 800;

/** What is installed: from name to version. */
type Environment = ReadonlyMap<string, string>;

/**
 * The names that are needed when the environment has these versions, or undefined where a requirement is not met. The
 * rules once more, without ranges, queues or virtual packages.
 */
function neededIn(environment: Environment, index: RandomIndex, requires: readonly string[]): Set<string> | undefined {
  const queue = [...requires];
  const seen = new Set<string>();
  for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
    if (text.includes("win32")) continue;
    const parsed = parseRequirement(text.split(" ;")[0] ?? "");
    if (!parsed.ok) return assert.fail(text);
    const { name, extras, specifiers } = parsed.value;
    const version = environment.get(name);
    const release = version === undefined ? undefined : index[name]?.[version];
    if (version === undefined || release === undefined || release.wheel === false) return undefined;
    if (!specifierContains(specifiers, version)) return undefined;
    if (!seen.has(name)) queue.push(...(release.requires ?? []));
    seen.add(name);
    for (const extra of extras) {
      if (!seen.has(`${name}[${extra}]`)) queue.push(...(release.extras?.[extra] ?? []));
      seen.add(`${name}[${extra}]`);
    }
  }
  return new Set([...seen].filter((key) => !key.includes("[")));
}

function* environments(index: RandomIndex, names: readonly string[] = Object.keys(index)): Generator<Environment> {
  const [name, ...others] = names;
  if (name === undefined) {
    yield new Map();
    return;
  }
  for (const rest of environments(index, others)) {
    yield rest;
    for (const version of Object.keys(index[name] ?? {})) yield new Map([...rest, [name, version]]);
  }
}

function isSolvable(index: RandomIndex, requires: readonly string[]): boolean {
  for (const environment of environments(index)) if (neededIn(environment, index, requires) !== undefined) return true;
  return false;
}

async function solution(index: RandomIndex, requires: readonly string[]): Promise<Environment | undefined> {
  try {
    const { packages } = await resolveCase({ index, requires });
    return new Map(packages.map(({ name, version }) => [name, version]));
  } catch (error) {
    if (isOciasmError(error) && error.code === "UNSATISFIABLE") return undefined;
    throw error;
  }
}

test("small random requests are met exactly when trying everything finds a way, by what is needed and no more", async () => {
  const random = new Random(20261121);
  let solved = 0;
  for (let number = 0; number < CASES; number += 1) {
    const index = randomIndex(random);
    const requires = Array.from({ length: 1 + random.below(3) }, () => randomRequirement(random));
    const shown = `case ${number}: ${requires.join(", ")} of ${JSON.stringify(index)}`;
    const found = await solution(index, requires);
    if (found === undefined) {
      assert.ok(!isSolvable(index, requires), `there is a solution in ${shown}`);
      continue;
    }
    solved += 1;
    assert.deepEqual(neededIn(found, index, requires), new Set(found.keys()), shown);
  }
  assert.ok(solved > CASES / 4 && solved < CASES * 0.9, `${solved} solved`);
});
