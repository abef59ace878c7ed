import { realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NATIVE_APPS, runNativeApp } from "../test/support/native-app.ts";

/** What `--system auto` adds for packages that leave libraries to the system; each image is run. `args`: some of their names. */
export async function bench(args: readonly string[]): Promise<void> {
  const wanted = Object.entries(NATIVE_APPS).filter(([name]) => args.length === 0 || args.includes(name));
  // podman makes a name of the path, and names are lower case.
  const folder = join(await realpath(tmpdir()), `ociasm-system-${process.pid}`);
  const cache = join(folder, "cache");
  try {
    console.log("| package | prints | image MB | system packages | their layer MB |\n|---|---|---|---|---|");
    for (const [name, app] of wanted) {
      const { printed, size, systemPackages, systemSize } = await runNativeApp(app, join(folder, name), cache);
      console.log(
        `| ${name} | ${printed} | ${megabytes(size)} | ${systemPackages.length} | ${megabytes(systemSize)} |`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
