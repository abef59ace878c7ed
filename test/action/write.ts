import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundleAction } from "../support/action-bundle.ts";
import { ROOT } from "../support/cli.ts";

// npm run action: writes dist/, which the runner takes from the repository as it is.
const folder = join(ROOT, "dist");
const { files } = await bundleAction();
rmSync(folder, { recursive: true, force: true });
for (const [path, bytes] of files) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}
