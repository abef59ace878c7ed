import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { utf8 } from "../../src/archive/bytes.ts";
import { packOf } from "../../src/build/git-fetch.ts";
import { readPack } from "../../src/build/git-pack.ts";
import { gitTree } from "../../src/build/git-tree.ts";
import { fuzz } from "../support/fuzz.ts";
import { mutate, xorshift } from "../support/mutate.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, needsTools } from "../support/tools.ts";

function git(folder: string, ...words: readonly string[]): string {
  const own = ["-c", "user.name=a", "-c", "user.email=a@example", "-c", "commit.gpgsign=false"];
  return execFileSync("git", ["-C", folder, ...own, ...words], { encoding: "utf8" }).trim();
}

/** A repository whose objects are packed as deltas, and its commit. */
function repository(folder: string): string {
  git(folder, "init", "--quiet");
  mkdirSync(join(folder, "src", "pkg"), { recursive: true });
  const long = Array.from({ length: 400 }, (_, line) => `line ${line} of a long file\n`);
  writeFileSync(join(folder, "src/pkg/a.py"), long.join(""));
  writeFileSync(join(folder, "src/pkg/b.py"), [...long.slice(0, 200), "changed\n", ...long.slice(200)].join(""));
  writeFileSync(join(folder, "run.sh"), "#!/bin/sh\n");
  chmodSync(join(folder, "run.sh"), 0o755);
  symlinkSync("src/pkg/a.py", join(folder, "link"));
  git(folder, "add", "-A");
  git(folder, "commit", "--quiet", "-m", "x");
  git(folder, "repack", "-adfq", "--depth=50", "--window=50");
  return git(folder, "rev-parse", "HEAD");
}

/** What a server answers to a fetch of the commit, as git itself writes it. */
function answerTo(folder: string, commit: string): Buffer {
  const line = (text: string): string => `${(text.length + 4).toString(16).padStart(4, "0")}${text}`;
  const words = ["ofs-delta\n", "no-progress\n", "deepen 1\n", `want ${commit}\n`, "done\n"].map(line);
  const input = `${line("command=fetch\n")}0001${words.join("")}0000`;
  const env = { ...process.env, GIT_PROTOCOL: "version=2" };
  return spawnSync("git", ["upload-pack", "--stateless-rpc", folder], { input, env }).stdout;
}

function fetched(t: TestContext): { readonly answer: Buffer; readonly commit: string } {
  const folder = temporaryFolder(t);
  const commit = repository(folder);
  return { answer: answerTo(folder, commit), commit };
}

test("the files of a commit are read from what git's server answers", (t) => {
  if (!needsTools(t, "git")) return;
  const { answer, commit } = fetched(t);
  const { tree } = gitTree(readPack(packOf(answer, "repo")), commit);
  assert.deepEqual(
    tree.files.map(({ path, mode }) => [path, mode]),
    [
      ["link", "link"],
      ["run.sh", 0o755],
      ["src/pkg/a.py", 0o644],
      ["src/pkg/b.py", 0o644],
    ],
  );
  const [a, b] = tree.files.slice(2).map(({ bytes }) => Buffer.from(bytes).toString("utf8").split("\n"));
  assert.equal(a?.length, 401);
  assert.equal(b?.[200], "changed");
});

test("a commit that is not in the pack, or that a server lacks, is told", (t) => {
  if (!needsTools(t, "git")) return;
  const { answer } = fetched(t);
  assert.throws(() => gitTree(readPack(packOf(answer, "repo")), "0".repeat(40)), {
    code: "ARCHIVE_INVALID",
    message: /commit 0{40} is missing/,
  });
  const refusal = utf8("0033ERR upload-pack: not our ref 0000000000000000000");
  assert.throws(() => packOf(refusal, "repo"), { code: "INPUT_NOT_FOUND", message: /repo: upload-pack: not our ref/ });
  assert.throws(() => packOf(utf8("<html>"), "repo"), { code: "INPUT_NOT_FOUND", message: /not git's protocol/ });
});

const random = xorshift(11);
const seed = packSeed();
const outcome =
  seed === undefined
    ? undefined
    : await fuzz(100_000, "ARCHIVE_INVALID", async () => {
        gitTree(readPack(mutate(seed.pack, random)), seed.commit);
      });

function packSeed(): { readonly pack: Uint8Array; readonly commit: string } | undefined {
  if (findTool("git") === undefined) return undefined;
  const folder = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
  try {
    git(folder, "init", "--quiet");
    const lines = Array.from({ length: 20 }, (_, at) => `${at}\n`);
    writeFileSync(join(folder, "a"), lines.join(""));
    writeFileSync(join(folder, "b"), [...lines, "x\n"].join(""));
    git(folder, "add", "-A");
    git(folder, "commit", "--quiet", "-m", "x");
    git(folder, "repack", "-adfq");
    const commit = git(folder, "rev-parse", "HEAD");
    return { pack: packOf(answerTo(folder, commit), "seed"), commit };
  } finally {
    execFileSync("rm", ["-r", folder]);
  }
}

test("damaged packs end in a refusal", (t) => {
  if (!needsTools(t, "git")) return;
  assert.deepEqual(outcome?.unexpected, []);
});
