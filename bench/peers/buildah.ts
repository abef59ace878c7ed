import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { inTurn, succeed } from "../_measure.ts";
import { type Installer, installLine, toolsFolder } from "./installer.ts";
import type { App, Peer, Session, Target } from "./peer.ts";

/** `buildah bud` with storage of its own, then `buildah push`. */
export function buildah(installer: Installer): Peer {
  return {
    name: `buildah, ${installer}, gzip`,
    versions: async () => ({ buildah: (await succeed("buildah", ["--version"])).stdout.trim() }),
    start: (app, folder) => start(app, folder, installer),
  };
}

async function start(app: App, folder: string, installer: Installer): Promise<Session> {
  const storage = join(folder, "storage");
  const own = ["--root", storage, "--runroot", join(folder, "run"), "--storage-driver", "overlay"];
  const tools = await toolsFolder(folder);
  const file = join(folder, "Dockerfile");
  await mkdir(folder, { recursive: true });
  // It makes a name of the path, and refuses capitals in it.
  const here = { cwd: dirname(app.base) };
  const { stdout } = await succeed("buildah", [...own, "pull", "-q", `oci:${basename(app.base)}`], here);
  await succeed("buildah", [...own, "tag", stdout.trim(), "localhost/base"]);
  await writeFile(
    file,
    `FROM localhost/base\nWORKDIR /app\nCOPY requirements.txt .\nRUN ${installLine(installer)}\nCOPY main.py .\nCMD ["python3", "main.py"]\n`,
  );
  const flags = ["--layers", "--isolation", "chroot", "--network", "host", "--format", "oci", "--pull-never"];
  const mounts = ["-v", `${app.wheels}:/wheels:ro`, "-v", `${tools}:/tools:ro`];
  return {
    build: async (target) =>
      inTurn([
        await succeed("buildah", [...own, "bud", ...flags, ...mounts, "-f", file, "-t", "localhost/app", app.context]),
        await succeed("buildah", [...own, "push", "-q", "--tls-verify=false", "localhost/app", placeOf(target)]),
      ]),
    store: [storage],
    stop: async () => {},
  };
}

function placeOf(target: Target): string {
  return "layout" in target ? `oci:${target.layout}:latest` : `docker://${target.registry}`;
}
