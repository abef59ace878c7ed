import assert from "node:assert/strict";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { stringify } from "yaml";
import { checkOutAction, REUSABLE, RUNNER_NODE, readReusable, type WorkflowJob } from "../support/action-run.ts";
import { startRegistry } from "../support/real-registry.ts";
import { runTool } from "../support/run-tool.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, needsTools } from "../support/tools.ts";

/** A checkout step is the only one from elsewhere: act copies the folder instead. */
const workflow = (host: string): string => `on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - id: whole
        uses: ./action
        with: { context: app, platforms: "linux/amd64,linux/arm64", push: true, tags: "${host}/team/whole:1" }
      - id: amd64
        uses: ./action
        with: { context: app, platforms: linux/amd64, push-by-digest: true, tags: "${host}/team/app:1" }
      - id: arm64
        uses: ./action
        with: { context: app, platforms: linux/arm64, push-by-digest: true, tags: "${host}/team/app:1" }
      - id: merged
        uses: ./action/merge
        with:
          tags: ${host}/team/app:1
          digests: |
            \${{ steps.amd64.outputs.digest }}
            \${{ steps.arm64.outputs.digest }}
      - run: test "\${{ steps.whole.outputs.digest }}" = "\${{ steps.merged.outputs.digest }}"
      - run: test -s "\${{ steps.amd64.outputs.digest-file }}"
`;

/** The reusable workflow less the steps that come from elsewhere: the action lies where its checkout would put it. */
function reusable(): string {
  const { jobs, ...rest } = readReusable();
  const here = ({ steps, ...job }: WorkflowJob) => ({
    ...job,
    steps: steps
      .filter(({ uses = "", with: inputs = {} }) => !uses.startsWith("actions/") || !("repository" in inputs))
      .filter(({ uses = "" }) => !/^actions\/(?!checkout)/.test(uses)),
  });
  return stringify({ ...rest, jobs: Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, here(job)])) });
}

const caller = (host: string): string => `on: push
jobs:
  image:
    uses: ./${REUSABLE}
    with:
      context: app
      platforms: linux/amd64,linux/arm64
      tags: ${host}/team/called:1
      check: max-size=1MB
    secrets:
      docker-config: '{"auths": {}}'
  after:
    needs: image
    runs-on: ubuntu-latest
    steps:
      - run: echo "ref=\${{ needs.image.outputs.ref }} size=\${{ needs.image.outputs.size }}"
`;

/** A repository with an application, and what the runner has. */
async function checkout(t: TestContext, action: string) {
  const [home, folder] = [temporaryFolder(t), join(temporaryFolder(t), "checkout")];
  for (const path of ["app", ".github/workflows"]) mkdirSync(join(folder, path), { recursive: true });
  renameSync(await checkOutAction(t), join(folder, action));
  writeFileSync(join(folder, "app", "main.py"), "print('hello')\n");
  writeFileSync(join(folder, "app", "requirements.txt"), "");
  writeFileSync(
    join(folder, "app", "ociasm.yaml"),
    "base: scratch\npython: '3.11'\nlibc: glibc:2.36\nbytecode: none\n",
  );
  const env = { HOME: home, PATH: `${dirname(RUNNER_NODE)}:${process.env["PATH"]}` };
  const git = (...words: readonly string[]) => runTool("git", words, { cwd: folder, env });
  const act = async (): Promise<string> => {
    await git("init", "-q");
    await git("remote", "add", "origin", "https://github.com/Owner/Repo.git");
    await git("add", "-A");
    await git("-c", "user.name=test", "-c", "user.email=test@mail.example", "commit", "-qm", "all");
    return runTool("act", ["push", "-W", ".github/workflows/push.yml", "-P", "ubuntu-latest=-self-hosted"], {
      cwd: folder,
      env,
    });
  };
  const write = (name: string, text: string): void => writeFileSync(join(folder, ".github/workflows", name), text);
  return { act, write };
}

// act has 150 MB of modules to compile: it is tried wherever it is on PATH.
if (findTool("act") !== undefined) {
  test("act runs a workflow with the action and the merge, from action.yml to the end of the job", async (t) => {
    if (!needsTools(t, "docker-registry", "git")) return;
    const { act, write } = await checkout(t, "action");
    write("push.yml", workflow((await startRegistry(t, "docker-registry")) ?? ""));
    const log = await act();
    assert.match(log, /Success - Post \.\/action/);
    assert.match(log, /Job succeeded/);
  });

  test("act runs the reusable workflow, and its caller has the image's name", async (t) => {
    if (!needsTools(t, "docker-registry", "git")) return;
    const { act, write } = await checkout(t, ".ociasm");
    const host = (await startRegistry(t, "docker-registry")) ?? "";
    write("push.yml", caller(host));
    write("image.yml", reusable());
    const log = await act();
    assert.match(log, new RegExp(`ref=${host}/team/called:1@sha256:[0-9a-f]{64} size=[1-9]`));
  });
}
