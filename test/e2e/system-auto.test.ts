import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { NATIVE_APPS, runNativeApp } from "../support/native-app.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";

// The lightest of the programs that bench/system.ts runs. It opens its libraries by name.

test("--system auto brings what WeasyPrint opens, and no more than that needs", async (t) => {
  const app = NATIVE_APPS["weasyprint"];
  if (!needsTools(t, "podman", "runc") || app === undefined) return;
  const cache = process.env["OCIASM_TEST_CACHE"] ?? join(temporaryFolder(t), "cache");
  // podman makes a name of the path, and names are lower case.
  const folder = join(realpathSync(tmpdir()), `ociasm-native-${process.pid}`);
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { systemPackages, systemSize, printed } = await runNativeApp(app, folder, cache);
  assert.match(printed, /^\d+\.\d+$/);
  const names = systemPackages.map((one) => one.split("=")[0]);
  for (const name of ["libpango-1.0-0", "libharfbuzz-subset0", "fontconfig-config"]) assert.ok(names.includes(name));
  assert.ok(systemSize < 10e6, `${systemSize} bytes`);
});
