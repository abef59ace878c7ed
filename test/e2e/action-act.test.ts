import assert from "node:assert/strict";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { checkOutAction, RUNNER_NODE } from "../support/action-run.ts";
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

// act has 150 MB of modules to compile: it is tried wherever it is on PATH.
if (findTool("act") !== undefined) {
  test("act runs a workflow with the action and the merge, from action.yml to the end of the job", async (t) => {
    if (!needsTools(t, "docker-registry", "git")) return;
    const [home, checkout] = [temporaryFolder(t), join(temporaryFolder(t), "checkout")];
    for (const folder of ["app", ".github/workflows"]) mkdirSync(join(checkout, folder), { recursive: true });
    renameSync(await checkOutAction(t), join(checkout, "action"));
    writeFileSync(join(checkout, "app", "main.py"), "print('hello')\n");
    writeFileSync(join(checkout, "app", "requirements.txt"), "");
    writeFileSync(
      join(checkout, "app", "ociasm.yaml"),
      "base: scratch\npython: '3.11'\nlibc: glibc:2.36\nbytecode: none\n",
    );
    const host = await startRegistry(t, "docker-registry");
    writeFileSync(join(checkout, ".github/workflows/image.yml"), workflow(host ?? ""));
    const env = { HOME: home, PATH: `${dirname(RUNNER_NODE)}:${process.env["PATH"]}` };
    const git = (...words: readonly string[]) => runTool("git", words, { cwd: checkout, env });
    await git("init", "-q");
    await git("remote", "add", "origin", "https://github.com/Owner/Repo.git");
    await git("add", "-A");
    await git("-c", "user.name=test", "-c", "user.email=test@mail.example", "commit", "-qm", "all");
    const log = await runTool("act", ["push", "-P", "ubuntu-latest=-self-hosted"], { cwd: checkout, env });
    assert.match(log, /Success - Post \.\/action/);
    assert.match(log, /Job succeeded/);
  });
}
