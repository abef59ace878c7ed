import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { linkRewriter } from "../../src/install/links.ts";
import { placer } from "../../src/install/place.ts";
import { venv } from "../layers/fixtures.ts";

const place = placer(venv, { filename: "demo-1.0-py3-none-any.whl", name: "demo" });

const PARTS = ["a", "demo", "..", ".", "", "demo-1.0.data", "x.data", "data", "purelib", "scripts", "headers", "lib"];
const MORE = [
  "lib64",
  "site",
  "bin",
  "python3",
  "python3.11",
  "python",
  "include",
  "pyvenv.cfg",
  ".wh.x",
  "a\\b",
  "é",
  "\u0000",
];

test("whatever a wheel calls its files, none leaves the environment, hides its interpreter or goes through a link", () => {
  const words = [...PARTS, ...MORE];
  const links = linkRewriter(venv.links);
  // xorshift32: the same names in every run.
  let state = 0x9e3779b9;
  const next = (limit: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  let placed = 0;
  for (let round = 0; round < 100_000; round++) {
    const name = Array.from({ length: 1 + next(6) }, () => words[next(words.length)] ?? "").join("/");
    try {
      const { path } = place({ name });
      placed += 1;
      assert.ok(path.startsWith("app/.venv/"), name);
      assert.equal(links.resolve(path), path, name);
      assert.doesNotMatch(
        path,
        /^app\/\.venv\/(?:bin\/python[\d.]*$|lib64(?:\/|$)|site(?:\/|$)|lib\/python3\.|pyvenv\.cfg$)/,
        name,
      );
      assert.ok(
        !path.split("/").some((part) => part === "" || part === "." || part === ".." || part.startsWith(".wh.")),
        name,
      );
    } catch (error) {
      if (!isOciasmError(error)) throw error;
    }
  }
  assert.ok(placed > 5000, `${placed} names were placed`);
});

test("links are followed one after the other, and a circle of them is refused", () => {
  const chain = linkRewriter({ "a/x": "b", "b/*": "c" });
  assert.equal(chain.resolve("a/x/y/z"), "c/z");
  assert.equal(chain.resolve("a/x"), "a/x");
  assert.ok(chain.isLink("b/anything") && !chain.isLink("b/any/thing"));
  assert.throws(() => linkRewriter({ a: "b", b: "a" }).resolve("a/x"), { code: "CONFIG_INVALID" });
});
