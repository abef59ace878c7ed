import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { configOf, type ImageState, mergeStates, stateOf } from "../../../src/build/foreign/state.ts";

const at = { file: "Dockerfile", line: 1, column: 1 };
const PLAIN = { noNullPrototype: true };
const name = fc.constantFrom("a", "b", "c", "__proto__");
const names = fc.array(name, { maxLength: 3 });

const states: fc.Arbitrary<ImageState> = fc.record(
  {
    base: name,
    system: names,
    env: fc.dictionary(fc.constantFrom("A", "B"), name, PLAIN),
    cmd: names,
    packages: names.map((texts) => [...new Set(texts)].map((text) => ({ text, at }))),
    weights: fc.array(fc.record({ name, source: name, target: name }, PLAIN), { maxLength: 2 }),
    files: fc.record({ include: names, destination: name }, { requiredKeys: [], ...PLAIN }),
  },
  { requiredKeys: [], ...PLAIN },
);

/** What each step says only once, as states from files have it. */
const distinct = states.map((state) =>
  state.system === undefined ? state : { ...state, system: [...new Set(state.system)] },
);

test("merging is associative, and the empty state changes nothing", () => {
  fc.assert(
    fc.property(distinct, distinct, distinct, (a, b, c) => {
      assert.deepEqual(mergeStates(mergeStates(a, b), c), mergeStates(a, mergeStates(b, c)));
      assert.deepEqual(mergeStates({}, a), a);
      assert.deepEqual(mergeStates(a, {}), a);
    }),
  );
});

test("lists gather, names are decided one by one, and of the rest the later one holds", () => {
  const first: ImageState = { base: "a", system: ["x"], env: { A: "1", B: "1" }, files: { include: ["/i"] } };
  const second: ImageState = { base: "b", system: ["y", "x"], env: { B: "2" }, files: { destination: "/src" } };
  const merged = stateOf({ steps: [first, { packages: [{ text: "p", at }] }, second].map((state) => ({ at, state })) });
  assert.deepEqual(merged, {
    base: "b",
    system: ["x", "y"],
    env: { A: "1", B: "2" },
    files: { include: ["/i"], destination: "/src" },
    packages: [{ text: "p", at }],
  });
  assert.equal("packages" in configOf(merged), false);
});

test("accounts get the numbers that shadow gives, and groups by their names", () => {
  const account = (kind: "user" | "group", named: string, more: object = {}) => ({
    kind,
    name: named,
    isSystem: false,
    ...more,
  });
  const { accounts } = configOf({
    newAccounts: [
      account("group", "web", { isSystem: true }),
      account("user", "web", { isSystem: true, group: "web" }),
      account("user", "one", { shell: "/bin/bash", home: "/srv" }),
      account("user", "two"),
      account("user", "ten", { id: 10, group: "users" }),
      account("user", "own", { id: 11, group: "12" }),
    ],
  });
  assert.deepEqual(accounts, {
    groups: [{ name: "web", gid: 999 }],
    users: [
      { name: "web", uid: 999 },
      { name: "one", uid: 1000, shell: "/bin/bash", home: "/srv" },
      { name: "two", uid: 1001 },
      { name: "ten", uid: 10, gid: 100 },
      { name: "own", uid: 11, gid: 12 },
    ],
  });
  assert.deepEqual(configOf({ user: "app" }), { user: "app" });
});
