import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEnvFile } from "../../src/build/env-file.ts";
import { decide, parseIgnore } from "../../src/build/gitignore.ts";
import { isOciasmError } from "../../src/errors.ts";
import { mutations } from "../support/mutations.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

test("a hundred thousand damaged ignore files decide about paths without a crash or a hang", () => {
  const seeds = [
    "*.py[co]\n!/keep/\n/build/**/x?\n\\#a\\ \n",
    "**/[!a-z]*/**\n[[:alpha:]]*\na/**/b\n",
    "a*a*a*a*a*b\n**/**/**/c\n",
  ];
  const paths = [["keep"], ["build", "a", "b", "xy"], ["aaaaaaaaaaaaaaaaaaaaaaaa"], ["a", "x", "y", "b"], ["c"]];
  let decided = 0;
  mutations(
    seeds.map((seed) => encoder.encode(seed)),
    100_000,
    (bytes) => {
      const rules = parseIgnore(decoder.decode(bytes));
      for (const path of paths) {
        if (decide([{ base: [], rules }], path, false) !== undefined) decided++;
      }
    },
  );
  assert.ok(decided > 10_000, String(decided));
});

test("a hundred thousand damaged environment files are read or refused with a line", () => {
  const seeds = ["# comment\nA=1\nB=two words\n\nC=\n", "\uFEFFPATH=/a:/b\r\nX==y\n", " lead=1\nbad line\n=none\n"];
  let refused = 0;
  mutations(
    seeds.map((seed) => encoder.encode(seed)),
    100_000,
    (bytes) => {
      try {
        parseEnvFile(".env", decoder.decode(bytes));
      } catch (error) {
        if (!isOciasmError(error) || error.code !== "CONFIG_INVALID" || error.location === undefined) throw error;
        refused++;
      }
    },
  );
  assert.ok(refused > 1000 && refused < 100_000, String(refused));
});
