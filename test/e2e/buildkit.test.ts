import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ociasm } from "../support/cli.ts";
import { succeeds } from "../support/private-engines.ts";
import { startRegistry } from "../support/real-registry.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, needsTools } from "../support/tools.ts";

// BuildKit (buildkitd and buildctl, 200 MB of modules to compile) is tried wherever it is on PATH, by root.
const DAEMON = process.getuid?.() === 0 ? findTool("buildkitd") : undefined;

interface BuildKit {
  /** Builds `dockerfile` in a folder that has a main.py, and pushes the image. */
  push(name: string, dockerfile: string, ...options: readonly string[]): Promise<void>;
}

async function startBuildKit(t: TestContext, program: string): Promise<BuildKit> {
  const folder = temporaryFolder(t);
  const address = `unix://${folder}/socket`;
  const worker = ["--containerd-worker=false", "--oci-worker-snapshotter=native", "--oci-worker-net=host"];
  const child = spawn(program, [...worker, "--root", join(folder, "root"), "--addr", address], { stdio: "ignore" });
  t.after(async () => {
    child.kill();
    await new Promise((resolve) => child.once("exit", resolve));
  });
  const context = join(folder, "context");
  mkdirSync(context);
  writeFileSync(join(context, "main.py"), "print(1)\n");
  return {
    push: async (name, dockerfile, ...options) => {
      writeFileSync(join(context, "Dockerfile"), dockerfile);
      const output = `type=image,name=${name},push=true,registry.insecure=true`;
      const inputs = ["--local", `context=${context}`, "--local", `dockerfile=${context}`];
      const words = ["build", "--frontend", "dockerfile.v0", ...inputs, ...options, "--output", output];
      await succeeds("buildctl", "--addr", address, "--wait", ...words);
    },
  };
}

if (DAEMON !== undefined) {
  test("what BuildKit pushes, attestations too, is copied as it is, and BuildKit builds on what we push", async (t) => {
    if (!needsTools(t, "buildctl", "skopeo", "docker-registry")) return;
    const host = (await startRegistry(t, "docker-registry")) ?? "";
    const kit = await startBuildKit(t, DAEMON);
    const platforms = ["--opt", "platform=linux/amd64,linux/arm64", "--opt", "attest:provenance=mode=max"];
    await kit.push(`${host}/kit/app:1`, "FROM scratch\nCOPY main.py /app/main.py\n", ...platforms);
    const cache = ["--cache-dir", join(temporaryFolder(t), "cache")];
    const own = async (...words: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await ociasm([...words, ...cache]);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    await own("copy", `docker://${host}/kit/app:1`, `${host}/copied/app:1`);
    const raw = (name: string) =>
      succeeds("skopeo", "inspect", "--raw", "--tls-verify=false", `docker://${host}/${name}`);
    const document = await raw("kit/app:1");
    assert.match(document, /attestation-manifest/);
    assert.equal(await raw("copied/app:1"), document);
    assert.match(await own("inspect", `docker://${host}/kit/app:1`), /linux\/arm64/);

    const app = temporaryFolder(t);
    writeFileSync(join(app, "app.py"), "print(2)\n");
    await own("build", app, "--base", `${host}/kit/app:1`, "-t", `${host}/ours/app:1`, "--push", "-q");
    await kit.push(`${host}/kit/on-ours:1`, `FROM ${host}/ours/app:1\nCOPY main.py /x.py\n`);
    const layers = async (name: string): Promise<readonly string[]> =>
      JSON.parse(await raw(name)).layers.map(({ digest }: { digest: string }) => digest);
    const ours = await layers("ours/app:1");
    assert.deepEqual((await layers("kit/on-ours:1")).slice(0, ours.length), ours);
  });
}
