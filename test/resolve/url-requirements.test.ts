import assert from "node:assert/strict";
import { test } from "node:test";
import { asked } from "../support/request.ts";
import { refusalOf, resolveCase, versionsOf } from "../support/resolving.ts";

const HASH = "a".repeat(64);
const WHEEL = "https://files.example/a-1-py3-none-any.whl";

test("a wheel by URL is the only version of its package", async () => {
  const index = { a: { "1": { requires: ["b"] }, "2": {} }, b: { "1": { requires: ["a>=1"] } } };
  const { packages } = await resolveCase({ index, requires: [`a @ ${WHEEL}#sha256=${HASH}`] });
  const [a, b] = packages;
  assert.equal(a?.version, "1");
  assert.deepEqual(a?.file, { filename: "a-1-py3-none-any.whl", url: WHEEL, sha256: HASH });
  assert.deepEqual(JSON.parse(a?.directUrl ?? ""), {
    archive_info: { hash: `sha256=${HASH}`, hashes: { sha256: HASH } },
    url: WHEEL,
  });
  assert.equal(b?.directUrl, undefined);
  const clash = await refusalOf({
    index: { a: index.a, b: { "1": { requires: ["a>1"] } } },
    requires: [`a @ ${WHEEL}`, "b"],
  });
  assert.equal(clash.code, "UNSATISFIABLE");
});

test("extras of a wheel by URL work", async () => {
  const index = { a: { "1": { extras: { x: ["b"] } } }, b: { "1": {} } };
  assert.equal(await versionsOf({ index, requires: [`a[x] @ ${WHEEL}`] }), "a 1, b 1");
});

test("packages of an index may name a URL only where the user does too", async () => {
  const index = { a: { "1": {} }, b: { "1": { requires: [`a @ ${WHEEL}`] }, "0": {} } };
  assert.equal(await versionsOf({ index, requires: ["b"] }), "b 0");
  assert.equal(await versionsOf({ index, requires: ["b", `a @ ${WHEEL}`] }), "a 1, b 1");
  const { message } = await refusalOf({ index, requires: ["b==1"] });
  assert.match(
    message,
    /asks for a at https:\/\/files\.example\/a-1-py3-none-any\.whl, and only your own requirements/,
  );
});

test("a wheel by URL may ask for others by URL", async () => {
  const url = "https://files.example/b-1-py3-none-any.whl";
  const index = { a: { "1": { requires: [`b @ ${url}`] } }, b: { "1": {}, "2": {} } };
  assert.equal(await versionsOf({ index, requires: [`a @ ${WHEEL}`, "b"] }), "a 1, b 1");
});

test("a source can name a wheel by URL or path", async () => {
  const index = { a: { "1": {}, "2": {} } };
  const location = { file: "/project/pyproject.toml", line: 4, column: 1 };
  const sources = [{ name: "a", from: { kind: "url", url: WHEEL } as const, location }];
  assert.equal(await versionsOf({ index, requires: ["a"], input: { sources } }), "a 1");
});

test("what would have to be built is refused with the way out and the place", async () => {
  const refused = async (text: string) => {
    const refusal = await refusalOf({ index: {}, requires: ["b", text] });
    assert.equal(refusal.code, "INPUT_UNSUPPORTED", text);
    assert.equal(refusal.location?.line, 2);
    assert.match(refusal.hint ?? "", /build a wheel of it first/);
    return refusal.message;
  };
  assert.match(
    await refused("a @ git+https://user:secret@host.example/a.git"),
    /^a: git\+https:\/\/host\.example\/a\.git is in version control/,
  );
  assert.match(await refused("a @ https://files.example/a-1.tar.gz"), /holds sources/);
  assert.match(await refused("a @ file:///src/a"), /is a folder of sources/);
  const location = { file: "pyproject.toml", line: 4, column: 1 };
  for (const from of [
    { kind: "git", url: "https://host.example/a.git" },
    { kind: "workspace" },
    { kind: "path", path: "../a", editable: true },
  ] as const) {
    const refusal = await refusalOf({
      index: {},
      requires: ["a"],
      input: { sources: [{ name: "a", from, location }] },
    });
    assert.equal(refusal.code, "INPUT_UNSUPPORTED");
    assert.equal(refusal.location?.line, 4);
  }
});

test("a URL whose marker does not hold is not looked at", async () => {
  const requires = ["b", "a @ git+https://host.example/a.git ; sys_platform == 'win32'"];
  assert.equal(await versionsOf({ index: { b: { "1": {} } }, requires }), "b 1");
});

test("a wheel by URL that does not fit the target or its name is refused", async () => {
  const url = "https://files.example/a-1-py3-none-win_amd64.whl";
  const index = { a: { "1": { wheel_tags: ["py3-none-win_amd64"] } } };
  const unfit = await refusalOf({ index, requires: [`a @ ${url}`] });
  assert.match(unfit.message, /a .*is a-1-py3-none-win_amd64\.whl \(for Windows\)/);
  const other = await refusalOf({ index: {}, requires: [`b @ ${WHEEL}`] });
  assert.match(other.message, /b is asked for, and a-1-py3-none-any\.whl is a/);
});

test("two URLs for one package are named with their lines", async () => {
  const requires = [`a @ ${WHEEL}`, "a @ https://files.example/a-2-py3-none-any.whl"];
  const refusal = await refusalOf({ index: {}, requires });
  assert.equal(refusal.code, "INPUT_INVALID");
  assert.match(refusal.message, /a-1-py3-none-any\.whl \(requirements\.in:1\) and a-2-py3-none-any\.whl/);
  assert.equal(refusal.location?.line, 2);
});

test("a hash behind a URL is its wheel's; one that contradicts the URL is refused", async () => {
  const index = { a: { "1": {} } };
  const requirements = [asked(`a @ ${WHEEL}`, 1, [HASH])];
  const { packages } = await resolveCase({ index, input: { requirements } });
  assert.equal(packages[0]?.file.sha256, HASH);
  const contrary = [asked(`a @ ${WHEEL}#sha256=${"b".repeat(64)}`, 1, [HASH])];
  assert.equal((await refusalOf({ index, input: { requirements: contrary } })).code, "INPUT_INVALID");
});

test("a URL in a constraint says where a package comes from, if it is reached", async () => {
  const index = { a: { "1": {}, "2": {} }, b: { "1": {} } };
  const wheel = { constraints: [asked(`a @ ${WHEEL}`)] };
  assert.equal(await versionsOf({ index, requires: ["a", "b"], input: wheel }), "a 1, b 1");
  assert.equal(await versionsOf({ index, requires: ["b"], input: wheel }), "b 1");
  const git = { constraints: [asked("a @ git+https://host.example/a.git", 3)] };
  assert.equal(await versionsOf({ index, requires: ["b"], input: git }), "b 1");
  const { message } = await refusalOf({ index, requires: ["a"], input: git });
  assert.match(message, /is to come from git\+https:\/\/host\.example\/a\.git \(requirements\.in:3\)/);
});
