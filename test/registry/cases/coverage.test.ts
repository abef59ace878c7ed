import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { ROOT } from "../../support/cli.ts";

const FOLDER = `${ROOT}test/registry/cases`;

/** "12", "11-13" or "31, 34" that a test's title begins with. */
function numbersIn(title: string): readonly number[] {
  const [, list = ""] = /^(\d{1,2}(?:(?:-|, )\d{1,2})*)[ :]/.exec(title) ?? [];
  return list.split(", ").flatMap((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}

/** Numbers of the table's first column, with the files of its last. */
function documented(): ReadonlyMap<number, string> {
  const rows = readFileSync(`${ROOT}docs/registries.md`, "utf8").matchAll(/^\| (\d{1,2}) \| .* \| `([^`]+)` \|$/gm);
  return new Map([...rows].map(([, number, file]) => [Number(number), file ?? ""] as const));
}

test("each of the 57 cases has a test that begins with its number, in the file that the documentation names", () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".test.ts"));
  const titles = new Map<number, string[]>();
  for (const file of files) {
    for (const [, title = ""] of readFileSync(`${FOLDER}/${file}`, "utf8").matchAll(/\btest\(\s*["`]([^"`]*)/g))
      for (const number of numbersIn(title)) titles.set(number, [...(titles.get(number) ?? []), file]);
  }
  const table = documented();
  const wrong = Array.from({ length: 57 }, (_, at) => at + 1).filter((number) => {
    return titles.get(number)?.includes(table.get(number) ?? "") !== true;
  });
  assert.deepEqual(wrong, [], "cases without a test, or in another file than docs/registries.md says");
});
