import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { BuildDeps } from "../../src/build/deps.ts";
import { commitOf } from "../../src/build/git-refs.ts";
import { readGitTree } from "../../src/build/git-tree.ts";
import { indexStep, type PackageIndex } from "../../src/build/index-step.ts";
import { openDeps } from "../../src/build/open-deps.ts";
import type { BuildEvent } from "../../src/events.ts";
import { newRequest } from "../../src/input/new-request.ts";
import { type GitServer, type GitServerOptions, git, startGitServer } from "../support/git-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";

interface Repository {
  /** Holds it as "a.git". */
  readonly root: string;
  readonly folder: string;
  /** From the first to the last. */
  readonly commits: readonly string[];
}

/** Two commits on a branch with a tag on the first, and one that no branch holds. */
function repository(t: TestContext): Repository {
  const root = temporaryFolder(t);
  const folder = join(root, "a.git");
  mkdirSync(folder);
  git(folder, "init", "--quiet", "--initial-branch=main");
  const commits = ["one", "two", "lost"].map((text) => {
    writeFileSync(join(folder, "a.py"), `${text}\n`);
    git(folder, "add", "-A");
    git(folder, "commit", "--quiet", "-m", text);
    return git(folder, "rev-parse", "HEAD");
  });
  const [first = "", second = ""] = commits;
  git(folder, "tag", "-a", "v1", "-m", "first", first);
  git(folder, "reset", "--quiet", "--hard", second);
  return { root, folder, commits };
}

interface Reader {
  readonly server: GitServer;
  readonly messages: readonly string[];
  text(commit: string): Promise<string>;
  commit(rev?: string): Promise<string>;
}

/** Reads "a.git" as a build does that trusts the server's authority by its environment. */
async function reader(t: TestContext, options: GitServerOptions, environment = {}): Promise<Reader> {
  const server = await startGitServer(t, options);
  const { deps, index, messages } = await openClient(t, server, environment);
  const url = `${server.url}/a.git`;
  return {
    server,
    messages,
    text: async (commit) => {
      const { files } = await readGitTree({ url, commit }, index, deps);
      return new TextDecoder().decode(files.find(({ path }) => path === "a.py")?.bytes);
    },
    commit: (rev) => commitOf(url, rev, index, deps),
  };
}

async function openClient(
  t: TestContext,
  server: GitServer,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly deps: BuildDeps; readonly index: PackageIndex; readonly messages: readonly string[] }> {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "authority.pem"), server.authority);
  writeFileSync(join(folder, "netrc"), "machine localhost login me password secret\n");
  const messages: string[] = [];
  const report = (event: BuildEvent): void => {
    if ("message" in event) messages.push(event.message);
  };
  const deps = openDeps({
    cacheDir: join(folder, "cache"),
    jobs: 2,
    offline: false,
    environment: { SSL_CERT_FILE: join(folder, "authority.pem"), ...environment, NETRC: join(folder, "netrc") },
    report,
    signal: t.signal,
    userAgent: "ociasm-test",
    insecureRegistries: [],
  });
  const input = newRequest({ format: "pyproject.toml", file: join(folder, "pyproject.toml") });
  const index = await indexStep({ context: folder, config: { noIndex: true }, input }, deps);
  t.after(async () => {
    await index.catalog.close();
    await deps.close();
  });
  return { deps, index, messages };
}

for (const old of [false, true]) {
  test(`a commit comes from git's own server without its history, and a tag and a branch are its commits, in version ${old ? 1 : 2}`, async (t) => {
    if (!needsTools(t, "git")) return;
    const { root, folder, commits } = repository(t);
    const [first = "", second = "", lost = ""] = commits;
    const { text, commit, server } = await reader(t, { root, old });
    assert.equal(await commit("v1"), first);
    assert.equal(await commit("main"), second);
    assert.equal(await commit(), second);
    assert.equal(await commit(lost.toUpperCase()), lost);
    assert.equal(await text(second), "two\n");
    assert.equal(await text(first), "one\n");
    await assert.rejects(commit("v2"), { code: "INPUT_NOT_FOUND", message: /a\.git: it has no tag or branch v2$/ });
    await assert.rejects(commit(first.slice(0, 8)), { message: /a commit is named by all 40 digits/ });
    await assert.rejects(text("0".repeat(40)), { code: old ? "ARCHIVE_INVALID" : "INPUT_NOT_FOUND" });
    assert.ok(server.log.every((line) => / version=2$/.test(line) || old));
    // A version before 2 gives what no branch holds only where its configuration says so.
    if (old)
      await assert.rejects(text(lost), { code: "ARCHIVE_INVALID", message: new RegExp(`commit ${lost} is missing`) });
    git(folder, "config", "uploadpack.allowAnySHA1InWant", "true");
    assert.equal(await text(lost), "lost\n");
  });
}

test("a repository that wants a login gets netrc's, and another is told", async (t) => {
  if (!needsTools(t, "git")) return;
  const { root, commits } = repository(t);
  const authorization = `Basic ${Buffer.from("me:secret").toString("base64")}`;
  const { text } = await reader(t, { root, authorization });
  assert.equal(await text(commits[1] ?? ""), "two\n");
  const other = await reader(t, { root, authorization: "Basic bm9ib2R5" });
  await assert.rejects(other.text(commits[1] ?? ""), (error: Error & { hint?: string }) => {
    assert.match(error.message, /^https:\/\/localhost:\d+\/a\.git: the server answers 401$/);
    assert.match(error.hint ?? "", /netrc/);
    return !`${error.message}${error.hint}`.includes("secret");
  });
});

test("a server whose authority is not trusted, or that serves files alone, is refused", async (t) => {
  if (!needsTools(t, "git")) return;
  const { root, commits } = repository(t);
  const unknown = await reader(t, { root }, { SSL_CERT_FILE: "" });
  await assert.rejects(unknown.text(commits[1] ?? ""), { code: "NETWORK" });
  git(join(root, "a.git"), "config", "http.uploadpack", "false");
  const { text } = await reader(t, { root });
  await assert.rejects(text(commits[1] ?? ""), { code: "NETWORK", message: /answers 403/ });
});

test("submodules and files that LFS keeps are named in warnings", async (t) => {
  if (!needsTools(t, "git")) return;
  const { root, folder } = repository(t);
  git(folder, "submodule", "--quiet", "add", join(root, "a.git"), "vendor/b");
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 3\n`;
  writeFileSync(join(folder, "model.bin"), pointer);
  git(folder, "add", "-A");
  git(folder, "commit", "--quiet", "-m", "both");
  const { text, messages } = await reader(t, { root });
  await text(git(folder, "rev-parse", "HEAD"));
  assert.equal(messages.length, 2);
  assert.match(messages.join("\n"), /a\.git: vendor\/b is a submodule, and left out/);
  assert.match(messages.join("\n"), /a\.git: model\.bin is kept by LFS/);
});
