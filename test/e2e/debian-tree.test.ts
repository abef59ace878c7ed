import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readAptSources } from "../../src/base/apt-sources.ts";
import { createDiskStore } from "../../src/store/disk.ts";
import { compareTrees } from "../deb-tree/compare.ts";
import { referenceTree } from "../deb-tree/reference.ts";
import { readTree } from "../deb-tree/view.ts";
import { makeLayer, openSuite } from "../support/debian-base.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs, needsTools } from "../support/tools.ts";

// OCIASM_TEST_SUITE and OCIASM_TEST_SYSTEM (names, with blanks between) choose another suite, and packages to add.

const suite = process.env["OCIASM_TEST_SUITE"] ?? "bookworm";
const system = (process.env["OCIASM_TEST_SYSTEM"] ?? "").split(" ").filter((name) => name !== "");

test(`${suite}'s default base is what dpkg installs, but for what docs/base.md lists`, async (t) => {
  if (!needsTools(t, "mmdebstrap")) return;
  const mirror = (await readAptSources("/etc/apt")).find((source) => /^(?:bookworm|trixie)$/.test(source.suite))?.uri;
  if (!needs(t, "a Debian mirror in this host's apt sources", mirror) || mirror === undefined) return;
  const folder = temporaryFolder(t);
  const store = createDiskStore(process.env["OCIASM_TEST_CACHE"] ?? join(folder, "cache"));
  const base = await openSuite(t, { suite, architecture: "amd64", system }, store);
  const layers: string[] = [];
  for (const recipe of base.recipes) layers.push(await makeLayer(base, recipe, store, folder));
  mkdirSync(join(folder, "reference"));
  const packages = base.recipes.flatMap((recipe) => recipe.packages);
  const theirs = await referenceTree({ suite, mirror, packages, tar: join(folder, "reference", "root.tar") });
  const { nodes } = await readTree(layers);
  const { unlisted, unused } = compareTrees(nodes, theirs);
  assert.equal(unlisted.length, 0, unlisted.slice(0, 100).join("\n"));
  // A row that covers nothing any more misleads.
  if (system.length === 0 && suite === "bookworm") assert.deepEqual(unused, []);
});
