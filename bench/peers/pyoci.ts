import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findTool } from "../../test/support/tools.ts";
import { inTurn, succeed } from "../_measure.ts";
import { uvProgram } from "./installer.ts";
import type { App, Peer, Session } from "./peer.ts";
import { startServer } from "./server.ts";

/** pyoci packs a virtual environment that lies in the context; uv installs into it. Its layers are not compressed. */
export const pyoci: Peer = {
  name: "pyoci, uv, not compressed",
  versions: async () => {
    const script = await readFile(findTool("pyoci") ?? "pyoci", "utf8");
    const python = script.slice(2, script.indexOf("\n"));
    const ask = "import importlib.metadata; print(importlib.metadata.version('pyoci'))";
    return { pyoci: (await succeed(python, ["-c", ask])).stdout.trim() };
  },
  start,
};

async function start(app: App, folder: string): Promise<Session> {
  // It speaks to registries by TLS only.
  const server = await startServer("docker-registry", join(folder, "registry"), { tls: true });
  await succeed("crane", ["push", "--insecure", app.base, `${server.host}/library/base:1`]);
  const uv = await uvProgram();
  const context = join(folder, "context");
  await mkdir(join(context, "app"), { recursive: true });
  const cache = join(folder, "cache");
  const env = { ...process.env, SSL_CERT_FILE: server.authority, HOME: folder };
  return {
    build: async (target) => {
      if (!("layout" in target)) throw new Error("pyoci pushes by TLS only");
      await writeFile(join(context, "app/main.py"), "print(1)\n");
      const requirements = join(app.context, "requirements.txt");
      const from = ["--no-index", "--find-links", app.wheels, "--require-hashes", "-r", requirements];
      const environment = join(context, ".venv");
      const flags = ["--include-deps", "--base-image", `${server.host}/library/base:1`, "--cache-dir", cache];
      const cost = inTurn([
        await succeed(uv, ["venv", "-q", "--no-project", "--allow-existing", environment]),
        await succeed(uv, ["pip", "install", "-q", "--no-cache", "--python", environment, ...from]),
        await succeed("pyoci", ["build", "--tag", "bench:1", "--context", context, ...flags], { cwd: folder, env }),
      ]);
      await rename(join(folder, "dist/image"), target.layout);
      return cost;
    },
    store: [cache, context],
    stop: server.stop,
  };
}
