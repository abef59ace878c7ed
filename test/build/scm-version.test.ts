import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scmVersion } from "../../src/build/scm-version.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";

test("the tag at HEAD is the version, light or annotated, loose or packed", async (t) => {
  if (!needsTools(t, "git")) return;
  const folder = temporaryFolder(t);
  const git = (...words: readonly string[]): void => {
    const own = [
      "-c",
      "user.name=a",
      "-c",
      "user.email=a@example",
      "-c",
      "commit.gpgsign=false",
      "-c",
      "tag.gpgsign=false",
    ];
    execFileSync("git", ["-C", folder, ...own, ...words], { stdio: "ignore" });
  };
  const commit = (text: string): void => {
    writeFileSync(join(folder, "a"), text);
    git("add", "-A");
    git("commit", "-m", "x");
  };
  const inside = join(folder, "packages", "one");
  mkdirSync(inside, { recursive: true });
  assert.equal(await scmVersion(inside), undefined);
  git("init");
  commit("1");
  assert.equal(await scmVersion(inside), undefined);
  git("tag", "v1.2");
  assert.equal(await scmVersion(inside), "1.2");
  commit("2");
  assert.equal(await scmVersion(inside), undefined);
  git("tag", "-a", "name-2.0rc1", "-m", "x");
  assert.equal(await scmVersion(folder), "2.0rc1");
  git("pack-refs", "--all");
  git("gc");
  assert.equal(await scmVersion(folder), "2.0rc1");
});
