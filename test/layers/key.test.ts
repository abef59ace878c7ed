import assert from "node:assert/strict";
import { test } from "node:test";
import { layerKey } from "../../src/layers/key.ts";
import type { LayerRecipe, LayerSource } from "../../src/layers/recipe.ts";
import { codec, venv } from "./fixtures.ts";

const hex = (digit: string) => digit.repeat(64);

const sources: readonly LayerSource[] = [
  {
    type: "wheel",
    name: "demo",
    version: "1.0",
    filename: "demo-1.0-py3-none-any.whl",
    sha256: hex("a"),
    size: 10,
    directUrl: "{}",
    exclude: ["a"],
  },
  {
    type: "deb",
    package: "libc6",
    version: "2.36",
    architecture: "amd64",
    filename: "libc6.deb",
    sha256: hex("b"),
    size: 10,
    exclude: ["usr/share/man/**"],
  },
  { type: "file", path: "app/main.py", mode: 0o644, uid: 1, gid: 2, sha256: hex("c"), size: 10 },
  { type: "text", path: "etc/x", mode: 0o644, uid: 1, gid: 2, text: "x" },
  { type: "symlink", path: "app/link", target: "main.py" },
  { type: "directory", path: "app/data", mode: 0o755, uid: 1, gid: 2 },
  { type: "generated", generator: "dpkg-status 1" },
];

const recipe: LayerRecipe = {
  kind: "package",
  title: "demo",
  packages: ["demo==1.0"],
  sources,
  scheme: venv,
  codec,
  mtime: 315532800,
  directories: [{ type: "directory", path: "app", mode: 0o700, uid: 3, gid: 4 }],
};

/** No byte of the layer depends on these: they are shown, or a sha256 beside them pins them. */
const DISPLAY = [
  "kind",
  "title",
  "packages",
  "packages.0",
  "scheme.name",
  "sources.0.name",
  "sources.0.version",
  "sources.0.filename",
  "sources.0.size",
  "sources.1.package",
  "sources.1.version",
  "sources.1.architecture",
  "sources.1.filename",
  "sources.1.size",
  "sources.2.size",
];

type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** Every way to change one value, add to a list or drop a member. */
function* flips(value: Json, path: string): Generator<readonly [path: string, changed: Json]> {
  if (typeof value === "string") yield [path, `${value}x`];
  else if (typeof value === "number") yield [path, value + 1];
  else if (Array.isArray(value)) {
    yield [path, [...value, value[0] ?? "x"]];
    for (const [at, item] of value.entries()) {
      for (const [inner, changed] of flips(item, join(path, String(at)))) yield [inner, value.with(at, changed)];
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      for (const [inner, changed] of flips(member, join(path, key))) yield [inner, { ...value, [key]: changed }];
    }
  }
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

test("every field that reaches the bytes changes the key and no other does", () => {
  const key = layerKey(recipe);
  const seen: string[] = [];
  for (const [path, changed] of flips(recipe as unknown as Json, "")) {
    // A changed tag is another kind of source altogether, which the types forbid to mix.
    if (path.endsWith(".type")) continue;
    seen.push(path);
    const same = layerKey(changed as unknown as LayerRecipe) === key;
    assert.equal(same, DISPLAY.includes(path), path);
  }
  for (const path of DISPLAY) assert.ok(seen.includes(path), `${path} was not flipped`);
  assert.ok(seen.length > 40);
});

test("a package that lies below is another source than one of the layer itself", () => {
  const below = sources.map((source): LayerSource => (source.type === "deb" ? { ...source, below: true } : source));
  assert.notEqual(layerKey({ ...recipe, sources: below }), layerKey(recipe));
});

test("dropping an optional field changes the key", () => {
  const bare = sources.map((source): LayerSource => {
    if (source.type === "wheel") {
      const { directUrl: _url, ...rest } = source;
      return rest;
    }
    return source;
  });
  assert.notEqual(layerKey({ ...recipe, sources: bare }), layerKey(recipe));
});

test("a layer without wheels is the same under any scheme", () => {
  const text = sources.filter((source) => source.type === "text");
  const other = { ...venv, data: "opt/venv" };
  assert.equal(layerKey({ ...recipe, sources: text, scheme: other }), layerKey({ ...recipe, sources: text }));
});

test("a bucket of one wheel is the same layer as the wheel alone", () => {
  assert.equal(layerKey({ ...recipe, kind: "bucket", title: "packages 3/8" }), layerKey(recipe));
});
