import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import { ACTION, checkOutAction, HAS_ZSTD, MERGE, runActionStep, type StepRun } from "../support/action-run.ts";
import { ociasm } from "../support/cli.ts";
import { startHttpServer, type TestServer } from "../support/http-server.ts";
import { startRegistry } from "../support/real-registry.ts";
import { serveSimpleIndex } from "../support/simple-index.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";
import { type BuiltWheel, buildWheel } from "../support/wheel.ts";

// The action as a runner starts it, with nothing installed, against a registry that others wrote.

const PLATFORMS = ["linux/amd64", "linux/arm64"];

interface Runner {
  readonly server: TestServer;
  readonly workspace: string;
  step(
    inputs: Readonly<Record<string, string>>,
    env?: Readonly<Record<string, string>>,
    file?: string,
  ): Promise<StepRun>;
}

const wheel = (name: string, version: string): BuiltWheel =>
  buildWheel({
    name,
    version,
    files: {
      [`${name}/__init__.py`]: `NAME = "${name} ${version}"\n`,
      [`${name}/tests/test_${name}.py`]: "assert True\n".repeat(1000),
    },
  });

/** A job on a machine of its own: nothing in its cache. */
async function runner(t: TestContext, action: string, wheels: readonly BuiltWheel[]): Promise<Runner> {
  const server = await startHttpServer(t);
  const index = serveSimpleIndex(server, wheels, { format: "json" });
  const workspace = temporaryFolder(t);
  mkdirSync(join(workspace, "app"));
  const pins = wheels.map(
    ({ filename, sha256 }) => `${filename.split("-").slice(0, 2).join("==")} --hash=sha256:${sha256}\n`,
  );
  writeFileSync(join(workspace, "app", "requirements.txt"), pins.join(""));
  writeFileSync(join(workspace, "app", "main.py"), "print('hello')\n");
  writeFileSync(
    join(workspace, "app", "ociasm.yaml"),
    "base: scratch\npython: '3.11'\nlibc: glibc:2.36\nbytecode: none\n",
  );
  const own = { PIP_CONFIG_FILE: "/dev/null", PIP_FIND_LINKS: "", PIP_EXTRA_INDEX_URL: "", UV_FIND_LINKS: "" };
  return {
    server,
    workspace,
    step: (inputs, env = {}, file = ACTION) =>
      runActionStep({
        action,
        file,
        workspace,
        inputs: { ...(file === ACTION ? { context: "app", "index-url": index.url } : {}), ...inputs },
        env: { ...own, ...env },
      }),
  };
}

const WHEELS = [wheel("alpha", "1.0"), wheel("beta", "1.0")];
const BUMPED = [wheel("alpha", "1.1"), wheel("beta", "1.0")];
const wheelsAsked = ({ server }: Runner): number => server.log.filter(({ path }) => path.includes(".whl")).length;

function ok(step: StepRun): StepRun {
  assert.equal(step.code, 0, step.log);
  return step;
}

