import assert from "node:assert/strict";
import { test } from "node:test";
import { booleanFlag, listFlag, numberFlag, parseCommandLine, stringFlag } from "../../src/cli/args.ts";

test("flags, lists and words are told apart", () => {
  const args = parseCommandLine(
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
  const args = parseCommandLine(["build"], environment);
  assert.equal(stringFlag(args, "cache-dir"), "/from/env");
  assert.deepEqual(listFlag(args, "tag"), ["x", "y"]);
  assert.equal(booleanFlag(args, "json"), true);
  assert.equal(booleanFlag(args, "offline"), false);
  assert.equal(
    stringFlag(parseCommandLine(["build", "--cache-dir", "/from/flag"], environment), "cache-dir"),
    "/from/flag",
  );
});

test("a slip in a flag or a verb names the nearest that exists", () => {
  assert.throws(() => parseCommandLine(["build", "--platfrom", "x"], {}), { code: "USAGE", hint: /--platform/ });
  assert.throws(() => parseCommandLine(["bulid"], {}), { code: "USAGE", hint: /ociasm build/ });
  assert.throws(() => parseCommandLine(["image"], {}), { code: "USAGE", hint: /image ls/ });
});

test("a flag that does not exist yet is refused, not ignored", () => {
  assert.throws(() => parseCommandLine(["build", "--bytecode", "all"], {}), {
    code: "USAGE",
    message: /not available yet/,
  });
});

test("a missing value, a surplus word and a wrong choice are usage errors", () => {
  assert.throws(() => parseCommandLine(["build", "--tag"], {}), { code: "USAGE" });
  assert.throws(() => parseCommandLine(["build", "a", "b"], {}), { code: "USAGE", message: /`b`/ });
  assert.throws(() => parseCommandLine(["inspect"], {}), { code: "USAGE" });
  assert.throws(() => parseCommandLine(["build", "--progress", "fancy"], {}), { code: "USAGE", message: /plain/ });
});

test("numbers are whole and bounded", () => {
  assert.equal(numberFlag(parseCommandLine(["build", "-j", "4"], {}), "jobs", 1), 4);
  for (const bad of ["0", "-1", "2.5", "x", "99999999999999999"]) {
    assert.throws(() => numberFlag(parseCommandLine(["build", `--jobs=${bad}`], {}), "jobs", 1), { code: "USAGE" });
  }
});
