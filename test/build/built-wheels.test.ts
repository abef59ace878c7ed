import assert from "node:assert/strict";
import { test } from "node:test";
import { type BuildInputs, openBuiltWheels } from "../../src/build/built-wheels.ts";
import { hexOf } from "../../src/oci/digest.ts";
import { createDiskStore } from "../../src/store/disk.ts";
import { temporaryFolder } from "../support/temporary.ts";

const INPUTS: BuildInputs = { sources: "a".repeat(64), subdirectory: "", release: "0.27.7", version: "1.2" };
const PLACES = ["https://index.example/simple"];

test("a built wheel is found again by its sources, settings and runtime, and by nothing else", async (t) => {
  const store = createDiskStore(temporaryFolder(t));
  const built = openBuiltWheels(store, PLACES);
  const { digest, size } = await store.put(new TextEncoder().encode("wheel"));
  const wheel = { filename: "a-1.2-py3-none-any.whl", sha256: hexOf(digest), size, tools: ["hatchling==1 sha256:0"] };
  assert.equal(await built.recall(INPUTS), undefined);
  await built.keep(INPUTS, wheel);
  assert.deepEqual(await built.recall(INPUTS), wheel);
  const others: readonly Partial<BuildInputs>[] = [
    { sources: "b".repeat(64) },
    { subdirectory: "python" },
    { release: "0.27.8" },
    { version: "1.3" },
  ];
  for (const other of others)
    assert.equal(await built.recall({ ...INPUTS, ...other }), undefined, JSON.stringify(other));
  // Another index may have other tools.
  assert.equal(await openBuiltWheels(store, ["https://mirror.example/"]).recall(INPUTS), undefined);
});

test("wheels of one set of sources that were built with other tools are kept apart", async (t) => {
  const store = createDiskStore(temporaryFolder(t));
  const [one, other] = [openBuiltWheels(store, PLACES), openBuiltWheels(store, ["https://mirror.example/"])];
  const made = async (text: string) => {
    const { digest, size } = await store.put(new TextEncoder().encode(text));
    return { filename: "a-1.2-py3-none-any.whl", sha256: hexOf(digest), size, tools: [`hatchling==${text}`] };
  };
  const [first, second] = [await made("1"), await made("2")];
  await one.keep(INPUTS, first);
  await other.keep(INPUTS, second);
  assert.deepEqual(await one.recall(INPUTS), first);
  assert.deepEqual(await other.recall(INPUTS), second);
});

test("a built wheel whose bytes are gone is none", async (t) => {
  const built = openBuiltWheels(createDiskStore(temporaryFolder(t)), PLACES);
  await built.keep(INPUTS, { filename: "a-1-py3-none-any.whl", sha256: "c".repeat(64), size: 3, tools: [] });
  assert.equal(await built.recall(INPUTS), undefined);
});