test("a step pushes, and an empty machine pushes again without a byte of a wheel", async (t) => {
  if (!needsTools(t, "docker-registry")) return;
  const [action, host] = [await checkOutAction(t), await startRegistry(t, "docker-registry")];
  // As docker/metadata-action writes them.
  const tags = `${host}/team/app:main\n${host}/team/app:sha-1234567`;
  const metadata = {
    tags,
    labels: `org.opencontainers.image.title=app\norg.opencontainers.image.description=a, b`,
    annotations: `manifest:org.opencontainers.image.title=app`,
  };
  const first = ok(await (await runner(t, action, WHEELS)).step({ ...metadata, push: "true" }));
  const {
    digest = "",
    ref,
    imageid = "",
    manifests = "",
    digestFile = first.outputs["digest-file"] ?? "",
  } = first.outputs;
  assert.match(digest, /^sha256:[0-9a-f]{64}$/);
  assert.equal(ref, `${host}/team/app:main@${digest}`);
  assert.equal(first.outputs["tags"], tags);
  assert.equal(first.outputs["platforms"], "linux/amd64");
  assert.deepEqual(JSON.parse(manifests), { "linux/amd64": digest });
  assert.equal(JSON.parse(first.outputs["metadata"] ?? "")["containerimage.config.digest"], imageid);
  assert.equal(readFileSync(digestFile, "utf8"), `${ref}\n`);
  assert.equal(`sha256:${basename(digestFile)}`, digest);
  assert.ok(Number(first.outputs["pushed-bytes"]) > 0);
  for (const tag of tags.split("\n")) {
    const inspected = await ociasm(["inspect", `docker://${tag}`, "--config"]);
    assert.equal(JSON.parse(inspected.stdout).config.Labels["org.opencontainers.image.description"], "a, b");
  }
  assert.match(first.summary, new RegExp(`<code>${host}/team/app:main</code>`));
  assert.ok(!first.summary.includes("Since the image"), "there was none");

  const fresh = await runner(t, action, WHEELS);
  const again = ok(await fresh.step({ ...metadata, push: "true" }));
  assert.equal(again.outputs["digest"], digest);
  assert.equal(again.outputs["fetched-bytes"], "0");
  assert.equal(again.outputs["pushed-bytes"], "0");
  assert.equal(wheelsAsked(fresh), 0);
  assert.match(again.summary, /No package changed/);

  const bumped = ok(await (await runner(t, action, BUMPED)).step({ ...metadata, push: "true" }));
  assert.match(bumped.summary, /\| <code>alpha<\/code> \| 1\.0 \| 1\.1 \|/);
  assert.doesNotMatch(bumped.summary, /<code>beta<\/code> \|/);
});

test("runners for a platform each and a merge give the image of one run", async (t) => {
  if (!needsTools(t, "docker-registry")) return;
  const [action, host] = [await checkOutAction(t), await startRegistry(t, "docker-registry")];
  const whole = await (await runner(t, action, WHEELS)).step({
    tags: `${host}/team/whole:1`,
    platforms: PLATFORMS.join(","),
    push: "true",
  });
  assert.equal(ok(whole).outputs["platforms"], PLATFORMS.join(","));
  const merging = await runner(t, action, []);
  for (const platforms of PLATFORMS) {
    const split = await runner(t, action, WHEELS);
    const part = ok(await split.step({ tags: `${host}/team/app:1`, platforms, "push-by-digest": "true" }));
    assert.equal(part.outputs["ref"], `${host}/team/app@${part.outputs["digest"]}`);
    assert.equal(part.outputs["tags"], "");
    const artifact = part.outputs["digest-file"] ?? "";
    mkdirSync(join(merging.workspace, "digests"), { recursive: true });
    writeFileSync(join(merging.workspace, "digests", basename(artifact)), readFileSync(artifact));
  }
  const before = await ociasm(["inspect", `docker://${host}/team/app:1`]);
  assert.notEqual(before.code, 0, "no tag before the merge");
  const tags = `${host}/team/app:1,${host}/team/app:latest`;
  const merged = ok(await merging.step({ digests: "digests", tags }, {}, MERGE));
  assert.equal(merged.outputs["digest"], whole.outputs["digest"]);
  assert.deepEqual(JSON.parse(merged.outputs["manifests"] ?? ""), JSON.parse(whole.outputs["manifests"] ?? ""));
  assert.match(merged.summary, /linux\/arm64/);
  const nothing = await merging.step({ digests: "app", tags }, {}, MERGE);
  assert.equal(nothing.code, 2);
  assert.match(nothing.log, /^::error title=ociasm USAGE::input digests names no image/m);
});

