import assert from "node:assert/strict";
import { test } from "node:test";
import { type EnvironmentInput, environmentRecipe } from "../../src/layers/environment.ts";
import { filesRecipe } from "../../src/layers/project.ts";
import { codec, venv } from "./fixtures.ts";

const input: EnvironmentInput = {
  scheme: venv,
  codec,
  mtime: 315532800,
  directories: [],
  python: { version: "3.11.2", freeThreaded: false, executable: "/usr/bin/python3.11" },
  workdir: "app",
};

function links(recipe: ReturnType<typeof environmentRecipe>): Record<string, string> {
  return Object.fromEntries(
    recipe.sources.flatMap((source) => (source.type === "symlink" ? [[source.path, source.target]] : [])),
  );
}

test("the tree is a virtual environment of the image's Python", () => {
  const recipe = environmentRecipe(input);
  const config = recipe.sources.find((source) => source.type === "text" && source.path === "app/.venv/pyvenv.cfg");
  assert.equal(
    config?.type === "text" && config.text,
    "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n",
  );
  assert.deepEqual(links(recipe), {
    "app/.venv/bin/python": "/usr/bin/python3.11",
    "app/.venv/bin/python3": "python",
    "app/.venv/bin/python3.11": "python",
    "app/.venv/include/site/python3.11": "python3",
    "app/.venv/lib/python3.11": "python3",
    "app/.venv/lib64": "lib",
    "app/.venv/site": "lib/python3/site-packages",
  });
  const directories = recipe.sources.flatMap((source) => (source.type === "directory" ? [source.path] : []));
  assert.deepEqual(directories, [
    "app",
    "app/.venv",
    "app/.venv/bin",
    "app/.venv/include/site/python3",
    "app/.venv/lib/python3/site-packages",
  ]);
  assert.equal(recipe.kind, "environment");
});

test("a free-threaded Python has its t in the names of its directories", () => {
  const python = { version: "3.13.1", freeThreaded: true, executable: "/opt/python/bin/python3.13t" };
  const found = links(environmentRecipe({ ...input, python }));
  assert.equal(found["app/.venv/lib/python3.13t"], "python3");
  assert.equal(found["app/.venv/bin/python3.13t"], "python");
  assert.equal(found["app/.venv/bin/python3.13"], "python");
});

test("what the base lacks besides lies in the same layer, but for directories that are there already", () => {
  const text = { type: "text", path: "etc/passwd", mode: 0o644, text: "x" } as const;
  const home = { type: "directory", path: "app", mode: 0o700, uid: 7, gid: 7 } as const;
  const { sources } = environmentRecipe({ ...input, more: [text, home] });
  assert.ok(sources.includes(text));
  const app = sources.filter((source) => "path" in source && source.path === "app");
  assert.deepEqual(app, [{ type: "directory", path: "app", mode: 0o755 }]);
});

test("a directory that the base has with other attributes keeps them", () => {
  const owned = { type: "directory", path: "app", mode: 0o770, uid: 7, gid: 7 } as const;
  const recipe = environmentRecipe({ ...input, directories: [owned, { ...owned, path: "srv" }] });
  assert.deepEqual(recipe.directories, [owned]);
  assert.equal(
    recipe.sources.some((source) => source.type === "directory" && source.path === "app"),
    false,
  );
});

test("the project's layer is sorted and passes through the base's directories", () => {
  const owned = { type: "directory", path: "srv", mode: 0o700 } as const;
  const file = (path: string) => ({ type: "file", path, mode: 0o644, sha256: "a".repeat(64), size: 1 }) as const;
  const recipe = filesRecipe("project", [file("srv/b"), file("srv/a")], {
    scheme: venv,
    codec,
    mtime: 0,
    directories: [owned],
  });
  assert.deepEqual(
    recipe.sources.map((source) => "path" in source && source.path),
    ["srv/a", "srv/b"],
  );
  assert.deepEqual(recipe.directories, [owned]);
  assert.equal(recipe.kind, "project");
});
