import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveCreated } from "../../src/image/created.ts";

test("SOURCE_DATE_EPOCH wins over the dates of the inputs", () => {
  assert.equal(resolveCreated("0", ["2025-01-01T00:00:00Z"]), "1970-01-01T00:00:00Z");
  assert.equal(resolveCreated("253402300799", []), "9999-12-31T23:59:59Z");
});

test("else the newest date of the inputs counts, in whole seconds of UTC", () => {
  const dates = ["2024-05-06T07:08:09.999Z", undefined, "not a date", "2024-05-06T10:08:10+03:00", "2024-05-06"];
  assert.equal(resolveCreated(undefined, dates), "2024-05-06T07:08:10Z");
});

test("else it is 1980-01-01, never the clock", () => {
  assert.equal(resolveCreated(undefined, []), "1980-01-01T00:00:00Z");
  assert.equal(resolveCreated(undefined, [undefined, "2024-99-99T00:00:00Z"]), "1980-01-01T00:00:00Z");
});

test("an epoch that is no number of seconds is a usage error", () => {
  for (const text of ["", "-1", "1.5", "1e3", "now", "253402300800", "9999999999999"]) {
    assert.throws(() => resolveCreated(text, []), { code: "USAGE" }, text);
  }
});
