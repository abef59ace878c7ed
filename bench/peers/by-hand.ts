import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { inTurn, succeed } from "../_measure.ts";
import { uvProgram } from "./installer.ts";
import type { App, Peer, Session } from "./peer.ts";
import { startServer } from "./server.ts";

/** What people write into a script: install into a folder, tar, compress, `crane append`. */
export function byHand(installer: "pip" | "uv", compress: "gzip" | "pigz"): Peer {
  return {
    name: `${installer}, tar, ${compress}, crane append`,
    versions: async () => ({
      [installer]: (
        await succeed(...installerCommand(installer, await program(installer), ["--version"]))
      ).stdout.trim(),
      crane: (await succeed("crane", ["version"])).stdout.trim(),
      [compress]: (await succeed(compress, ["--version"])).stdout.split("\n")[0] ?? "",
    }),
    start: (app, folder) => start(app, folder, installer, compress),
  };
}

async function program(installer: "pip" | "uv"): Promise<string> {
  return installer === "uv" ? await uvProgram() : (process.env["OCIASM_TEST_PYTHON"] ?? "python3");
}

function installerCommand(
  installer: "pip" | "uv",
  path: string,
  words: readonly string[],
): readonly [command: string, args: readonly string[]] {
  return installer === "uv" ? [path, words] : [path, ["-m", "pip", "--disable-pip-version-check", ...words]];
}

async function start(app: App, folder: string, installer: "pip" | "uv", compress: "gzip" | "pigz"): Promise<Session> {
  const work = join(folder, "work");
  await mkdir(work, { recursive: true });
  const server = await startServer("crane", join(folder, "registry"));
  await succeed("crane", ["push", "--insecure", app.base, `${server.host}/base:1`]);
  const path = await program(installer);
  let count = 0;
  return {
    build: async (target) => {
      const tree = join(work, `${count++}`);
      await mkdir(join(tree, "app"), { recursive: true });
      await copyFile(join(app.context, "main.py"), join(tree, "app/main.py"));
      const requirements = join(app.context, "requirements.txt");
      const from = ["--no-index", "--find-links", app.wheels, "--require-hashes", "-r", requirements];
      // Neither compiles: bytecode in no row of the table, or in all.
      const compile = installer === "uv" ? ["pip", "install", "--no-cache", "-q"] : ["install", "-q", "--no-compile"];
      const install = [...compile, "--target", join(tree, "app/site"), ...from];
      const layer = join(work, `${count}.tar.gz`);
      const same = "--sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner";
      const pack = `tar ${same} -C "$1" -cf - app | ${compress} -6n > "$2"`;
      const base = ["append", "--insecure", "-b", `${server.host}/base:1`, "-f", layer];
      const place = "layout" in target ? ["-t", "bench/app:1", "-o", target.layout] : ["-t", target.registry];
      return inTurn([
        await succeed(...installerCommand(installer, path, install)),
        await succeed("sh", ["-c", pack, "sh", tree, layer]),
        await succeed("crane", [...base, ...place]),
      ]);
    },
    store: [work],
    stop: server.stop,
  };
}
