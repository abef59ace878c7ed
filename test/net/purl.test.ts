import assert from "node:assert/strict";
import { test } from "node:test";
import { purlDownloadUrl } from "../../src/net/purl.ts";

test("npm's default registry has a package at its name and version", async () => {
  assert.match((await purlDownloadUrl("pkg:npm/x@1.0.0")) ?? "", /^https:\/\/[^/]+\/x\/-\/x-1\.0\.0\.tgz$/);
});
