import assert from "node:assert/strict";
import { test } from "node:test";
import { OciasmError } from "../../src/errors.ts";
import { memoryCatalog } from "../support/memory-catalog.ts";
import { type Case, refusalOf, resolveCase, versionsOf } from "../support/resolving.ts";

const INDEX = {
  plain: { "1": { sdist: true, wheel: false }, "2": { sdist: true, wheel: false, requires: ["other"] } },
  other: { "1": {} },
};
const ALLOWED = { mayBuild: () => true };

test("a version that has sources alone is taken where it may be built", async () => {
  const one: Case = { index: INDEX, requires: ["plain"] };
  assert.match((await refusalOf(one)).message, /plain has no wheel, only sources/);
  const { packages } = await resolveCase({ ...one, options: ALLOWED });
  assert.deepEqual(
    packages.map(({ file }) => file.filename),
    ["other-1-py3-none-any.whl", "plain-2.tar.gz"],
  );
  assert.match(
    (await refusalOf({ ...one, options: { mayBuild: (name) => name !== "plain" } })).message,
    /only sources/,
  );
});

test("no build is tried of a project that has compiled wheels, and that is the reason told", async () => {
  const index = {
    fast: {
      "1": { sdist: true, wheel: false },
      "2": { sdist: true, wheel_tags: ["cp311-cp311-win_amd64"] },
      "3": { sdist: false, wheel_tags: ["cp311-cp311-win_amd64"] },
    },
  };
  const told = async (version: string): Promise<string> => {
    const { message, hint = "" } = await refusalOf({ index, requires: [`fast==${version}`], options: ALLOWED });
    return `${message}\n${hint}`;
  };
  assert.match(
    await told("1"),
    /fast 1 has no wheel, only sources, which need a compiler[\s\S]*pip wheel --no-deps fast/,
  );
  assert.match(
    await told("2"),
    /fast 2 has no wheel that fits \(for Windows\), and its sources need a compiler[\s\S]*pip wheel --no-deps fast/,
  );
  assert.match(await told("3"), /fast 3 has no wheel that fits \(for Windows\), your requirements/);
});

test("a version that can't be built gives way to another, and the reason is told where there is none", async () => {
  const catalog = memoryCatalog(INDEX);
  const failing = {
    ...catalog,
    metadata: async (file: Parameters<typeof catalog.metadata>[0]) => {
      if (file.filename !== "plain-2.tar.gz") return catalog.metadata(file);
      throw new OciasmError("BUILD_FAILED", "plain 2 has compiled modules");
    },
  };
  const one: Case = { index: INDEX, requires: ["plain"], catalog: failing, options: ALLOWED };
  assert.equal(await versionsOf(one), "plain 1");
  const { message } = await refusalOf({ ...one, requires: ["plain==2"] });
  assert.match(message, /plain 2 has compiled modules/);
});
