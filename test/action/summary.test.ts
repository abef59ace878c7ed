import assert from "node:assert/strict";
import { test } from "node:test";
import { changesBetween } from "../../src/action/changes.ts";
import { failureSummary, mergeSummary } from "../../src/action/summary.ts";
import { OciasmError } from "../../src/errors.ts";

const layer = (digest: string | null, size: number, ...packages: readonly string[]) => ({ digest, size, packages });

test("changes name packages and the bytes that somebody with the earlier image pulls", () => {
  const before = [layer("a", 10), layer("b", 100, "one==1", "two==2"), layer("c", 5, "three==1")];
  const after = [layer("a", 10), layer("d", 90, "one==1.1", "two==2"), layer("e", 7, "four==4")];
  assert.deepEqual(changesBetween(before, after), {
    packages: [
      { ecosystem: "python", name: "four", from: null, to: "4" },
      { ecosystem: "python", name: "one", from: "1", to: "1.1" },
      { ecosystem: "python", name: "three", from: "1", to: null },
    ],
    growth: -8,
    pulled: 97,
  });
  assert.deepEqual(changesBetween(after, after), { packages: [], growth: 0, pulled: 0 });
});

test("no name becomes markup", () => {
  const evil = "<img src=x>|`*_[a](b)\n# heading\\";
  const failure = failureSummary(new OciasmError("USAGE", evil, { hint: evil }));
  const merged = mergeSummary({ ref: evil, digest: evil, tags: [evil], images: [{ platform: "p", digest: evil }] });
  for (const text of [failure, merged]) {
    assert.ok(!/(?<!\\)[`[*|](?![*]|.*\| -|\s|\*)/.test(text.replaceAll(/^\| .*$|\*\*USAGE\*\*/gm, "")), text);
    assert.ok(!text.includes("<img"));
    assert.ok(!/^# heading/m.test(text));
  }
  assert.equal(
    merged
      .split("\n")
      .at(-1)
      ?.match(/(?<!\\)\|/g)?.length,
    3,
    "a table keeps its columns",
  );
});
