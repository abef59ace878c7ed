import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readGitIndex } from "../../src/build/git-index.ts";
import { mutate, xorshift } from "../support/mutate.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";

test("an index that git wrote tells what is executable and what a link, in each of its versions", (t) => {
  if (!needsTools(t, "git")) return;
  const folder = temporaryFolder(t);
  const git = (...words: readonly string[]) => execFileSync("git", words, { cwd: folder, stdio: "pipe" });
  git("init", "-q");
  mkdirSync(join(folder, "some/where"), { recursive: true });
  for (const name of ["a", "some/b", "some/bc", "some/where/é", "z".repeat(200)]) writeFileSync(join(folder, name), "");
  chmodSync(join(folder, "some/bc"), 0o755);
  symlinkSync("../a", join(folder, "some/link"));
  git("add", "-A");
  const expected = [
    ["a", "plain"],
    ["some/b", "plain"],
    ["some/bc", "executable"],
    ["some/link", "link"],
    ["some/where/é", "plain"],
    ["z".repeat(200), "plain"],
  ];
  for (const version of ["2", "4"]) {
    git("update-index", "--index-version", version);
    assert.deepEqual([...(readGitIndex(readFileSync(join(folder, ".git/index"))) ?? [])], expected, version);
  }
  // A flag that only version 3 has room for.
  git("update-index", "--index-version", "2");
  writeFileSync(join(folder, "later"), "");
  git("add", "-N", "later");
  const third = readFileSync(join(folder, ".git/index"));
  assert.equal(third.readUInt32BE(4), 3);
  assert.equal(readGitIndex(third)?.get("some/bc"), "executable");
  const random = xorshift(5);
  for (let round = 0; round < 20_000; round++) readGitIndex(mutate(third, random));
});

test("what is no index is none", () => {
  assert.equal(readGitIndex(Buffer.from("DIRC")), undefined);
  assert.equal(readGitIndex(Buffer.from("no index at all, but long enough")), undefined);
  assert.equal(readGitIndex(Buffer.from("DIRC\0\0\0\u0002\0\0\0\u0001".padEnd(80, "x"))), undefined);
});
