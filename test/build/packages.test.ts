import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openDeps } from "../../src/build/open-deps.ts";
import { openPackages } from "../../src/build/packages.ts";
import { silent } from "../../src/events.ts";
import { requirementsTxt } from "../../src/input/requirements-txt.ts";
import { parseLock } from "../support/lock-input.ts";
import { testTarget } from "../support/target.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { buildWheel } from "../support/wheel.ts";

test("what a lock file is written from has been hashed; a build takes the locked hash unread", async (t) => {
  const folder = temporaryFolder(t);
  const { signal } = new AbortController();
  const options = { jobs: 1, offline: false, environment: {}, report: silent, signal, userAgent: "test" };
  const deps = openDeps({ ...options, cacheDir: join(folder, "cache"), insecureRegistries: [] });
  t.after(() => deps.close());
  const { filename, sha256, size, bytes } = buildWheel({ name: "six", version: "1.0" });
  const config = { noIndex: true, findLinks: [folder] };
  const input = parseLock(requirementsTxt, `six==1.0 --hash=sha256:${sha256}\n`);
  const open = async () => {
    const packages = await openPackages({ context: folder, config, input }, deps);
    t.after(() => packages.close());
    return packages;
  };
  const pinned = async () => {
    const packages = await open();
    return (await packages.pinnedFor(testTarget(), packages.choice, new Map())).packages[0]?.file;
  };
  writeFileSync(join(folder, filename), "other");
  const { packages } = await (await open()).lockFor(testTarget());
  assert.equal(packages[0]?.wheel.sha256, sha256);
  await assert.rejects(pinned(), { code: "NOT_IN_INDEX", message: /its one file has another/ });
  writeFileSync(join(folder, filename), bytes);
  const file = await pinned();
  assert.deepEqual([file?.sha256, file?.size], [sha256, size]);
});
