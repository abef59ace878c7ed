import assert from "node:assert/strict";
import { test } from "node:test";
import { createApt } from "../deb-closure/apt.ts";
import { closureComparison } from "../deb-closure/compare.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs, needsTools } from "../support/tools.ts";

// With the lists that this host's apt has: no traffic. test/deb-closure/run.ts compares sixty sets of each suite.

const SETS = [
  ["base-files", "ca-certificates", "libc-bin", "tzdata"],
  ["python3", "libpq5"],
  ["git", "curl"],
  ["ffmpeg"],
];

test("closures are those that apt finds in the same lists", (t) => {
  if (!needsTools(t, "apt-get", "dpkg")) return;
  const apt = createApt({ folder: temporaryFolder(t), architecture: "amd64" });
  if (!needs(t, "a package list of apt", apt.packages().length > 0)) return;
  const compare = closureComparison(apt);
  for (const wanted of SETS) assert.deepEqual(compare(wanted), [], wanted.join(" "));
});
