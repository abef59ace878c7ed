import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import type { ResolveOptions } from "../../src/resolve/offer/options.ts";
import { metadataOf } from "../support/memory-catalog.ts";
import { Random } from "../support/random.ts";
import { type RandomIndex, randomIndex, randomRequirement } from "../support/random-index.ts";
import { resolveCase } from "../support/resolving.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs, oraclePython } from "../support/tools.ts";
import { oracleUv } from "../support/uv-export.ts";
import { buildWheel } from "../support/wheel.ts";

const CASES = 15;
const UNSOLVABLE = "no solution";

test("random requests come to the same versions as uv finds, highest and lowest", async (t) => {
  const uv = oracleUv(oraclePython() ?? "");
  if (!needs(t, "uv", uv) || uv === undefined) return;
  const random = new Random(13);
  for (let number = 0; number < CASES; number += 1) {
    const index = randomIndex(random, false);
    const requires = Array.from({ length: 1 + random.below(3) }, () => randomRequirement(random));
    const resolution = random.pick<ResolveOptions["resolution"]>(["highest", "highest", "lowest", "lowest-direct"]);
    const expected = uvVersions(uv, writeIndex(index, temporaryFolder(t)), requires, resolution);
    const shown = `case ${number}, ${resolution}: ${requires.join(", ")} of ${JSON.stringify(index)}`;
    assert.equal(await ownVersions(index, requires, resolution), expected, shown);
  }
});

function writeIndex(index: RandomIndex, folder: string): string {
  const wheels = join(folder, "wheels");
  mkdirSync(wheels);
  for (const [name, versions] of Object.entries(index)) {
    for (const [version, release] of Object.entries(versions)) {
      const { requiresDist, providesExtra } = metadataOf(name, version, release);
      const metadata = providesExtra.map((extra) => `Provides-Extra: ${extra}`);
      const { filename, bytes } = buildWheel({ name, version, requires: requiresDist, metadata });
      writeFileSync(join(wheels, filename), bytes);
    }
  }
  return wheels;
}

function uvVersions(uv: string, wheels: string, requires: readonly string[], resolution: string): string {
  const target = ["--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_36", "--resolution", resolution];
  const offline = ["--no-index", "--find-links", wheels, "--no-cache", "--no-config"];
  const output = ["--no-header", "--no-annotate", "--quiet"];
  const run = spawnSync(uv, ["pip", "compile", "-", ...offline, ...target, ...output], {
    input: `${requires.join("\n")}\n`,
    encoding: "utf8",
  });
  if (run.status !== 0) {
    assert.match(run.stderr, /No solution found/);
    return UNSOLVABLE;
  }
  return [...new Set(run.stdout.split("\n").filter((line) => line !== ""))].sort().join(" ");
}

async function ownVersions(
  index: RandomIndex,
  requires: readonly string[],
  resolution: ResolveOptions["resolution"],
): Promise<string> {
  try {
    const { packages } = await resolveCase({ index, requires, options: { resolution } });
    return packages.map(({ name, version }) => `${name}==${version}`).join(" ");
  } catch (error) {
    if (isOciasmError(error) && error.code === "UNSATISFIABLE") return UNSOLVABLE;
    throw error;
  }
}