test("an image beyond a limit gets no tag, and one within it does", async (t) => {
  if (!needsTools(t, "docker-registry")) return;
  const [action, host] = [await checkOutAction(t), await startRegistry(t, "docker-registry")];
  const tag = `${host}/team/app:1`;
  for (const check of ["max-size=1kB", "max-size=1GB\nmax-reclaimable=0%"]) {
    const job = await runner(t, action, WHEELS);
    const step = await job.step({ tags: tag, push: "true", check });
    assert.equal(step.code, 5, step.log);
    assert.match(step.log, /^::error title=ociasm LIMIT_EXCEEDED::linux\/amd64: (?:size|reclaimable) is/m);
    assert.match(step.summary, /\*\*FAIL\*\* \| linux\/amd64 \| (?:size|reclaimable) \|/);
    assert.equal(step.outputs["tags"], "");
    assert.notEqual((await ociasm(["inspect", `docker://${tag}`])).code, 0, "there is no such tag");
  }
  const plain = ok(await (await runner(t, action, WHEELS)).step({ tags: `${host}/team/plain:1`, push: "true" }));
  const job = await runner(t, action, WHEELS);
  const step = ok(await job.step({ tags: tag, push: "true", check: "max-size=1GB, max-wasted=10%", report: "true" }));
  assert.equal(step.outputs["digest"], plain.outputs["digest"], "checking changes no byte");
  assert.equal(step.outputs["ref"], `${tag}@${step.outputs["digest"]}`);
  assert.match(step.summary, /\| pass \| linux\/amd64 \| wasted \|/);
  assert.equal((await ociasm(["inspect", `docker://${tag}`])).code, 0);
  const page = join(step.outputs["report"] ?? "", "linux-amd64.html");
  assert.match(readFileSync(page, "utf8"), /^<!doctype html>/);
  const end = await runActionStep({
    ...{ action, file: ACTION, workspace: job.workspace, inputs: {}, program: "post" },
    env: { STATE_folder: step.state["folder"] ?? "" },
  });
  assert.equal(end.code, 0);
  assert.ok(!existsSync(page), "the end of the job leaves nothing");
});

test("what is wrong with a file stands at its line, and secrets are masked before anything else is said", async (t) => {
  const job = await runner(t, await checkOutAction(t), WHEELS);
  writeFileSync(join(job.workspace, "app", "ociasm.yaml"), "base: scratch\nfirst: 1\nsecond: 2\n");
  const step = await job.step({
    "extra-index-url": "https://me:pass%20word@index.example/simple",
    "github-token": "tkn",
  });
  assert.equal(step.code, 2);
  assert.match(step.log, /^::add-mask::tkn\n::add-mask::pass%2520word\n::add-mask::pass word\n/);
  assert.match(step.log, /^::error title=ociasm CONFIG_INVALID,file=app\/ociasm\.yaml,line=2,col=1,/m);
  assert.equal(step.log.match(/^::error /gm)?.length, 2, step.log);
  assert.match(step.summary, /ociasm failed/);
  writeFileSync(join(job.workspace, "app", "ociasm.yaml"), "base: scratch\n");
  writeFileSync(join(job.workspace, "app", "requirements.txt"), "good==1\n\nbad==\n");
  const second = await job.step({ summary: "false" });
  assert.match(second.log, /^::error title=ociasm INPUT_INVALID,file=app\/requirements\.txt,line=3,/m);
  assert.equal(second.summary, "");
});

test("without a push, a name, a repository or the runner's files the image is in the local store", async (t) => {
  const job = await runner(t, await checkOutAction(t), WHEELS);
  const env = { GITHUB_OUTPUT: "", GITHUB_STATE: "", GITHUB_STEP_SUMMARY: "", RUNNER_TEMP: "", GITHUB_WORKSPACE: "" };
  const step = ok(
    await job.step({ "cache-dir": "cache", check: "max-size=1MB", compression: HAS_ZSTD ? "zstd" : "gzip" }, env),
  );
  assert.deepEqual(step.outputs, {});
  const named = ok(
    await job.step({ "cache-dir": "cache" }, { GITHUB_REPOSITORY: "Owner/Repo", GITHUB_REF: "refs/heads/topic/ü" }),
  );
  assert.equal(named.outputs["tags"], "ghcr.io/owner/repo:topic-");
  const list = await ociasm(["image", "ls", "--cache-dir", join(job.workspace, "cache")]);
  assert.match(list.stdout, /ghcr\.io\/owner\/repo:topic-/);
});
