import assert from "node:assert/strict";
import { test } from "node:test";
import type { InstallScheme } from "../../src/layers/recipe.ts";
import { ANYWHERE, layerRoots, mayMeet, type WheelEntries, wheelRoots } from "../../src/layers/roots.ts";

const SCHEME: InstallScheme = {
  name: "test",
  site: "app/site",
  scripts: "app/bin",
  headers: "app/include",
  data: "app",
  interpreter: "/usr/bin/python3",
  links: {},
};

const wheel = (name: string, ...paths: readonly string[]): WheelEntries => ({
  source: { name },
  entries: paths.map((path) => ({ path, type: "file" })),
});

const roots = (...wheels: readonly WheelEntries[]): readonly string[] =>
  layerRoots(wheels.map((one) => wheelRoots(one, SCHEME)));

test("roots are the topmost folders with files of their own, and files beside them and outside", () => {
  const one = wheel(
    "google-cloud-storage",
    ...["google/cloud/storage/__init__.py", "google/cloud/storage/deep/x.py", "six.py"].map(
      (path) => `app/site/${path}`,
    ),
    "app/site/google_cloud_storage-1.0.dist-info/METADATA",
    "app/site/other-1.0.dist-info/METADATA",
    "app/bin/tool",
  );
  assert.deepEqual(roots(one), ["/app/bin/tool", "google/cloud/storage", "other-1.0.dist-info", "six.py"]);
});

test("layers that share a name space meet only where one writes below the other's root", () => {
  const storage = roots(wheel("a", "app/site/google/cloud/storage/__init__.py"));
  const vision = roots(wheel("b", "app/site/google/cloud/vision/__init__.py"));
  const greedy = roots(wheel("c", "app/site/google/__init__.py"));
  assert.equal(mayMeet(storage, vision), false);
  assert.equal(mayMeet(storage, greedy), true);
  assert.equal(mayMeet(greedy, vision), true);
  assert.equal(mayMeet(storage, roots(wheel("d", "app/site/Google/Cloud/Storage/x.py"))), true);
});

test("a folder in which nothing is counts as a file, and too many roots as anything", () => {
  const empty: WheelEntries = { source: { name: "a" }, entries: [{ path: "app/site/empty", type: "directory" }] };
  assert.deepEqual(roots(empty), ["empty"]);
  const many = roots(wheel("a", ...Array.from({ length: 300 }, (_, at) => `app/site/m${at}.py`)));
  assert.deepEqual(many, [ANYWHERE]);
  assert.equal(mayMeet(many, []), true);
});
