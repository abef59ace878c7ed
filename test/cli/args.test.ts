import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommandLine } from "../../src/cli/args.ts";
import { type Arguments, booleanFlag, listFlag, numberFlag, stringFlag } from "../../src/cli/arguments.ts";

function parse(argv: readonly string[], environment: Readonly<Record<string, string>> = {}): Arguments {
  return parseCommandLine(argv, environment).args;
}

test("flags, lists and words are told apart", () => {
  const args = parse(
    ["build", "app", "-t", "a:1", "--tag", "b:2", "--push", "--platform", "linux/amd64,linux/arm64"],
    {},
  );
  assert.deepEqual(args.words, ["app"]);
  assert.deepEqual(listFlag(args, "tag"), ["a:1", "b:2"]);
  assert.deepEqual(listFlag(args, "platform"), ["linux/amd64", "linux/arm64"]);
  assert.equal(booleanFlag(args, "push"), true);
  assert.equal(booleanFlag(args, "json"), false);
});

test("a verb of two words is found", () => {
  assert.equal(parseCommandLine(["image", "ls"], {}).verb.name, "image ls");
});

test("the environment's twin holds where the flag is not given", () => {
  const environment = { OCIASM_CACHE_DIR: "/from/env", OCIASM_TAG: "x y", OCIASM_JSON: "1", OCIASM_OFFLINE: "0" };
  const args = parse(["build"], environment);
  assert.equal(stringFlag(args, "cache-dir"), "/from/env");
  assert.deepEqual(listFlag(args, "tag"), ["x", "y"]);
  assert.equal(booleanFlag(args, "json"), true);
  assert.equal(booleanFlag(args, "offline"), false);
  assert.equal(stringFlag(parse(["build", "--cache-dir", "/from/flag"], environment), "cache-dir"), "/from/flag");
});

test("a slip in a flag or a verb names the nearest that exists", () => {
  assert.throws(() => parse(["build", "--platfrom", "x"], {}), { code: "USAGE", hint: /--platform/ });
  assert.throws(() => parse(["bulid"], {}), { code: "USAGE", hint: /ociasm build/ });
  assert.throws(() => parse(["image"], {}), { code: "USAGE", hint: /image ls/ });
});

test("a missing value, a surplus word and a wrong choice are usage errors", () => {
  assert.throws(() => parse(["build", "--tag"], {}), { code: "USAGE" });
  assert.throws(() => parse(["build", "a", "b"], {}), { code: "USAGE", message: /`b`/ });
  assert.throws(() => parse(["inspect"], {}), { code: "USAGE" });
  assert.throws(() => parse(["build", "--progress", "fancy"], {}), { code: "USAGE", message: /plain/ });
});

test("numbers are whole and bounded", () => {
  assert.equal(numberFlag(parse(["build", "-j", "4"], {}), "jobs", 1), 4);
  for (const bad of ["0", "-1", "2.5", "x", "99999999999999999"]) {
    assert.throws(() => numberFlag(parse(["build", `--jobs=${bad}`], {}), "jobs", 1), { code: "USAGE" });
  }
});
