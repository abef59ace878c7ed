import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAlternatives } from "../../src/debian/alternatives.ts";
import { mergedPath } from "../../src/debian/merged-usr.ts";

test("paths of an unmerged package move below usr, and var/run to run", () => {
  assert.equal(mergedPath("lib/x86_64-linux-gnu/libz.so.1"), "usr/lib/x86_64-linux-gnu/libz.so.1");
  assert.equal(mergedPath("bin"), "usr/bin");
  assert.equal(mergedPath("var/run/x"), "run/x");
  for (const path of ["library/x", "usr/lib/x", "etc/bin", "var/runner"]) assert.equal(mergedPath(path), path);
});

test("alternatives of a script are read over continuation lines, with their slaves", () => {
  const script = `#!/bin/sh
if [ "$1" = configure ]; then
  update-alternatives --quiet --install /usr/bin/awk awk "/usr/bin/mawk" 5 \\
    --slave /usr/share/man/man1/awk.1.gz awk.1.gz /usr/share/man/man1/mawk.1.gz || exit 1
fi`;
  assert.deepEqual(parseAlternatives(script), [
    {
      link: "/usr/bin/awk",
      name: "awk",
      path: "/usr/bin/mawk",
      priority: 5,
      slaves: [{ link: "/usr/share/man/man1/awk.1.gz", name: "awk.1.gz", path: "/usr/share/man/man1/mawk.1.gz" }],
    },
  ]);
});

test("a call that only a shell could read, or that leaves the tree, is passed over", () => {
  const calls = [
    "update-alternatives --install $link awk /usr/bin/mawk 5",
    "update-alternatives --install /usr/bin/awk ../../etc/passwd /usr/bin/mawk 5",
    "update-alternatives --install /usr/../etc/awk awk /usr/bin/mawk 5",
    "update-alternatives --remove awk /usr/bin/mawk",
    "# update-alternatives --install /usr/bin/awk awk /usr/bin/mawk 5",
    "update-alternatives --install /usr/bin/awk awk /usr/bin/mawk",
  ];
  assert.deepEqual(parseAlternatives(calls.join("\n")), []);
});
